"""The relay as an ASGI application."""

import time
from contextlib import suppress
from typing import Final

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from guildpost_relay.customer_routes import CustomerRoutes
from guildpost_relay.dealer_routes import DealerRoutes
from guildpost_relay.desk import Desk
from guildpost_relay.limits import RateLimit, network_of
from guildpost_relay.machines import is_machine, known_machines
from guildpost_relay.pages import language_of, page
from guildpost_relay.preference_routes import PreferenceRoutes
from guildpost_relay.requests import BodyTooLargeError
from guildpost_relay.store import RelayStore
from guildpost_shared.answers.cards import DealerCard
from guildpost_shared.answers.events import Link
from guildpost_shared.answers.tokens import Use
from guildpost_shared.clock import Clock
from guildpost_shared.errors import Language, Refused
from guildpost_shared.web.headers import SecurityHeaders

POLICY: Final = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_STRICT_TRANSPORT: Final = (b"strict-transport-security", b"max-age=31536000")
_NOT_FOUND: Final = 404


class Relay:
    """What the routes share: store, desk, clocks, limits, and the ways to answer."""

    def __init__(self, store: RelayStore, desk: Desk, wall_clock: Clock, limit: RateLimit) -> None:
        self.store = store
        self.desk = desk
        self.wall_clock = wall_clock
        self._limit = limit

    def allows(self, request: Request) -> bool:
        """Count a request against its address."""
        return self._limit.allows(network_of(request.client.host if request.client else ""))

    def language(self, request: Request) -> Language:
        """Choose the page's language: what its own switch says, else the browser's first choice, else German."""
        return language_of(request.query_params, request.headers.get("accept-language", ""))

    def forget(self) -> None:
        """Forget addresses that have not asked lately."""
        self._limit.forget()

    def html(self, text: str, status: int = 200) -> Response:
        """Answer with a page."""
        return HTMLResponse(text, status, headers={"Content-Security-Policy": POLICY, "X-Robots-Tag": "noindex"})

    async def offer(
        self, request: Request, name: str, *, status: int = 200, use: Use = Use.MESSAGE, **values: object
    ) -> Response:
        """Show one of a token's pages; its buttons are what changes something."""
        if not self.allows(request):
            return self.too_many(request)
        token = request.path_params["token"]
        try:
            card = await run_in_threadpool(self.desk.dealer_of, token, use)
        except Refused:
            return self.not_found(request, use)
        values = {"missing": False, "token": token, **values}
        return self.html(page(name, self.language(request), card, **values), status)

    async def note(self, request: Request, link: Link) -> None:
        """Note that a person opened a link; whose token it is not, and who is a machine, is passed over."""
        if is_machine(request.method, request.headers, known_machines()):
            return
        with suppress(Refused):
            await run_in_threadpool(self.desk.opened, request.path_params["token"], link)

    def thanks(self, request: Request, card: DealerCard, said: str) -> Response:
        """Say that it was taken down, and what follows."""
        token = request.path_params["token"]
        return self.html(page("thanks", self.language(request), card, said=said, token=token))

    def redirect(self, target: str) -> Response:
        """Send the browser to a page of our own, or to the one that a dealer's card names."""
        return RedirectResponse(target, 303, headers={"Content-Security-Policy": POLICY})

    def not_found(self, request: Request, use: Use = Use.MESSAGE) -> Response:
        """Answer the same for a forged, unknown and expired token of one use, and for every other address."""
        notice = "not_confirmable" if use is Use.CONFIRMATION else "not_found"
        return self._notice(request, notice, _NOT_FOUND)

    def too_many(self, request: Request) -> Response:
        """Ask for patience."""
        response = self._notice(request, "too_many", 429)
        response.headers["Retry-After"] = "60"
        return response

    def too_large(self, request: Request) -> Response:
        """Refuse a long body."""
        return self._notice(request, "too_large", 413)

    def _notice(self, request: Request, notice: str, status: int) -> Response:
        return self.html(page("notice", self.language(request), notice=notice), status)


def relay_app(relay: Relay, *, tls: bool) -> ASGIApp:
    """Build the application.

    Args:
        relay: what the routes work with.
        tls: whether browsers reach this server by HTTPS only (adds Strict-Transport-Security, RFC 6797).
    """

    async def on_http_error(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and error.status_code != _NOT_FOUND:
            return Response(status_code=error.status_code, headers=error.headers)
        return relay.not_found(request) if relay.allows(request) else relay.too_many(request)

    async def on_large_body(request: Request, _error: Exception) -> Response:
        return relay.too_large(request)

    app = Starlette(
        routes=[*CustomerRoutes(relay).routes(), *PreferenceRoutes(relay).routes(), *DealerRoutes(relay).routes()],
        exception_handlers={HTTPException: on_http_error, BodyTooLargeError: on_large_body},
    )
    return _RequestLog(SecurityHeaders(app), tls=tls)


class _RequestLog:
    """Logs the name of the handler, status and time, never a path: paths hold tokens, addresses belong to people."""

    def __init__(self, app: ASGIApp, *, tls: bool) -> None:
        self._app = app
        self._tls = tls
        self._log = structlog.get_logger("guildpost_relay")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.monotonic(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if self._tls:
                    message["headers"] = [*message["headers"], _STRICT_TRANSPORT]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            handler = getattr(scope.get("endpoint"), "__name__", "none")
            milliseconds = round((time.monotonic() - started) * 1000)
            self._log.info("request", handler=handler, status=status, milliseconds=milliseconds)
