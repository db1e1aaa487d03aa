"""Servers whose bytes come slowly, without an end, or not at all: each wait ends, and what was good stays.

Real TLS and gRPC; the waits are shortened, nothing else. A test that hangs has failed.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, Self

import pytest

from guildpost_agent.adapters.catalogue.patience import SYNC_SECONDS
from guildpost_agent.adapters.catalogue.tuf_catalogue import TufCatalogue
from guildpost_agent.adapters.control_plane.catalogue import TIMEOUT, GrpcCatalogueTransport
from guildpost_agent.adapters.control_plane.client import GrpcControlPlane
from guildpost_agent.adapters.relay_client.http_inbox import HttpRelayInbox
from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import EgressPolicy
from guildpost_agent.app.membership import Membership
from guildpost_agent.app.sync_catalogue import sync_catalogue
from guildpost_shared.catalogue_changes import CatalogueFile
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import GuildpostError, Unavailable, public_text
from guildpost_shared.identity.enrolment import Endpoint
from guildpost_shared.identity.join_code import format_join_code, parse_join_code
from tests.factories.catalogue import SERVICE, STUDY, CatalogueWorld, FilesTransport
from tests.factories.control_plane import join, renew, stored
from tests.factories.relay_dealer import RelayDealer
from tests.factories.sending_world import SendingWorld
from tests.fakes.documents import FakeDocumentStore
from tests.fakes.hostile_coordinator import HostileCoordinator

pytestmark = pytest.mark.timeout(60)
WAIT: Final = 0.5  # seconds, instead of TIMEOUT
PAUSE: Final = 0.02  # seconds between two bytes


@pytest.fixture
def world(tmp_path: Path) -> Iterator[CatalogueWorld]:
    world = CatalogueWorld(tmp_path)
    world.publish_signed({SERVICE: b"good", STUDY: b"good"})
    yield world
    world.close()


@pytest.fixture
def coordinator(world: CatalogueWorld) -> Iterator[HostileCoordinator]:
    with HostileCoordinator(world.files, world.anchors().root_hash) as coordinator:
        yield coordinator


def member_of(coordinator: HostileCoordinator, store: FakeDocumentStore) -> Membership:
    return join(GrpcControlPlane(), store, coordinator.join_code())


def catalogue_of(world: CatalogueWorld, member: Membership) -> TufCatalogue:
    return world.agent(transport=GrpcCatalogueTransport(member.credentials, timeout=WAIT))


@pytest.mark.parametrize("foresees", [True, False], ids=["the answer that holds all news", "a file by name"])
def test_a_catalogue_that_drips_ends_and_the_good_one_stays(
    world: CatalogueWorld,
    coordinator: HostileCoordinator,
    foresees: bool,  # noqa: FBT001 — a table's column
) -> None:
    agent = catalogue_of(world, member_of(coordinator, FakeDocumentStore()))
    good = agent.sync()
    coordinator.drips = PAUSE
    if not foresees:
        agent = world.agent(transport=ByNameOnly(agent))
    report = sync_catalogue(agent)
    assert report.problem is not None
    assert ("coordinator_slow", good, True) == (report.problem.code, report.version, report.may_send)
    assert [b"good", b"good"] == [agent.read(path) for path in (SERVICE, STUDY)]
    coordinator.drips = None
    assert None is sync_catalogue(catalogue_of(world, member_of(coordinator, FakeDocumentStore()))).problem


class ByNameOnly:
    """The transport of a catalogue, without what is foreseen."""

    def __init__(self, agent: TufCatalogue) -> None:
        self._inner = agent._transport
        self.metadata, self.target, self.close = self._inner.metadata, self._inner.target, self._inner.close

    def changes(self, held: Mapping[str, int]) -> Iterator[CatalogueFile]:
        del held
        return iter(())


def test_an_answer_to_a_renewal_that_never_comes_is_waited_for_no_longer_than_agreed(
    coordinator: HostileCoordinator,
) -> None:
    store = FakeDocumentStore()
    member = member_of(coordinator, store)
    coordinator.drips = PAUSE
    with pytest.raises(Unavailable, match="coordinator_slow"):
        renew(GrpcControlPlane(call_timeout=WAIT), store, member)
    coordinator.drips = None
    assert renew(GrpcControlPlane(), store, stored(store)) is True


class DrippingSocket:
    """Accepts connections and sends one byte after another of something that could become a TLS record."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        try:
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._drip, args=(connection,), daemon=True).start()
        except OSError:
            return

    def _drip(self, connection: socket.socket) -> None:
        try:
            connection.sendall(b"\x16\x03\x03\x40\x00")  # a handshake record of 16 KiB begins
            while True:
                connection.sendall(b"\x02")
                time.sleep(PAUSE)
        except OSError:
            connection.close()


def test_a_server_that_drips_its_certificate_is_left_and_the_join_code_stays_unused(
    coordinator: HostileCoordinator,
) -> None:
    code, store = coordinator.join_code(), FakeDocumentStore()
    with DrippingSocket() as dripping:
        elsewhere = replace(parse_join_code(code), endpoint=Endpoint("127.0.0.1", dripping.port))
        with pytest.raises(Unavailable, match="coordinator_slow"):
            join(GrpcControlPlane(call_timeout=WAIT), store, format_join_code(elsewhere))
    assert {} == store.committed
    assert 1 == join(GrpcControlPlane(), store, code).generation


class DrippingRelay:
    """Answers every connection with the beginning of an HTTP reply, and then with one piece after another."""

    def __init__(self, begin: bytes, piece: bytes, pause: float) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.sent = 0
        self._begin, self._piece, self._pause = begin, piece, pause
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.sendall(self._begin)
            while True:
                connection.sendall(self._piece)
                self.sent += len(self._piece)
                time.sleep(self._pause)


OK: Final = b"HTTP/1.1 200 OK\r\n"
RELAYS: Final = {
    "headers that drip": (OK + b"X-Long: ", b"x", PAUSE, "relay_away"),
    "contents that drip": (OK + b"\r\n", b" ", PAUSE, "relay_away"),
    "contents without end": (OK + b"\r\n", b" " * 65_536, 0.0, "relay_reply_unreadable"),
}


@pytest.mark.parametrize(("begin", "piece", "pause", "code"), RELAYS.values(), ids=RELAYS)
def test_a_relay_holds_neither_the_agents_ticks_nor_its_memory(
    tmp_path: Path, begin: bytes, piece: bytes, pause: float, code: str
) -> None:
    relay, sending = DrippingRelay(begin, piece, pause), SendingWorld(tmp_path)
    gate = EgressGate(sending.open_uow, EgressPolicy(), sending.clock)
    inbox = HttpRelayInbox(
        relay.url,
        key=RelayDealer().key,
        gate=gate,
        wall_clock=SystemClock(),
        entropy=OsEntropy(),
        patience=WAIT if pause else 30.0,
    )
    with inbox:
        for _ in range(2):
            with pytest.raises(GuildpostError, match=code):
                inbox.fetch(0)
    assert relay.sent < 32 * 1024 * 1024
    relay.close()


class Counted:
    """Seconds that pass when somebody looks at a part of an answer."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Tired(FilesTransport):
    """Gives every file just in time, and never more than one byte at once."""

    passes: Callable[[], None]

    def _pieces(self, name: str, data: bytes) -> Iterator[bytes]:
        for piece in super()._pieces(name, data):
            self.passes()
            yield piece


def test_files_that_each_come_just_in_time_do_not_hold_a_sync_for_hours_and_the_next_one_goes_on(
    world: CatalogueWorld,
) -> None:
    services = {f"services/s{number}.json": b"good %d" % number for number in range(40)}
    world.publish_signed(services)
    seconds, transport = Counted(), Tired(world.files)
    transport.foresees = False
    transport.passes = lambda: setattr(seconds, "now", seconds.now + TIMEOUT - 1)
    attempts = 0
    while True:
        attempts, began = attempts + 1, seconds.now
        agent = TufCatalogue(world.folder / "agent", transport, world.anchors(), world.clock, monotonic=seconds)
        problem = sync_catalogue(agent).problem
        assert seconds.now - began <= SYNC_SECONDS + TIMEOUT
        if problem is None:
            break
        assert "coordinator_slow" == problem.code
    assert {SERVICE, STUDY, *services} == set(agent.list(""))
    assert 5 < attempts < 30


def test_a_dealer_reads_what_goes_on_and_what_to_do() -> None:
    text = public_text(Unavailable("coordinator_slow"), "de")
    assert "nicht rechtzeitig geantwortet" in text.what
    assert "versendet weiter" in text.next_step
