"""SMTP over a pool of connections: asyncio in the caller's thread, one mail per connection at a time."""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Final

from guildpost_agent.adapters.channels.smtp_connection import SmtpConnection, SmtpSettings
from guildpost_agent.app.ports.channel import Carried, Exchange, OutgoingMail
from guildpost_agent.domain.smtp_replies import Receipt
from guildpost_shared.errors import GuildpostError

MAILS_WORTH_A_CONNECTION: Final = 8
"""Below so many mails each, another connection costs more than it brings."""
LINGER_SECONDS: Final = 0.002
"""So long an answer waits for the other connections' answers; a server takes many times as long for a mail."""


class SmtpChannel:
    """A mail server; the event loop and the connections live as long as one run."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings

    def carry(self, exchange: Exchange, expected: int) -> None:
        """Connect and carry what is given (see ``Channel``)."""
        most = min(self._settings.connections, max(1, expected // MAILS_WORTH_A_CONNECTION))
        asyncio.run(_Pool(self._settings, exchange).run(most))


class _Pool:
    """The connections of one run; a server that admits fewer than wanted gets fewer."""

    def __init__(self, settings: SmtpSettings, exchange: Exchange) -> None:
        self._settings = settings
        self._exchange = exchange
        self._connections: list[SmtpConnection] = []
        self._idle: list[SmtpConnection] = []
        self._busy = 0
        self._carried: list[Carried] = []
        self._bug: BaseException | None = None
        self._news = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, most: int) -> None:
        """Carry until nothing is given and nothing is on the way."""
        try:
            await self._add()
            for _ in range(most - 1):
                self._start(self._add_another())
            while self._give() or self._busy:
                await self._hear()
                await self._hear_the_others()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*(connection.quit() for connection in self._connections), return_exceptions=True)

    async def _hear(self) -> None:
        """Wait for news of any connection."""
        await self._news.wait()
        self._news.clear()
        if self._bug is not None:
            raise self._bug

    async def _hear_the_others(self) -> None:
        """Wait a moment for those on the way, too: what comes back together is checked, and flushed, together."""
        loop = asyncio.get_running_loop()
        until = loop.time() + LINGER_SECONDS
        alarm = loop.call_at(until, self._news.set)
        while self._busy and loop.time() < until:
            await self._hear()
        alarm.cancel()

    def _give(self) -> Sequence[OutgoingMail]:
        """Tell what came back, and let the idle connections carry what comes next."""
        carried, self._carried = self._carried, []
        given = self._exchange(carried, len(self._idle), self._busy)
        for mail in given:
            self._busy += 1
            self._start(self._carry(self._idle.pop(), mail))
        return given

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._bug = task.exception()
        self._news.set()

    async def _carry(self, connection: SmtpConnection, mail: OutgoingMail) -> None:
        result: Receipt | GuildpostError
        try:
            result = await connection.carry(mail)
            self._idle.append(connection)
        except GuildpostError as error:
            result = error
        self._busy -= 1
        self._carried.append(Carried(mail.key, result))

    async def _add(self) -> None:
        connection = SmtpConnection(self._settings)
        await connection.connect()
        self._connections.append(connection)
        self._idle.append(connection)

    async def _add_another(self) -> None:
        with suppress(GuildpostError):  # the server wants no more of them; those there are do the work
            await self._add()
