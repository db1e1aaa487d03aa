"""An instrument for audits: write down all that this server decodes after TLS, to search it for what must not be there.

Off unless the operator names a file in ``GUILDPOST_RECORD_REQUESTS``. What is written holds addresses and tokens of
customers' requests, so an operation that is not an audit leaves it off.
"""

from pathlib import Path
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

RECORD_VARIABLE: Final = "GUILDPOST_RECORD_REQUESTS"


class RequestRecorder:
    """Appends request line, headers and body of each request, as the application sees them."""

    def __init__(self, app: ASGIApp, path: Path) -> None:
        """Wrap an application.

        Args:
            app: what answers.
            path: the file; made with its folder, readable by its owner only.
        """
        self._app = app
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note the head at once, and each piece of the body before the application reads it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._note(_head(scope))

        async def noting() -> Message:
            message = await receive()
            if message["type"] == "http.request" and message.get("body"):
                self._note(message["body"] + b"\n")
            return message

        await self._app(scope, noting, send)

    def _note(self, data: bytes) -> None:
        with self._path.open("ab", buffering=0) as file:
            file.write(data)


def _head(scope: Scope) -> bytes:
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    line = scope["method"].encode() + b" " + scope.get("raw_path", scope["path"].encode()) + query
    headers = [name + b": " + value for name, value in scope["headers"]]
    return b"\n".join([line, *headers, b"", b""])
