"""A cap on request bodies: these pages take small forms and nothing else."""

from typing import Final

from starlette.exceptions import HTTPException

from guildpost_shared.web.headers import AsgiApp, Message, Receive, Scope, Send

MAX_BODY: Final = 64 * 1024
_TOO_LARGE: Final = 413


class BodyLimit:
    """Wrap an ASGI application; reading on beyond the cap ends the request, whatever its announced length was."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and count what it brings."""
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY:
                raise HTTPException(_TOO_LARGE)
            return message

        await self._app(scope, counted, send)
