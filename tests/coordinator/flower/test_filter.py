"""The TLS end in front of the engine: what it forwards, and what a caller learns when it does not."""

import asyncio
import time
from collections.abc import Callable

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flwr.proto.fleet_pb2 import ActivateNodeRequest, PullMessagesRequest
from flwr.proto.message_pb2 import PullObjectRequest, PullObjectResponse
from flwr.proto.node_pb2 import Node
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guildpost_coordinator.adapters.flower import filter as filter_module
from guildpost_coordinator.adapters.flower.filter import REFUSAL_SECONDS, FleetFilter
from guildpost_coordinator.adapters.flower.gate import LARGE_BYTES, SMALL_BYTES, Gate
from guildpost_coordinator.adapters.flower.node_keys import to_pem
from guildpost_coordinator.adapters.flower.polls import TRICKLE_PER_SECOND, PollSchedule
from guildpost_coordinator.adapters.flower.shared_objects import SharedObjects
from guildpost_shared.clock import ManualClock
from tests.coordinator.flower.nodes import NOW, delivery, reply, signed

ME = 11
KEY = ec.generate_private_key(ec.SECP384R1())
POLL = PullMessagesRequest(node=Node(node_id=ME)).SerializeToString()
HELLO = ActivateNodeRequest(public_key=to_pem(KEY.public_key()), heartbeat_interval=30).SerializeToString()

Engine = Callable[[httpx.Request], httpx.Response]


class Entrance:
    """The filter with a scripted engine behind it, called as an agent would call it."""

    def __init__(self, engine: Engine) -> None:
        self.forwarded: list[tuple[str, bytes]] = []
        self.headers: list[httpx.Headers] = []
        self.recorded: list[tuple[str, bytes]] = []
        self._engine = engine
        gate = Gate()
        gate.open({KEY.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode(): ME})
        upstream = httpx.AsyncClient(base_url="https://engine", transport=httpx.MockTransport(self._upstream))
        fleet = FleetFilter(gate, upstream, ManualClock(NOW), lambda path, body: self.recorded.append((path, body)))

        async def call(request: Request) -> Response:
            return await fleet(request)

        self._app = Starlette(routes=[Route("/{path:path}", call, methods=["GET", "POST"])])

    def _upstream(self, request: httpx.Request) -> httpx.Response:
        self.forwarded.append((request.url.path, request.content))
        self.headers.append(request.headers)
        return self._engine(request)

    def __call__(
        self, path: str, body: bytes = b"", headers: dict[str, str] | None = None, method: str = "POST", times: int = 1
    ) -> httpx.Response:
        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(base_url="https://entrance", transport=transport) as client:
                for _ in range(times):
                    answer = await client.request(method, path, content=body, headers=headers or signed(KEY))
                return answer

        return asyncio.run(run())


@pytest.fixture
def entrance() -> Entrance:
    return Entrance(lambda _: httpx.Response(200, content=delivery()))


def test_an_honest_call_is_forwarded_as_it_is(entrance: Entrance) -> None:
    assert (200, delivery()) == ((answer := entrance("/v1/fleet/pull-messages", POLL)).status_code, answer.content)
    assert [("/v1/fleet/pull-messages", POLL)] == entrance.forwarded == entrance.recorded


def test_the_engine_sees_only_the_headers_it_needs(entrance: Entrance) -> None:
    entrance("/v1/fleet/pull-messages", POLL, signed(KEY) | {"x-forwarded-for": "10.0.0.1", "cookie": "a=b"})
    assert not {"x-forwarded-for", "cookie"} & set(entrance.headers[0])


@pytest.mark.parametrize(
    ("path", "body", "headers", "method"),
    [
        ("/v1/fleet/get-fab", POLL, None, "POST"),
        ("/v1/fleet/get-run", POLL, None, "POST"),
        ("/v1/fleet/register-node", HELLO, None, "POST"),
        ("/v1/fleet/unregister-node", POLL, None, "POST"),
        ("/v1/control/list-nodes", b"", None, "POST"),
        ("/v1/control/start-run", b"", None, "POST"),
        ("/v1/runtime/acquire-task", b"", None, "POST"),
        ("/v1/fleet/../control/list-nodes", b"", None, "POST"),
        ("/v1/fleet/pull-messages/", POLL, None, "POST"),
        ("/health", b"", None, "GET"),
        ("/docs", b"", None, "GET"),
        ("/v1/fleet/pull-messages", POLL, None, "GET"),
        ("/v1/fleet/pull-messages", POLL, {"flwr-public-key": "x"}, "POST"),
        ("/v1/fleet/pull-messages", POLL + b"\x00" * SMALL_BYTES, None, "POST"),
        ("/v1/fleet/push-object", b"\x00" * (LARGE_BYTES + 1), None, "POST"),
        ("/v1/fleet/push-messages", reply(ME, source=1, destination=22, reply_to=""), None, "POST"),
    ],
    ids=[
        "bundle", "run", "register", "unregister", "list nodes", "start a run", "take a task", "a detour", "a slash",
        "health", "docs", "another method", "no authentication", "too long", "an object too long",
        "an instruction in the coordinator's name",
    ],
)  # fmt: skip
def test_everything_else_gets_the_same_empty_answer_and_reaches_nobody(
    entrance: Entrance, path: str, body: bytes, headers: dict[str, str] | None, method: str
) -> None:
    started = time.monotonic()
    answer = entrance(path, body, headers, method)
    assert (403, b"", {"content-length": "0"}) == (answer.status_code, answer.content, dict(answer.headers))
    assert time.monotonic() - started >= REFUSAL_SECONDS
    assert [] == entrance.forwarded


def test_the_engines_own_errors_lose_their_text() -> None:
    entrance = Entrance(lambda _: httpx.Response(400, json={"detail": "sqlite3.OperationalError: database is locked"}))
    assert (400, b"") == ((answer := entrance("/v1/fleet/pull-messages", POLL)).status_code, answer.content)


def test_an_engine_that_is_away_means_later() -> None:
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    assert 503 == Entrance(away)("/v1/fleet/pull-messages", POLL).status_code


def test_an_engine_that_forgot_the_node_means_gone() -> None:
    assert 410 == Entrance(lambda _: httpx.Response(401))("/v1/fleet/pull-messages", POLL).status_code


def test_a_node_that_died_takes_its_place_again() -> None:
    online = [True]

    def engine(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/deactivate-node"):
            online[0] = False
            return httpx.Response(200)
        return httpx.Response(400 if online[0] else 200)

    entrance = Entrance(engine)
    assert 200 == entrance("/v1/fleet/activate-node", HELLO).status_code
    assert ["activate-node", "deactivate-node", "activate-node"] == [
        path.rpartition("/")[2] for path, _ in entrance.forwarded
    ]


def test_a_node_that_calls_without_pause_is_told_to_wait(entrance: Entrance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filter_module, "NODE_BURST", 3.0)
    monkeypatch.setattr(filter_module, "NODE_CALLS_PER_SECOND", 0.001)
    assert [200, 503] == [entrance("/v1/fleet/pull-messages", POLL, times=times).status_code for times in (3, 1)]


def test_an_object_for_all_is_fetched_from_the_engine_once() -> None:
    found = PullObjectResponse(object_found=True, object_available=True, object_content=b"x").SerializeToString()

    def engine(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=delivery("b" * 64) if request.url.path.endswith("messages") else found)

    entrance = Entrance(engine)
    entrance("/v1/fleet/pull-messages", POLL)
    pull = PullObjectRequest(node=Node(node_id=ME), object_id="b" * 64).SerializeToString()
    assert found == entrance("/v1/fleet/pull-object", pull, times=3).content
    assert ["/v1/fleet/pull-messages", "/v1/fleet/pull-object"] == [path for path, _ in entrance.forwarded]


def test_kept_objects_stay_within_their_capacity() -> None:
    kept = SharedObjects(capacity_bytes=10)
    for name in ("a", "b", "c"):
        kept.put(name, name.encode() * 4)
    assert [None, b"bbbb", b"cccc"] == [kept.get(name) for name in ("a", "b", "c")]


def test_an_idle_crowd_reaches_the_engine_as_a_trickle() -> None:
    schedule = PollSchedule()
    polls = [schedule.ask(node, second + node / 200) for second in range(10, 12) for node in range(200)]
    first, steady = sum(polls[:200]), sum(polls[200:])
    assert 200 == first  # everybody is asked for once at the start
    assert TRICKLE_PER_SECOND - 2 <= steady <= TRICKLE_PER_SECOND


def test_one_delivery_lets_everybody_through_once() -> None:
    schedule = PollSchedule()
    crowd = range(100)
    for node in crowd:
        schedule.ask(node, 10.0)
    schedule.delivered(7, 10.01)
    assert [7] == [node for node in crowd if not schedule.ask(node, 10.02)]
    for node in crowd:
        schedule.delivered(node, 10.03) if node != 7 else None
    assert not any(schedule.ask(node, 10.04) for node in crowd)
    schedule.delivered(50, 10.05)
    assert [50] == [node for node in crowd if not schedule.ask(node, 10.06)]
