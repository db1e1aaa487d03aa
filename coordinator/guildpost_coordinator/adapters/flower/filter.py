"""The TLS end in front of the SuperLink: authenticate, check, forward (an ASGI app; rules in ``gate``).

Whatever is refused gets the same empty answer after the same time, so that a caller learns nothing from it. Three
more things happen here because only here both sides are known:

- a node that died without leaving would be locked out until its heartbeat expires, a minute later. When such a node
  comes back, its earlier session is ended on its behalf, with its own fresh signature;
- most polls get the empty answer that they would get anyway (``polls``);
- an object that goes to all nodes is fetched from the engine once (``shared_objects``).
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

import httpx
import structlog
from flwr.proto.fleet_pb2 import DeactivateNodeRequest
from flwr.proto.message_pb2 import PullObjectRequest, PullObjectResponse
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from guildpost_coordinator.adapters.flower import gate as rules
from guildpost_coordinator.adapters.flower.gate import CALLS, Gate, Speaker
from guildpost_coordinator.adapters.flower.polls import PollSchedule
from guildpost_coordinator.adapters.flower.shared_objects import SharedObjects
from guildpost_shared.clock import Clock
from guildpost_shared.errors import Refused

REFUSAL_SECONDS: Final = 0.1
UPSTREAM_SECONDS: Final = 20.0
UPSTREAM_CONNECTIONS: Final = 4
NODE_CALLS_PER_SECOND: Final = 40.0
NODE_BURST: Final = 80.0
HTTP_UNAUTHORIZED: Final = 401
_MEDIA_TYPE: Final = "application/protobuf"
_PASSED: Final = (
    rules.KEY_HEADER,
    rules.SIGNATURE_HEADER,
    rules.TIMESTAMP_HEADER,
    "flwr-package-name",
    "flwr-package-version",
    "flwr-component-name",
)

Record = Callable[[str, bytes], None]

_log = structlog.get_logger(__name__)


class Bucket:
    """A token bucket on the monotonic clock."""

    def __init__(self, per_second: float, burst: float) -> None:
        self._rate, self._burst = per_second, burst
        self._tokens, self._seen = burst, time.monotonic()

    def take(self) -> bool:
        """Take one token if there is one."""
        now = time.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._seen) * self._rate)
        self._seen = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class FleetFilter:
    """Forward a node's calls to the SuperLink if the gate lets them pass."""

    def __init__(self, gate: Gate, upstream: httpx.AsyncClient, clock: Clock, record: Record | None) -> None:
        self._gate, self._upstream, self._clock, self._record = gate, upstream, clock, record
        self._polls, self._objects = PollSchedule(), SharedObjects()
        self._buckets: dict[int, Bucket] = {}

    async def __call__(self, request: Request) -> Response:
        """Answer one call."""
        started = time.monotonic()
        try:
            return await self._admit(request)
        except Refused as exc:
            _log.info("round_entry_refused", path=request.url.path[:64], why=exc.detail)
            await asyncio.sleep(max(0.0, REFUSAL_SECONDS - (time.monotonic() - started)))
            return Response(status_code=403)
        except httpx.HTTPError as exc:
            _log.warning("round_engine_not_ready", error=type(exc).__name__)
            return Response(status_code=503)

    async def _admit(self, request: Request) -> Response:
        path = request.url.path
        if request.method != "POST" or path not in CALLS:
            raise Refused("round_entry_refused", detail="no such call")
        speaker = self._gate.identify(request.headers, self._clock.now())
        body = await _read(request, CALLS[path].max_bytes)
        if self._record is not None:
            self._record(path, body)
        bucket = self._buckets.setdefault(speaker.node_id, Bucket(NODE_CALLS_PER_SECOND, NODE_BURST))
        if not bucket.take():
            return Response(status_code=503)
        self._gate.check(path, speaker, body)
        if path == rules.PULL_MESSAGES:
            return await self._poll(speaker, body, request.headers)
        if path == rules.PULL_OBJECT:
            return await self._pull_object(body, request.headers)
        return _passed_on(await self._forward(path, speaker, body, request.headers))

    async def _poll(self, speaker: Speaker, body: bytes, headers: Mapping[str, str]) -> Response:
        if not self._polls.ask(speaker.node_id, time.monotonic()):
            return Response(b"", media_type=_MEDIA_TYPE)
        answer = await self._post(rules.PULL_MESSAGES, body, headers)
        if answer.is_success and answer.content:
            self._polls.delivered(speaker.node_id, time.monotonic())
            self._gate.delivered(speaker, answer.content)
        return _passed_on(answer)

    async def _pull_object(self, body: bytes, headers: Mapping[str, str]) -> Response:
        object_id = PullObjectRequest.FromString(body).object_id
        if (kept := self._objects.get(object_id)) is not None:
            return Response(kept, media_type=_MEDIA_TYPE)
        answer = await self._post(rules.PULL_OBJECT, body, headers)
        if answer.is_success and PullObjectResponse.FromString(answer.content).object_available:
            self._objects.put(object_id, answer.content)
        return _passed_on(answer)

    async def _forward(self, path: str, speaker: Speaker, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        answer = await self._post(path, body, headers)
        if path == rules.ACTIVATE and not answer.is_success:
            farewell = DeactivateNodeRequest(node_id=speaker.node_id).SerializeToString()
            await self._post("/v1/fleet/deactivate-node", farewell, headers)
            answer = await self._post(path, body, headers)
        return answer

    async def _post(self, path: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        passed = {name: headers[name] for name in _PASSED if name in headers}
        return await self._upstream.post(path, content=body, headers=passed | {"content-type": _MEDIA_TYPE})


def _passed_on(answer: httpx.Response) -> Response:
    """Keep the engine's bytes and its status; its error texts stay here."""
    if answer.status_code == HTTP_UNAUTHORIZED:
        return Response(status_code=410)  # the caller is authentic: the engine restarted and forgot the session
    if not answer.is_success:
        return Response(status_code=answer.status_code)
    return Response(answer.content, media_type=_MEDIA_TYPE)


async def _read(request: Request, max_bytes: int) -> bytes:
    """Read a body up to its limit, whatever length it claims."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > max_bytes:
                raise Refused("round_entry_refused", detail="length")
    except ClientDisconnect as exc:
        raise Refused("round_entry_refused", detail="gone") from exc
    return bytes(body)


def create_filter(
    gate: Gate, *, upstream: str, upstream_ca_pem: bytes, clock: Clock, record: Record | None = None
) -> Starlette:
    """Build the app that uvicorn serves with the coordinator's own certificate.

    Args:
        gate: the window's guest list.
        upstream: host and port of the SuperLink on loopback.
        upstream_ca_pem: ``SuperLink.ca_pem``.
        clock: the wall clock.
        record: sees the path and the body of each authenticated call (for an instrument that hunts for planted
            personal data).
    """
    trust = ssl.create_default_context(cadata=upstream_ca_pem.decode("ascii"))
    limits = httpx.Limits(max_connections=UPSTREAM_CONNECTIONS, max_keepalive_connections=UPSTREAM_CONNECTIONS)
    client = httpx.AsyncClient(
        base_url=f"https://{upstream}", verify=trust, timeout=UPSTREAM_SECONDS, limits=limits, trust_env=False
    )
    fleet = FleetFilter(gate, client, clock, record)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with client:
            yield

    methods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]

    async def answer(request: Request) -> Response:
        return await fleet(request)

    return Starlette(routes=[Route("/{path:path}", answer, methods=methods)], lifespan=lifespan)
