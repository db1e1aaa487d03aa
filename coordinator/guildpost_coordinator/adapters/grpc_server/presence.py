"""The presence service: one stream per connected agent, fed from the announcement board.

A stream costs one thread while it is open; seats are counted so that they never take the last worker from the other
services. A second stream of the same agent ends the first. At each heartbeat the membership is looked at again.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import grpc

from guildpost_coordinator.adapters.grpc_server.peers import Peer, agent_of, peer_of
from guildpost_coordinator.app.ports.announcements import Newsstand, Reader
from guildpost_shared.clock import Clock
from guildpost_shared.errors import ProtocolViolation, Unavailable
from guildpost_shared.identity.presence import Heartbeat, PresenceEvent
from guildpost_shared.pb.v1 import presence_pb2, presence_pb2_grpc
from guildpost_shared.wire.limits import HEARTBEAT_EVERY
from guildpost_shared.wire.presence import event_to_wire

CONTACT_EVERY: Final = 300  # seconds between notes of the last contact
_VERSION: Final = re.compile(r"[0-9A-Za-z.+-]{1,40}")


class RecordContact(Protocol):
    """``app.record_contact`` with its ports."""

    def __call__(self, agent_id: str, *, agent_version: str, connected: bool) -> None:
        """Store the latest contact with an agent."""
        ...


@dataclass(frozen=True)
class Pace:
    """Seconds between heartbeats, and between notes of the last contact."""

    heartbeat: float = HEARTBEAT_EVERY
    contact: float = CONTACT_EVERY


class PresenceServicer(presence_pb2_grpc.PresenceServicer):
    """Tell connected agents what is new."""

    def __init__(
        self,
        *,
        newsstand: Newsstand,
        record_contact: RecordContact,
        admit: Callable[[Peer], None],
        clock: Clock,
        seats: int,
        pace: Pace | None = None,
    ) -> None:
        """Bind the ports.

        Args:
            newsstand: the announcement board.
            record_contact: notes when an agent was heard of.
            admit: raises when a peer's certificate or membership is not in force any more.
            clock: the wall clock.
            seats: streams that may be open at once.
            pace: how often to send heartbeats and note contacts.
        """
        self._newsstand = newsstand
        self._record_contact = record_contact
        self._admit = admit
        self._clock = clock
        self._seats = threading.BoundedSemaphore(seats)
        self._pace = pace or Pace()
        self._lock = threading.Lock()
        self._open: dict[str, Reader] = {}
        self._stopping = False

    def Connect(  # noqa: N802 — the generated name
        self, request: presence_pb2.ConnectRequest, context: grpc.ServicerContext
    ) -> Iterator[presence_pb2.PresenceEvent]:
        """Stream what holds now, then what changes."""
        agent_id = agent_of(context)
        version = request.agent_version
        if not _VERSION.fullmatch(version):
            raise ProtocolViolation("message_malformed", detail="agent version")
        if not self._seats.acquire(blocking=False):
            raise Unavailable("coordinator_busy")
        try:
            with self._newsstand.reader() as reader:
                self._take_place(agent_id, reader)
                context.add_callback(reader.ring)
                try:
                    yield from self._stream(agent_id, version, reader, context)
                finally:
                    if self._leave_place(agent_id, reader):
                        self._record_contact(agent_id, agent_version=version, connected=False)
        finally:
            self._seats.release()

    def stop(self) -> None:
        """End every stream; agents come back by themselves."""
        with self._lock:
            self._stopping = True
            for reader in self._open.values():
                reader.ring()

    def _stream(
        self, agent_id: str, version: str, reader: Reader, context: grpc.ServicerContext
    ) -> Iterator[presence_pb2.PresenceEvent]:
        peer = peer_of(context)
        next_heartbeat = next_contact = time.monotonic()
        while self._has_place(agent_id, reader) and context.is_active():
            if time.monotonic() >= next_contact:
                self._record_contact(agent_id, agent_version=version, connected=True)
                next_contact = time.monotonic() + self._pace.contact
            if time.monotonic() >= next_heartbeat:
                self._admit(peer)
                yield event_to_wire(Heartbeat(self._clock.now()))
                next_heartbeat = time.monotonic() + self._pace.heartbeat
            news: tuple[PresenceEvent, ...] = reader.wait(max(next_heartbeat - time.monotonic(), 0))
            for event in news:
                yield event_to_wire(event)

    def _take_place(self, agent_id: str, reader: Reader) -> None:
        with self._lock:
            former = self._open.get(agent_id)
            self._open[agent_id] = reader
            if former is not None:
                former.ring()

    def _has_place(self, agent_id: str, reader: Reader) -> bool:
        with self._lock:
            return not self._stopping and self._open.get(agent_id) is reader

    def _leave_place(self, agent_id: str, reader: Reader) -> bool:
        with self._lock:
            held = self._open.get(agent_id) is reader
            if held:
                del self._open[agent_id]
            return held
