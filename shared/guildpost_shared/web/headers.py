"""Security headers for every response, as plain ASGI, so that no route can forget them (OWASP ASVS 5.0, V3)."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]
RawHeaders = list[tuple[bytes, bytes]]

PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
PREVIEW_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'; "
    "sandbox; base-uri 'none'"
)
"""A message preview brings its own inline styles, but runs nothing, loads nothing and lives in a sandbox."""

NO_REFERRER: Final = "no-referrer"
"""Nobody learns an address, not even our own next page."""

SAME_ORIGIN: Final = "same-origin"
"""No other site learns an address. For pages whose forms are guarded by their Origin: under "no-referrer" browsers
send ``Origin: null`` even with our own forms (Fetch standard, 3.2), and nobody could log in."""

_FIXED: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


def secured(headers: Iterable[tuple[bytes, bytes]], referrer: str = NO_REFERRER) -> RawHeaders:
    """Complete a response's headers; a policy or caching rule that it already names is kept.

    Args:
        headers: the response's own.
        referrer: what its links and forms tell about where they stood.
    """
    own = list(headers)
    names = {name.lower() for name, _ in own}
    wanted = (
        (b"content-security-policy", PAGE_POLICY.encode()),
        (b"cache-control", b"no-store"),
        (b"referrer-policy", referrer.encode()),
        *_FIXED,
    )
    return [*own, *(header for header in wanted if header[0] not in names)]


class SecurityHeaders:
    """Wrap an ASGI application; a response that already names a policy keeps it."""

    def __init__(self, app: AsgiApp, referrer: str = NO_REFERRER) -> None:
        self._app = app
        self._referrer = referrer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to the response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = secured(message.get("headers", []), self._referrer)
            await send(message)

        await self._app(scope, receive, with_headers)
