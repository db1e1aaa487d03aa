"""Stay connected to the coordinator and hand on what it says.

The connection is opened by the agent. When it ends, it is opened again after a jittered, growing pause; the pause
starts over once an event came through.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from guildpost_agent.app.ports.control_plane import ControlPlane, Credentials, EventStream
from guildpost_shared.clock import Clock
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import GuildpostError
from guildpost_shared.identity.presence import PresenceEvent
from guildpost_shared.identity.rotation import retry_after


@dataclass(frozen=True)
class PresenceStatus:
    """How the connection stands.

    Attributes:
        connected: an event came through and the stream has not ended since.
        last_contact: instant of the last event (wall clock, UTC), or None.
        error: why the last stream ended, or None.
    """

    connected: bool = False
    last_contact: datetime | None = None
    error: GuildpostError | None = field(default=None, compare=False)


class PresenceFollower:
    """Follow one membership's presence stream in the caller's thread."""

    def __init__(
        self,
        *,
        control_plane: ControlPlane,
        credentials: Callable[[], Credentials],
        agent_version: str,
        on_event: Callable[[PresenceEvent], None],
        clock: Clock,
        entropy: Entropy,
    ) -> None:
        """Set the follower up; ``run`` starts it.

        Args:
            control_plane: the way to the coordinator.
            credentials: gives the credentials in force, asked at each connection.
            agent_version: of this program.
            on_event: is told every event, heartbeats included, in the follower's thread; must return soon.
            clock: the wall clock.
            entropy: jitter of the pauses.
        """
        self._control_plane = control_plane
        self._credentials = credentials
        self._agent_version = agent_version
        self._on_event = on_event
        self._clock = clock
        self._entropy = entropy
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._stream: EventStream | None = None
        self._status = PresenceStatus()

    @property
    def status(self) -> PresenceStatus:
        """How the connection stands now."""
        return self._status

    def run(self) -> None:
        """Follow until ``stop``; a coordinator that is away or refuses is asked again."""
        failures = 0
        while not self._stopped.is_set():
            contact_before = self._status.last_contact
            error = self._follow_once()
            failures = 1 if self._status.last_contact != contact_before else failures + 1
            self._status = PresenceStatus(connected=False, last_contact=self._status.last_contact, error=error)
            self._stopped.wait(retry_after(failures, self._entropy.token_bytes(8)).total_seconds())

    def stop(self) -> None:
        """End ``run`` soon; callable from another thread."""
        with self._lock:
            self._stopped.set()
            if self._stream is not None:
                self._stream.close()

    def reconnect(self) -> None:
        """End the stream, so that the next one is opened with the credentials in force; callable from another thread.

        Whoever else talks to the coordinator does so with these, and then shares the connection.
        """
        with self._lock:
            if self._stream is not None:
                self._stream.close()

    def _follow_once(self) -> GuildpostError | None:
        try:
            stream = self._control_plane.listen(self._credentials(), self._agent_version)
            with self._lock:
                self._stream = stream
                if self._stopped.is_set():
                    stream.close()
            for event in stream:
                self._status = PresenceStatus(connected=True, last_contact=self._clock.now())
                self._on_event(event)
        except GuildpostError as error:
            return error
        finally:
            self._close()
        return None

    def _close(self) -> None:
        with self._lock:
            if self._stream is not None:
                self._stream.close()
            self._stream = None
