"""The presence service: one stream per connected agent, fed from the announcement board.

All streams live in one event loop; a stream costs memory and a timer, no thread. A second stream of the same agent
ends the first. At each heartbeat the agent's standing is checked again; contacts are noted for many agents at once.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Final, Protocol

import grpc

from guildpost_coordinator.adapters.grpc_server.peer_standing import PeerStanding
from guildpost_coordinator.adapters.grpc_server.peers import Peer, agent_of, peer_of
from guildpost_coordinator.app.ports.announcements import Newsstand
from guildpost_coordinator.app.record_contact import Heard
from guildpost_shared.clock import Clock
from guildpost_shared.errors import ProtocolViolation, Unavailable
from guildpost_shared.identity.presence import Heartbeat
from guildpost_shared.pb.v1 import presence_pb2, presence_pb2_grpc
from guildpost_shared.wire.limits import HEARTBEAT_EVERY
from guildpost_shared.wire.presence import event_to_wire

CONTACT_EVERY: Final = 300.0  # seconds between notes of the last contact
NOTED_WITHIN: Final = 0.5  # seconds until a note is in the database
BEATS_PER_SECOND: Final = 200
"""More agents than these times the pause hear a heartbeat less often: it costs the coordinator more than it tells."""
TOLD_PER_SECOND: Final = 100
"""News reach so many agents in a second: each of them then asks for files, and more would queue up."""
TOLD_AT_ONCE: Final = 10
LOOK_EVERY: Final = 5.0  # seconds; a heartbeat sooner than that looks by itself
_VERSION: Final = re.compile(r"[0-9A-Za-z.+-]{1,40}")


class RecordContacts(Protocol):
    """``app.record_contacts`` with its ports."""

    def __call__(self, heard: Mapping[str, Heard], /) -> None:
        """Store the latest contact with some agents."""
        ...


@dataclass(frozen=True)
class Pace:
    """Seconds between heartbeats, and between notes of the last contact; agents that hear of news in a second."""

    heartbeat: float = HEARTBEAT_EVERY
    contact: float = CONTACT_EVERY
    told: int = TOLD_PER_SECOND


class _Place:
    """One stream's bell."""

    def __init__(self) -> None:
        self.bell = asyncio.Event()


class PresenceServicer(presence_pb2_grpc.PresenceServicer):
    """Tell connected agents what is new; everything but ``ring`` runs in the event loop."""

    def __init__(
        self,
        *,
        newsstand: Newsstand,
        record_contacts: RecordContacts,
        standing: PeerStanding,
        clock: Clock,
        seats: int,
        pace: Pace | None = None,
    ) -> None:
        """Bind the ports.

        Args:
            newsstand: the announcement board.
            record_contacts: notes when agents were heard of.
            standing: tells whether a peer may stay.
            clock: the wall clock.
            seats: streams that may be open at once.
            pace: how often to send heartbeats and note contacts.
        """
        self._newsstand = newsstand
        self._record_contacts = record_contacts
        self._standing = standing
        self._clock = clock
        self._seats = seats
        self._pace = pace or Pace()
        self._places: dict[str, _Place] = {}
        self._taken = 0
        self._heard: dict[str, Heard] = {}
        self._stopping = False
        self._looked = float("-inf")
        self._tasks: set[asyncio.Task[None]] = set()
        self._open = AsyncExitStack()

    async def start(self) -> None:
        """Listen to the board and note contacts from now on."""
        loop = asyncio.get_running_loop()
        self._open.enter_context(self._newsstand.listening(lambda: _call_soon(loop, self._ring)))
        self._keep(self._note_forever())

    async def stop(self) -> None:
        """End every stream; agents come back by themselves."""
        self._stopping = True
        for place in self._places.values():
            place.bell.set()

    async def close(self) -> None:
        """Note the last contacts when no stream is open any more."""
        await self._open.aclose()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._note()

    async def Connect(  # noqa: N802 — the generated name
        self, request: presence_pb2.ConnectRequest, context: "grpc.aio.ServicerContext[object, object]"
    ) -> AsyncIterator[presence_pb2.PresenceEvent]:
        """Stream what holds now, then what changes."""
        agent_id, peer, version = agent_of(context), peer_of(context), request.agent_version
        if not _VERSION.fullmatch(version):
            raise ProtocolViolation("message_malformed", detail="agent version")
        if self._taken >= self._seats:
            raise Unavailable("coordinator_busy")
        place, former = _Place(), self._places.get(agent_id)
        self._taken += 1
        self._places[agent_id] = place
        if former is not None:
            former.bell.set()
        try:
            async for event in self._stream(agent_id, place, peer, version):
                yield event
        finally:
            self._taken -= 1
            if self._places.get(agent_id) is place:
                del self._places[agent_id]
                self._heard[agent_id] = Heard(version, connected=False)

    async def _stream(
        self, agent_id: str, place: _Place, peer: Peer, version: str
    ) -> AsyncIterator[presence_pb2.PresenceEvent]:
        loop, position = asyncio.get_running_loop(), 0
        next_heartbeat = next_contact = loop.time()
        while not self._stopping and self._places.get(agent_id) is place:
            if loop.time() >= next_contact:
                self._heard[agent_id] = Heard(version, connected=True)
                next_contact = loop.time() + self._pace.contact
            if loop.time() >= next_heartbeat:
                await self._look()
                self._standing.check(peer)
                yield event_to_wire(Heartbeat(self._clock.now()))
                next_heartbeat = loop.time() + max(self._pace.heartbeat, len(self._places) / BEATS_PER_SECOND)
            news, position = self._newsstand.since(position)
            for event in news:
                yield event_to_wire(event)
            timer = loop.call_at(next_heartbeat, place.bell.set)
            try:
                await place.bell.wait()
            finally:
                timer.cancel()
            place.bell.clear()

    async def _look(self) -> None:
        """Look at the register now and then, for all streams together."""
        loop = asyncio.get_running_loop()
        if loop.time() - self._looked >= min(LOOK_EVERY, self._pace.heartbeat):
            self._looked = loop.time()
            await asyncio.to_thread(self._standing.look)

    def _ring(self) -> None:
        self._keep(self._ring_all())

    async def _ring_all(self) -> None:
        for number, place in enumerate(tuple(self._places.values()), 1):
            place.bell.set()
            if number % TOLD_AT_ONCE == 0:
                await asyncio.sleep(TOLD_AT_ONCE / self._pace.told)

    async def _note_forever(self) -> None:
        while True:
            await asyncio.sleep(NOTED_WITHIN)
            await self._note()

    async def _note(self) -> None:
        heard, self._heard = self._heard, {}
        if heard:
            await asyncio.to_thread(self._record_contacts, heard)

    def _keep(self, work: Coroutine[object, object, None]) -> None:
        """Run something beside the streams; the loop alone would forget it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _call_soon(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the loop has ended, and with it everybody who could hear
        loop.call_soon_threadsafe(callback)
