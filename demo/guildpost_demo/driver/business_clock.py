"""The master of the business clock: says the instant, waits until every process has done what is due, moves on.

The server's side of the protocol in ``guildpost_shared.driven_clock``. The barrier is over *names*: a process that was
killed stays expected, the clock stands still until a process of that name has come back and finished the instant.
"""

import socket
import threading
from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import Final

from guildpost_shared.driven_clock import MAX_LINE, decode, encode
from guildpost_shared.errors import ProtocolViolation, Unavailable

LOOPBACK: Final = "127.0.0.1"
LOOK_SECONDS: Final = 0.25


class BusinessClockServer:
    """Drives the business clock of every process that connects."""

    def __init__(self, start: datetime) -> None:
        """Listen on a free loopback port.

        Args:
            start: the instant every process hears on connecting, until the first ``advance``.
        """
        self._changed = threading.Condition()
        self._current = start.isoformat()
        self._expected: set[str] = set()
        self._sessions: dict[str, socket.socket] = {}
        self._done: dict[str, str] = {}
        self._listener = socket.create_server((LOOPBACK, 0))
        self._closed = False
        threading.Thread(target=self._accept, daemon=True, name="business-clock").start()

    @property
    def address(self) -> str:
        """Where it listens, as ``HOST:PORT``."""
        return f"{LOOPBACK}:{self._listener.getsockname()[1]}"

    def expect(self, *names: str) -> None:
        """Count processes in: from now on the clock waits for them."""
        with self._changed:
            self._expected.update(names)

    def dismiss(self, *names: str) -> None:
        """Count processes out: the clock no longer waits for them."""
        with self._changed:
            self._expected.difference_update(names)
            self._changed.notify_all()

    def down(self) -> list[str]:
        """List the expected processes that are not connected."""
        with self._changed:
            return sorted(self._expected - self._sessions.keys())

    def waiting_for(self) -> list[str]:
        """List the expected processes that have not finished the current instant."""
        with self._changed:
            return sorted(self._unfinished())

    def _unfinished(self) -> set[str]:
        return {name for name in self._expected if self._done.get(name) != self._current}

    def advance(
        self, instant: datetime, patience_seconds: float = 300.0, while_waiting: Callable[[], None] = lambda: None
    ) -> None:
        """Move every process to an instant and wait until all expected ones have done what was due.

        Args:
            instant: aware; the same instant again only waits.
            patience_seconds: how long one instant may take.
            while_waiting: called a few times a second; what it raises ends the waiting.

        Raises:
            Unavailable: some process did not finish in time.
        """
        with self._changed:
            is_new = self._current != instant.isoformat()
            self._current = instant.isoformat()
            sessions = list(self._sessions.values()) if is_new else []
            message = encode("now", self._current)
        for connection in sessions:
            _send(connection, message)
        end = monotonic() + patience_seconds
        while True:
            with self._changed:
                if not self._unfinished() or self._changed.wait_for(lambda: not self._unfinished(), LOOK_SECONDS):
                    return
            while_waiting()
            if monotonic() > end:
                raise Unavailable("demo_clock_waits", names=", ".join(self.waiting_for()))

    def close(self) -> None:
        """Stop listening and drop all connections."""
        self._closed = True
        self._listener.close()
        with self._changed:
            for connection in self._sessions.values():
                connection.close()

    def _accept(self) -> None:
        while not self._closed:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        name = ""
        try:
            with connection, connection.makefile("rb") as lines:
                name = decode(lines.readline(MAX_LINE), "name")
                self._enter(name, connection)
                for line in lines:
                    self._finished(name, decode(line, "done"))
        except (OSError, ProtocolViolation):
            pass  # a process that dies or talks nonsense is down; its supervisor starts it again
        finally:
            self._leave(name, connection)

    def _enter(self, name: str, connection: socket.socket) -> None:
        with self._changed:
            self._sessions[name] = connection
            self._done.pop(name, None)
            _send(connection, encode("now", self._current))
            self._changed.notify_all()

    def _finished(self, name: str, instant: str) -> None:
        with self._changed:
            self._done[name] = instant
            self._changed.notify_all()

    def _leave(self, name: str, connection: socket.socket) -> None:
        with self._changed:
            if self._sessions.get(name) is connection:
                del self._sessions[name]
            self._changed.notify_all()


def _send(connection: socket.socket, data: bytes) -> None:
    try:
        connection.sendall(data)
    except OSError:
        return  # its reader notices and takes it off the list
