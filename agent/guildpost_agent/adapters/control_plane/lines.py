"""One connection to a coordinator for everything an agent does there at the same time.

The presence stream keeps it open, and a sync of the catalogue goes over it: a second handshake would cost the
coordinator more than the sync. Who needs a connection takes a share; the last one to give its share back closes it.
"""

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from guildpost_agent.app.ports.control_plane import Credentials


class Closing(Protocol):
    """A connection."""

    def close(self) -> None:
        """End it."""
        ...


_Channel = TypeVar("_Channel", bound=Closing)


class _Connection(Generic[_Channel]):
    def __init__(self, credentials: Credentials, channel: _Channel) -> None:
        self.credentials = credentials
        self.channel = channel
        self.shares = 0


class Share(Generic[_Channel]):
    """A share of an open connection."""

    def __init__(self, connection: _Connection[_Channel], give_back: Callable[[_Connection[_Channel]], None]) -> None:
        self._connection = connection
        self._give_back = give_back
        self._held = True

    @property
    def channel(self) -> _Channel:
        """The connection."""
        return self._connection.channel

    def fits(self, credentials: Credentials) -> bool:
        """Say whether the connection was made with these credentials."""
        return self._connection.credentials == credentials

    def close(self) -> None:
        """Give the share back; a second time does nothing."""
        held, self._held = self._held, False
        if held:
            self._give_back(self._connection)


class Lines(Generic[_Channel]):
    """The connections that are open, at most one for the same credentials; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: list[_Connection[_Channel]] = []

    def share(self, credentials: Credentials, connect: Callable[[], _Channel]) -> Share[_Channel]:
        """Take a share of the connection that was made with these credentials, or make it.

        Args:
            credentials: a renewed certificate never meets a connection made with the old one.
            connect: opens a connection; must not wait.
        """
        with self._lock:
            found = next((one for one in self._open if one.credentials == credentials), None)
            if found is None:
                found = _Connection(credentials, connect())
                self._open.append(found)
            found.shares += 1
        return Share(found, self._give_back)

    def _give_back(self, connection: _Connection[_Channel]) -> None:
        with self._lock:
            connection.shares -= 1
            if connection.shares:
                return
            self._open.remove(connection)
        connection.channel.close()
