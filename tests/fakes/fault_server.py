"""A real SMTP server on loopback that breaks the rules on request: asyncio, STARTTLS, AUTH, PIPELINING.

    with FaultServer(tls) as server:
        server.plan("RCPT", "450 4.2.0 later")         # the next RCPT is answered so, the ones after it are accepted
        server.plan("DOT", "drop", always=True)
        ...
        assert server.accepted == ["<…@autohaus.example>"]

Stages: CONNECT EHLO STARTTLS AUTH MAIL RCPT DATA CONTENT DOT. What to do there, instead of agreeing:

    "4xx …", "5xx …"   this reply              "drop"           close at once
    "stall:0.3"        agree, but only then    "slow:0.05"      agree, one byte of the reply every 0.05 s
    "garbage"          bytes that are no reply
"""

import asyncio
import re
import ssl
import threading
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from tests.factories.tls_files import TlsFiles

_MESSAGE_ID: Final = re.compile(rb"(?im)^message-id:\s*(<[^>]+>)")
_FINE: Final = {
    "CONNECT": "220 fault.example ESMTP",
    "STARTTLS": "220 2.0.0 ready",
    "AUTH": "235 2.7.0 welcome",
    "MAIL": "250 2.1.0 fine",
    "RCPT": "250 2.1.5 fine",
    "DATA": "354 go on",
    "DOT": "250 2.0.0 queued",
}


class FaultServer:
    """Starts and stops with ``with``."""

    def __init__(
        self, tls: TlsFiles | None = None, *, starttls: bool = True, pipelining: bool = True, auth: bool = False
    ) -> None:
        self.accepted: list[str] = []
        self.reached: defaultdict[str, threading.Event] = defaultdict(threading.Event)
        self.on_accepted: Callable[[], None] = lambda: None
        self._faults: defaultdict[str, list[str]] = defaultdict(list)
        self._always: dict[str, str] = {}
        self._starttls = starttls and tls is not None
        self._pipelining = pipelining
        self._auth = auth
        self._context = None
        if tls is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(tls.certificate, tls.key)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0

    def plan(self, stage: str, *faults: str, always: bool = False) -> None:
        """Break the rules the next times a stage is reached, or every time."""
        self._faults[stage].extend(faults)
        if always:
            self._always[stage] = faults[0]

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 20), self._loop
        ).result()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.CancelledError):
            await self._talk(reader, writer)
        writer.transport.abort()

    async def _talk(  # noqa: C901, PLR0912 — one case per verb
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await self._answer("CONNECT", writer)
        recipients = 0
        while line := await reader.readline():
            verb = line[:4].upper().decode("ascii", "replace")
            match verb:
                case "EHLO" | "HELO":
                    await self._answer("EHLO", writer, self._greeting(writer))
                case "STAR":
                    if await self._answer("STARTTLS", writer) and self._context is not None:
                        await writer.start_tls(self._context)
                case "AUTH":
                    await self._answer("AUTH", writer)
                case "MAIL":
                    recipients = 0
                    await self._answer("MAIL", writer)
                case "RCPT":
                    recipients += await self._answer("RCPT", writer)
                case "DATA" if not recipients:
                    await _say(writer, b"554 5.5.1 no valid recipients\r\n")
                case "DATA":
                    if await self._answer("DATA", writer):
                        await self._take(reader, writer)
                case "RSET":
                    await _say(writer, b"250 2.0.0 forgotten\r\n")
                case "QUIT":
                    await _say(writer, b"221 2.0.0 bye\r\n")
                    return
                case _:
                    await _say(writer, b"500 5.5.2 what?\r\n")

    def _greeting(self, writer: asyncio.StreamWriter) -> str:
        encrypted = writer.get_extra_info("ssl_object") is not None
        offers = ["fault.example"]
        if self._starttls and not encrypted:
            offers.append("STARTTLS")
        if self._pipelining:
            offers.append("PIPELINING")
        if self._auth and encrypted:
            offers.append("AUTH PLAIN")
        return "\r\n".join(f"250{'-' if offer is not offers[-1] else ' '}{offer}" for offer in offers)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take the content, and answer the final dot."""
        self.reached["CONTENT"].set()
        if self._next("CONTENT") == "drop":
            await reader.readline()
            raise ConnectionError
        content = await reader.readuntil(b"\r\n.\r\n")
        found = _MESSAGE_ID.search(content)
        fault = self._next("DOT")
        if fault is None or fault.startswith(("stall", "slow", "drop after")):
            self.accepted.append(found.group(1).decode() if found else "")
            self.on_accepted()
        await self._answer("DOT", writer, fault=fault)

    def _next(self, stage: str) -> str | None:
        if self._faults[stage]:
            return self._faults[stage].pop(0)
        return self._always.get(stage)

    async def _answer(
        self, stage: str, writer: asyncio.StreamWriter, reply: str | None = None, fault: str | None = None
    ) -> bool:
        """Answer a stage; say whether it was agreed to."""
        fine = reply or _FINE[stage]
        fault = fault if stage == "DOT" else self._next(stage)
        self.reached[stage].set()
        if fault is None:
            await _say(writer, f"{fine}\r\n".encode())
            return True
        if fault.startswith("drop"):
            raise ConnectionError
        if fault.startswith("stall:"):
            await asyncio.sleep(float(fault[6:]))
            await _say(writer, f"{fine}\r\n".encode())
            return True
        if fault.startswith("slow:"):
            for byte in f"{fine}\r\n".encode():
                await _say(writer, bytes([byte]))
                await asyncio.sleep(float(fault[5:]))
            return True
        await _say(writer, b"\x00\xff HTTP/1.1 nonsense\r\n" if fault == "garbage" else f"{fault}\r\n".encode())
        return False


async def _say(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()
