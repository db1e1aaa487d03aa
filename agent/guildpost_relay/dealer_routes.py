"""What dealers' agents reach: fetch sealed answers, acknowledge them. Every request is signed with the relay key."""

import base64
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from guildpost_relay.requests import MAX_ACKNOWLEDGEMENT, read_body
from guildpost_shared import strict_json
from guildpost_shared.answers.requests import KEY_HEADER, check_request
from guildpost_shared.answers.tokens import KEY_ID_BYTES
from guildpost_shared.errors import Refused, Untrusted

if TYPE_CHECKING:
    from guildpost_relay.server import Relay

PAGE: Final = 500
_LARGEST_SEQ: Final = 2**62


class DealerRoutes:
    """The dealers' interface."""

    def __init__(self, relay: "Relay") -> None:
        self._relay = relay

    def routes(self) -> list[Route]:
        """List them."""
        return [
            Route("/v1/answers", self.answers, methods=["GET"]),
            Route("/v1/ack", self.acknowledge, methods=["POST"]),
        ]

    async def answers(self, request: Request) -> Response:
        """Give the next sealed answers."""
        key_id = await self._proved(request, b"")
        if key_id is None:
            return self._unproved(request)
        await run_in_threadpool(self._relay.desk.purge)
        self._relay.forget()
        after = request.query_params.get("after", "0")
        if not (after.isascii() and after.isdecimal() and int(after) <= _LARGEST_SEQ):
            return JSONResponse({"error": "after"}, 400)
        rows = await run_in_threadpool(self._relay.store.answers, key_id, int(after), PAGE + 1)
        answers = [
            {"seq": row.seq, "token_id": _text(row.token_id), "sealed": _text(row.sealed)} for row in rows[:PAGE]
        ]
        return JSONResponse({"answers": answers, "more": len(rows) > PAGE})

    async def acknowledge(self, request: Request) -> Response:
        """Delete answers the agent has dealt with."""
        body = await read_body(request, MAX_ACKNOWLEDGEMENT)
        key_id = await self._proved(request, body)
        if key_id is None:
            return self._unproved(request)
        try:
            fields = strict_json.read(body, "acknowledgement")
            seqs = fields.integers("seqs", 1, _LARGEST_SEQ, most=PAGE)
            fields.end()
        except Refused:
            return JSONResponse({"error": "seqs"}, 400)
        await run_in_threadpool(self._relay.store.delete, key_id, seqs)
        return JSONResponse({})

    async def _proved(self, request: Request, body: bytes) -> bytes | None:
        """Give the key id of the dealer who signed this request just now, None for anybody else."""
        try:
            key_id = bytes.fromhex(request.headers.get(KEY_HEADER, ""))
        except ValueError:
            return None
        card = await run_in_threadpool(self._relay.store.dealer, key_id) if len(key_id) == KEY_ID_BYTES else None
        if card is None:
            return None
        query = request.url.query
        target = f"{request.url.path}?{query}" if query else request.url.path
        now = self._relay.wall_clock.now()
        try:
            nonce = check_request(
                card.verifier, request.headers, method=request.method, target=target, body=body, now=now
            )
        except Untrusted:
            return None
        fresh = await run_in_threadpool(self._relay.store.use_nonce, nonce, now)
        return key_id if fresh else None

    def _unproved(self, request: Request) -> Response:
        if not self._relay.allows(request):
            return self._relay.too_many(request)
        return JSONResponse({"error": "relay_request_unproved"}, 401)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
