"""A business clock that another process drives, over one line of JSON per message on a loopback TCP connection.

The protocol, seen from this side (the driven process):

    1. connect, say who we are           →  {"name": "agent-03"}
    2. the driver says the instant       ←  {"now": "2027-03-01T07:00:00+00:00"}
    3. everything due is done: say so    →  {"done": "2027-03-01T07:00:00+00:00"}
    4. back to 2 until the connection ends; then reconnect (the driver repeats the current instant)

The driver moves on only when every process it knows has answered, so nothing is ever skipped: a process that was
killed in the middle finds the same instant again after its restart, and its steps have to be idempotent.
"""

import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from guildpost_shared.clock import Clock, ManualClock, SystemClock
from guildpost_shared.errors import ConfigurationError, ProtocolViolation, Unavailable

MAX_LINE: Final = 4096
RECONNECT_SECONDS: Final = 0.2
POLL_SECONDS: Final = 0.2
CONNECT_SECONDS: Final = 5.0
FIRST_INSTANT_SECONDS: Final = 60.0


def encode(field: str, value: str) -> bytes:
    """Write one message: a JSON object with one field, ended by a line feed."""
    return json.dumps({field: value}).encode() + b"\n"


def decode(line: bytes, field: str) -> str:
    """Read one message.

    Raises:
        ProtocolViolation: it is no JSON object with that text field.
    """
    try:
        message = json.loads(line)
        value = message[field]
    except (ValueError, KeyError, TypeError) as error:
        raise ProtocolViolation("business_clock_protocol", detail=str(error)) from error
    if not isinstance(value, str):
        raise ProtocolViolation("business_clock_protocol", detail=f"{field} is no text")
    return value


def parse_instant(text: str) -> datetime:
    """Read an instant with its zone, as UTC.

    Raises:
        ProtocolViolation: it is no ISO 8601 instant with a zone.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise ProtocolViolation("business_clock_protocol", detail=str(error)) from error
    if instant.tzinfo is None:
        raise ProtocolViolation("business_clock_protocol", detail="instant without a zone")
    return instant.astimezone(UTC)


def parse_address(address: str) -> tuple[str, int]:
    """Read ``HOST:PORT``.

    Raises:
        ConfigurationError: it has no port.
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise ConfigurationError("host_port_unreadable", address=address)
    return host.strip("[]"), int(port)


class DrivenClock:
    """The business clock of a driven process: a ``Clock`` whose instant comes from the driver.

    Use: build it, call ``run`` in a thread (or the main thread) with what is to be done at each instant, and give the
    object to everything that needs a clock.
    """

    def __init__(self, address: str, name: str, first_instant_seconds: float = FIRST_INSTANT_SECONDS) -> None:
        """Name the driver and ourselves.

        Args:
            address: ``HOST:PORT`` of the driver.
            name: the name the driver knows this process by.
            first_instant_seconds: how long ``now`` waits for the first instant.
        """
        self._address = parse_address(address)
        self._name = name
        self._patience = first_instant_seconds
        self._clock = ManualClock(datetime.min.replace(tzinfo=UTC))
        self._known = threading.Event()

    def now(self) -> datetime:
        """Return the instant the driver said last; before ``run`` has heard one, ask the driver for it.

        Raises:
            Unavailable: the driver did not answer in time.
            ProtocolViolation: the other side is no business clock.
        """
        end = monotonic() + self._patience
        while not self._known.is_set():
            left = end - monotonic()
            if left <= 0:
                raise Unavailable("business_clock_away", address=f"{self._address[0]}:{self._address[1]}")
            self._ask(min(left, CONNECT_SECONDS))
            self._known.wait(min(max(end - monotonic(), 0), POLL_SECONDS))
        return self._clock.now()

    def _ask(self, seconds: float) -> None:
        """Hear the current instant under a name nobody waits for; what is due is done only in ``run``."""
        try:
            with socket.create_connection(self._address, timeout=seconds) as connection:
                connection.sendall(encode("name", f"{self._name} (asks)"))
                with connection.makefile("rb") as lines:
                    line = lines.readline(MAX_LINE)
        except OSError:
            return
        if line and not self._known.is_set():
            self._clock.set(parse_instant(decode(line, "now")))
            self._known.set()

    def run(self, on_instant: Callable[[datetime], None], stop: threading.Event) -> None:
        """Follow the driver until ``stop`` is set, reconnecting whenever the connection drops.

        Args:
            on_instant: does everything due at that instant, children included, and returns when it is done. What it
                raises ends ``run``: the process should then end too, and be started again by its supervisor.
            stop: ends the following within a fraction of a second.

        Raises:
            ProtocolViolation: the other side is no business clock.
        """
        while not stop.is_set():
            try:
                connection = socket.create_connection(self._address, timeout=CONNECT_SECONDS)
            except OSError:
                stop.wait(RECONNECT_SECONDS)
                continue
            with connection:
                self._follow(connection, on_instant, stop)
            stop.wait(RECONNECT_SECONDS)

    def _follow(self, connection: socket.socket, on_instant: Callable[[datetime], None], stop: threading.Event) -> None:
        if not _send(connection, encode("name", self._name)):
            return
        connection.settimeout(POLL_SECONDS)
        pending = b""
        while not stop.is_set():
            try:
                chunk = connection.recv(MAX_LINE)
            except TimeoutError:
                continue
            except OSError:
                return
            if not chunk:
                return
            pending += chunk
            while b"\n" in pending and not stop.is_set():
                line, _, pending = pending.partition(b"\n")
                text = decode(line, "now")
                self._clock.set(parse_instant(text))
                self._known.set()
                on_instant(self._clock.now())
                if not _send(connection, encode("done", text)):
                    return
            if len(pending) > MAX_LINE:
                raise ProtocolViolation("business_clock_protocol", detail="line too long")


def _send(connection: socket.socket, data: bytes) -> bool:
    try:
        connection.sendall(data)
    except OSError:
        return False
    return True


BUSINESS_CLOCK: Final = "GUILDPOST_BUSINESS_CLOCK"
"""Environment variable with the driver's address, for programs that another program of ours starts."""


def business_clock(address: str | None, name: str, patience_seconds: float = FIRST_INSTANT_SECONDS) -> Clock:
    """Give the business clock of a process that only reads it: the driver's where there is one, else the system's.

    Args:
        address: ``HOST:PORT`` of the driver, or None.
        name: how the driver logs this process; it waits for nobody it was not told of.
        patience_seconds: how long ``now`` waits for the driver's first word; a person at a terminal has less of it.
    """
    if not address:
        return SystemClock()
    clock = DrivenClock(address, name, patience_seconds)
    threading.Thread(target=_keep_hearing, args=(clock,), name="business-clock", daemon=True).start()
    return clock


def _keep_hearing(clock: DrivenClock) -> None:
    """Follow as long as the process lives; that the other side is none is said by ``now``, which asks it too."""
    with suppress(ProtocolViolation):
        clock.run(lambda _now: None, threading.Event())
