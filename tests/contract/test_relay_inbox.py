"""One suite for every ``RelayInbox``: the fake, and HTTPS against the real relay; then what only HTTPS can do wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from guildpost_agent.adapters.relay_client.http_inbox import HttpRelayInbox
from guildpost_agent.app.egress.gate import EgressGate, open_days
from guildpost_agent.app.egress.policy import EgressPolicy
from guildpost_agent.app.ports.relay_inbox import RelayInbox
from guildpost_shared.answers.events import Answer, EventKind
from guildpost_shared.clock import Clock, ManualClock, SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import GuildpostError, Refused, Unavailable
from tests.factories.relay_dealer import RelayDealer
from tests.factories.sending_world import NOW, SendingWorld
from tests.factories.tls_files import TlsFiles, make_tls_files
from tests.fakes.relay import FakeRelayInbox
from tests.fakes.relay_server import RelayServer
from tests.fakes.seeded_entropy import SeededEntropy


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    return make_tls_files(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def dealer() -> RelayDealer:
    return RelayDealer()


@pytest.fixture
def server(tmp_path: Path, tls: TlsFiles, dealer: RelayDealer) -> Iterator[RelayServer]:
    with RelayServer(tmp_path / "relay", tls, NOW) as running:
        running.store.admit(dealer.card)
        yield running


@pytest.fixture
def world(tmp_path: Path) -> SendingWorld:
    return SendingWorld(tmp_path)


def https_inbox(
    server: RelayServer, tls: TlsFiles, dealer: RelayDealer, world: SendingWorld, clock: Clock | None = None
) -> HttpRelayInbox:
    return HttpRelayInbox(
        server.url,
        key=dealer.key,
        gate=EgressGate(world.open_uow, EgressPolicy(), world.clock),
        wall_clock=clock or SystemClock(),
        entropy=OsEntropy(),
        ca_file=tls.ca,
    )


@dataclass
class Subject:
    """An inbox with the way a customer's answer gets into it."""

    inbox: RelayInbox
    answer: Callable[[str, Answer], None]


@pytest.fixture(params=["fake", "https"])
def subject(request: pytest.FixtureRequest, dealer: RelayDealer) -> Iterator[Subject]:
    if request.param == "fake":
        fake = FakeRelayInbox(dealer.sealing_key.public_key(), SeededEntropy(b"relay"))
        yield Subject(fake, lambda token, value: fake.take_down(token, EventKind.ANSWER, value, at=NOW))
        return
    server = request.getfixturevalue("server")
    inbox = https_inbox(server, request.getfixturevalue("tls"), dealer, request.getfixturevalue("world"))
    with inbox, server.browser() as browser:
        yield Subject(inbox, lambda token, value: browser.post(f"/a/{token}", data={"answer": value.value}))


def test_an_answer_comes_sealed_and_in_order(subject: Subject, dealer: RelayDealer) -> None:
    first, second = dealer.token_from(NOW), dealer.token_from(NOW)
    subject.answer(first, Answer.BOOK)
    subject.answer(second, Answer.SOLD)

    page = subject.inbox.fetch(0)

    events = [dealer.open(answer.token_id, answer.sealed) for answer in page.answers]
    assert [(first, Answer.BOOK, NOW), (second, Answer.SOLD, NOW)] == [(e.token, e.value, e.at) for e in events]
    assert not page.more


def test_fetching_does_not_take_away_and_acknowledging_does(subject: Subject, dealer: RelayDealer) -> None:
    subject.answer(dealer.token_from(NOW), Answer.BOOK)
    seqs = [answer.seq for answer in subject.inbox.fetch(0).answers]

    assert seqs == [answer.seq for answer in subject.inbox.fetch(0).answers]
    subject.inbox.acknowledge([*seqs, 4711])
    assert () == subject.inbox.fetch(0).answers


def test_numbers_go_on_after_an_acknowledgement(subject: Subject, dealer: RelayDealer) -> None:
    subject.answer(dealer.token_from(NOW), Answer.BOOK)
    (first,) = subject.inbox.fetch(0).answers
    subject.inbox.acknowledge([first.seq])
    subject.answer(dealer.token_from(NOW), Answer.STOP)

    (second,) = subject.inbox.fetch(first.seq).answers

    assert second.seq > first.seq


def test_polls_pass_the_egress_gate(
    server: RelayServer, tls: TlsFiles, dealer: RelayDealer, world: SendingWorld
) -> None:
    with https_inbox(server, tls, dealer, world) as inbox:
        inbox.fetch(0)
        inbox.acknowledge([1, 2])

    with world.open_uow() as uow:
        counted = {(day.kind, day.count, day.size) for day in open_days(uow)}
    assert {("relay_poll", 1, len("GET /v1/answers?after=0")), ("relay_ack", 1, len('{"seqs":[1,2]}'))} == counted


def refusal(inbox: HttpRelayInbox) -> GuildpostError:
    with inbox, pytest.raises(GuildpostError) as caught:
        inbox.fetch(0)
    return caught.value


def test_a_dealer_the_relay_does_not_know_is_told_so(server: RelayServer, tls: TlsFiles, world: SendingWorld) -> None:
    error = refusal(https_inbox(server, tls, RelayDealer("fremd"), world))
    assert (Refused, "relay_unknown_dealer") == (type(error), error.code)


def test_a_clock_that_differs_by_more_than_five_minutes_is_refused(
    server: RelayServer, tls: TlsFiles, dealer: RelayDealer, world: SendingWorld
) -> None:
    slow = ManualClock(SystemClock().now() - timedelta(minutes=6))
    assert "relay_unknown_dealer" == refusal(https_inbox(server, tls, dealer, world, slow)).code


def test_a_certificate_of_an_unknown_authority_is_not_spoken_to(
    server: RelayServer, dealer: RelayDealer, world: SendingWorld, tmp_path: Path
) -> None:
    other = make_tls_files(tmp_path / "other")
    assert "relay_away" == refusal(https_inbox(server, other, dealer, world)).code


def test_a_relay_that_is_gone_is_unavailable(
    server: RelayServer, tls: TlsFiles, dealer: RelayDealer, world: SendingWorld
) -> None:
    inbox = https_inbox(server, tls, dealer, world)
    server.__exit__(None, None, None)
    error = refusal(inbox)
    assert (Unavailable, "relay_away") == (type(error), error.code)


def test_one_dealer_cannot_delete_another_s_answers(
    server: RelayServer, tls: TlsFiles, dealer: RelayDealer, world: SendingWorld
) -> None:
    other = RelayDealer("fremd")
    server.store.admit(other.card)
    with server.browser() as browser:
        browser.post(f"/a/{dealer.token_from(NOW)}", data={"answer": "book"})
    with https_inbox(server, tls, other, world) as foreign, https_inbox(server, tls, dealer, world) as own:
        assert () == foreign.fetch(0).answers
        foreign.acknowledge([answer.seq for answer in own.fetch(0).answers])
        assert 1 == len(own.fetch(0).answers)
