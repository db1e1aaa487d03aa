"""The business clock waits for everybody, also for those who die and come back."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest

from guildpost_demo.driver.business_clock import BusinessClockServer
from guildpost_demo.driver.ticks import ZONE, hours_of, instants
from guildpost_shared.driven_clock import DrivenClock, business_clock, parse_address
from guildpost_shared.errors import ConfigurationError, ProtocolViolation, Unavailable

START = datetime(2027, 3, 1, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def server() -> Iterator[BusinessClockServer]:
    running = BusinessClockServer(START)
    yield running
    running.close()


class Follower:
    """A driven process as a thread; remembers the instants it worked at."""

    def __init__(self, address: str, name: str, work: Callable[[datetime], None] = lambda _now: None) -> None:
        self.seen: list[datetime] = []
        self._work = work
        self.clock = DrivenClock(address, name, first_instant_seconds=5)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.clock.run, args=(self._at, self._stop), daemon=True)
        self._thread.start()

    def _at(self, now: datetime) -> None:
        self._work(now)
        self.seen.append(now)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(5)


def _half_follower(address: str, name: str) -> socket.socket:
    """Connect, hear the instant, and never answer: a process that is killed in the middle of its work."""
    connection = socket.create_connection(parse_address(address), timeout=5)
    connection.sendall(json.dumps({"name": name}).encode() + b"\n")
    assert connection.recv(200).startswith(b'{"now"')
    return connection


def test_every_process_hears_every_instant_once_and_in_order(server: BusinessClockServer) -> None:
    followers = [Follower(server.address, f"agent-{number}") for number in range(3)]
    server.expect("agent-0", "agent-1", "agent-2")
    server.advance(START, patience_seconds=10)
    for hours in range(1, 6):
        server.advance(START + hours * HOUR, patience_seconds=10)
    for follower in followers:
        follower.stop()
        assert [START + hours * HOUR for hours in range(6)] == follower.seen[-6:]
        assert START + 5 * HOUR == follower.clock.now()


def test_the_clock_stands_still_until_a_killed_process_is_back(server: BusinessClockServer) -> None:
    server.expect("agent-1")
    dying = _half_follower(server.address, "agent-1")
    moved = threading.Event()

    def advance() -> None:
        server.advance(START + HOUR, patience_seconds=20)
        moved.set()

    threading.Thread(target=advance, daemon=True).start()
    dying.close()
    assert not moved.wait(0.5)
    assert ["agent-1"] == server.down()
    assert ["agent-1"] == server.waiting_for()
    back = Follower(server.address, "agent-1")
    assert moved.wait(5)
    back.stop()
    assert [START + HOUR] == back.seen


def test_an_unexpected_process_is_served_but_not_waited_for(server: BusinessClockServer) -> None:
    lazy = _half_follower(server.address, "visitor")
    server.advance(START + HOUR, patience_seconds=2)
    assert b"2027-03-01T05:00" in lazy.recv(200)
    lazy.close()


def test_a_process_that_never_answers_is_named_after_the_patience(server: BusinessClockServer) -> None:
    server.expect("agent-7")
    with pytest.raises(Unavailable) as caught:
        server.advance(START + HOUR, patience_seconds=0.3)
    assert ("demo_clock_waits", "agent-7") == (caught.value.code, caught.value.params["names"])


def test_waiting_can_be_ended_from_outside(server: BusinessClockServer) -> None:
    server.expect("agent-7")

    def give_up() -> None:
        raise Unavailable("demo_process_dies", name="agent-7")

    with pytest.raises(Unavailable, match="demo_process_dies"):
        server.advance(START + HOUR, while_waiting=give_up)


def test_a_dismissed_process_is_no_longer_waited_for(server: BusinessClockServer) -> None:
    server.expect("agent-7")
    server.dismiss("agent-7")
    server.advance(START + HOUR, patience_seconds=1)
    assert [] == server.down()


def test_nonsense_on_the_line_harms_nobody(server: BusinessClockServer) -> None:
    with socket.create_connection(parse_address(server.address), timeout=5) as rude:
        rude.sendall(b"GET / HTTP/1.1\n")
        assert b"" == rude.recv(10)
    follower = Follower(server.address, "agent-1")
    server.expect("agent-1")
    server.advance(START + HOUR, patience_seconds=5)
    follower.stop()


def test_work_that_fails_ends_the_following_with_its_error(server: BusinessClockServer) -> None:
    def fail(_now: datetime) -> None:
        raise ZeroDivisionError

    clock = DrivenClock(server.address, "agent-1")
    with pytest.raises(ZeroDivisionError):
        clock.run(fail, threading.Event())


def test_the_instant_can_be_asked_before_following(server: BusinessClockServer) -> None:
    server.expect("agent-1")
    clock = DrivenClock(server.address, "agent-1", first_instant_seconds=5)
    assert START == clock.now()
    assert ["agent-1"] == server.waiting_for()


def test_without_a_driver_the_clock_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        clock = DrivenClock(f"127.0.0.1:{silent.getsockname()[1]}", "agent-1", first_instant_seconds=0.2)
        with pytest.raises(Unavailable, match="business_clock_away"):
            clock.now()


def test_an_address_that_nobody_answers_is_given_up_after_the_patience() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        address = f"127.0.0.1:{unused.getsockname()[1]}"
    clock = business_clock(address, "round-command", patience_seconds=0.3)
    with pytest.raises(Unavailable) as caught:
        clock.now()
    assert ("business_clock_away", address) == (caught.value.code, caught.value.params["address"])


def test_a_connection_that_is_never_made_costs_the_patience_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    connect = socket.create_connection

    def far_away(address: tuple[str, int], timeout: float) -> socket.socket:
        if address[0] != "192.0.2.1":
            return connect(address, timeout=timeout)
        waited.append(timeout)
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", far_away)
    with pytest.raises(Unavailable, match="business_clock_away"):
        DrivenClock("192.0.2.1:4711", "agent-1", first_instant_seconds=0.3).now()
    assert 0 < max(waited) <= 0.3


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_who_only_reads_a_clock_that_is_none_is_told_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as impostor:

        def speak() -> None:
            with suppress(OSError):  # the test is over
                while True:
                    impostor.accept()[0].sendall(b"HTTP/1.1 400 Bad Request\n")

        threading.Thread(target=speak, daemon=True).start()
        clock = business_clock(f"127.0.0.1:{impostor.getsockname()[1]}", "round-command", patience_seconds=5)
        with pytest.raises(ProtocolViolation, match="business_clock_protocol"):
            clock.now()


@pytest.mark.parametrize(
    "address", ["localhost", ":4711", "host:port", ""], ids=["no port", "no host", "word", "empty"]
)
def test_an_address_without_host_and_port_is_refused(address: str) -> None:
    with pytest.raises(ConfigurationError, match="host_port_unreadable"):
        DrivenClock(address, "agent-1")


@pytest.mark.parametrize(
    "line",
    [b"nonsense\n", b'{"now": 5}\n', b'{"now": "2027-03-01"}\n', b'{"then": "x"}\n'],
    ids=["no json", "a number", "no zone", "another field"],
)
def test_a_server_that_is_no_business_clock_is_refused(line: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as impostor:

        def speak() -> None:
            connection, _ = impostor.accept()
            connection.sendall(line)

        threading.Thread(target=speak, daemon=True).start()
        clock = DrivenClock(f"127.0.0.1:{impostor.getsockname()[1]}", "agent-1")
        with pytest.raises(ProtocolViolation, match="business_clock_protocol"):
            clock.run(lambda _now: None, threading.Event())


def test_a_week_has_fourteen_instants_a_day_and_one_on_sunday() -> None:
    week = list(instants(date(2027, 3, 1), 1))
    assert 6 * 14 + 1 == len(week)
    assert (5,) == hours_of(date(2027, 3, 7))


def test_instants_follow_local_time_across_the_change_to_summer_time() -> None:
    hours = [instant.astimezone(ZONE).hour for instant in instants(date(2027, 3, 22), 2)]
    assert {5, *range(7, 20)} == set(hours)
    assert sorted(instants(date(2027, 3, 22), 2)) == list(instants(date(2027, 3, 22), 2))
