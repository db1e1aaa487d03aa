"""Commands out, replies in, on a connection that is open, encrypted and logged in.

Several commands may be said at once where the server offers PIPELINING (RFC 2920). A reply that is none (RFC 5321,
section 4.2), one that nobody asked for, and silence for longer than the caller's patience end the connection: after
any of them nobody could say which command the next reply belongs to.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

LONGEST: Final = 32_768
"""Bytes of replies that are read while one is awaited; real ones are far below (512 a line, RFC 5321, 4.5.3.1.5)."""
_REPLY: Final = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?")


@dataclass(frozen=True)
class Reply:
    """Three digits and what stands after them, the lines joined by line feeds."""

    code: int
    text: str


class BrokenError(Exception):
    """The connection ended; ``replies`` came before, in the order of the commands."""

    def __init__(self, replies: Sequence[Reply]) -> None:
        super().__init__("the connection ended")
        self.replies = replies


class Dialogue(asyncio.Protocol):
    """Takes a transport over (``transport.set_protocol``); one question at a time."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._waiter: asyncio.Future[None] | None = None
        self._wanted = 0
        self._replies: list[Reply] = []
        self._lines: list[bytes] = []
        self._rest = b""
        self._open = True

    @property
    def usable(self) -> bool:
        """Say whether a command may be said."""
        return self._open and not self._transport.is_closing()

    async def ask(self, data: bytes, replies: int, seconds: float) -> list[Reply]:
        """Send commands or a message, and give as many replies as were asked for.

        Raises:
            BrokenError: with the replies that did come.
        """
        if not self.usable:
            raise BrokenError([])
        loop = asyncio.get_running_loop()
        self._replies, self._wanted, self._waiter = [], replies, loop.create_future()
        patience = loop.call_later(seconds, self.close)
        try:
            self._transport.write(data)
            await self._waiter
        finally:
            patience.cancel()
            self._wanted, self._waiter = 0, None
        if len(self._replies) < replies:
            raise BrokenError(self._replies)
        return self._replies

    def close(self) -> None:
        """End the connection at once."""
        self._open = False
        self._transport.abort()
        self._wake()

    def data_received(self, data: bytes) -> None:
        """Read lines; what nobody asked for ends the connection."""
        self._rest += data
        if len(self._rest) > LONGEST or not self._wanted:
            self.close()
            return
        *lines, self._rest = self._rest.split(b"\n")
        if not all(self._line(line.rstrip(b"\r")) for line in lines) or len(self._lines) * 4 > LONGEST:
            self.close()
        elif len(self._replies) >= self._wanted:
            self._open = self._open and len(self._replies) == self._wanted and not self._rest and not self._lines
            self._wake()

    def _line(self, line: bytes) -> bool:
        """Take in one line; False if it is none of a reply."""
        found = _REPLY.fullmatch(line)
        if found is None:
            return False
        code, more, text = found.groups()
        self._lines.append(text or b"")
        if more != b"-":
            self._replies.append(Reply(int(code), b"\n".join(self._lines).decode("utf-8", "replace")))
            self._lines = []
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """Give up what is awaited."""
        del exc
        self._open = False
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def take_over(transport: asyncio.BaseTransport) -> Dialogue:
    """Go on with a connection that another protocol has opened."""
    open_transport = cast("asyncio.Transport", transport)
    dialogue = Dialogue(open_transport)
    open_transport.set_protocol(dialogue)
    return dialogue
