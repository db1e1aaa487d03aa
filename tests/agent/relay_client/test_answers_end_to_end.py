"""Each answer the whole way: a mail's link, the real relay over HTTPS, the agent's encrypted database, the effect."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from guildpost_agent.adapters.relay_client.http_inbox import HttpRelayInbox
from guildpost_agent.app.calls.hand_over import HandOver, hand_over
from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import EgressPolicy
from guildpost_agent.app.outbox_steps import queue
from guildpost_agent.app.poll_relay import PollSummary
from guildpost_agent.domain.call_tasks import CallReason, CallTask, Priority
from guildpost_agent.domain.consent.opt_in import OptInState
from guildpost_agent.domain.consent.terms import Kind
from guildpost_agent.domain.links import links_for
from guildpost_agent.domain.records import Channel, Touchpoint, Vehicle
from guildpost_agent.domain.suppression import ALL_CHANNELS, suppression_entries
from guildpost_shared.answers.cards import DealerCard
from guildpost_shared.answers.events import REMINDERS
from guildpost_shared.answers.wishes import declaration, digest_of
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.identity.keys import raw_public
from tests.factories.agent import KEY, a_service
from tests.factories.sending_world import NOW, SendingWorld
from tests.factories.tls_files import TlsFiles, make_tls_files
from tests.fakes.channel import FakeChannel
from tests.fakes.relay_server import RelayServer

BERLIN = ZoneInfo("Europe/Berlin")
ANSWERED = NOW + timedelta(hours=2)
HEARD = NOW + timedelta(hours=5)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    return make_tls_files(tmp_path_factory.mktemp("tls"))


@dataclass
class Street:
    """A dealership and its relay; Erika got a mail at NOW, another one and a letter are planned for her."""

    world: SendingWorld
    relay: RelayServer
    inbox: HttpRelayInbox
    browser: httpx.Client
    mailed: Touchpoint
    planned: tuple[Touchpoint, ...]

    def links(self, touchpoint: Touchpoint | None = None) -> tuple[str, str]:
        """Give the addresses of the answer page and of the preference page."""
        links = links_for(self.relay.url, self.world.job(touchpoint or self.mailed).token)
        return links.answer, links.answer.replace("/a/", "/p/")

    def answer(self, value: str) -> PollSummary:
        """Open the mail's link, press a button, and let the agent hear of it later."""
        shown = self.browser.get(self.links()[0]).text
        assert f'name="answer" value="{value}"' in shown
        assert 200 == self.browser.post(self.links()[0], data={"answer": value}).status_code
        return self.hear()

    def choose(self, touchpoint: Touchpoint | None = None, language: str = "de", **choice: str) -> PollSummary:
        """Fill the preference page in."""
        page = self.links(touchpoint)[1]
        hidden = re.findall(
            'type="hidden" name="([^"]+)" value="([^"]+)"', self.browser.get(f"{page}?lang={language}").text
        )
        fields = {name.replace("__", "."): word for name, word in choice.items()}
        assert 200 == self.browser.post(page, data={**dict(hidden), **fields}).status_code
        return self.hear()

    def hear(self) -> PollSummary:
        """Poll three hours after the answer."""
        self.world.clock.set(HEARD)
        summary = self.world.poll(self.inbox)
        assert summary.stopped is None
        assert [] == self.relay.store.answers(self.relay.store.dealers()[0][0].key_id, 0, 10)
        return summary

    def calls(self) -> list[CallTask]:
        """Hand over to people; give what is on their list."""
        hand_over(self.world.open_uow, {"hu_au": a_service()}, HandOver(KEY, BERLIN, "de"), HEARD)
        with self.world.open_uow() as uow:
            return uow.calls.open()

    def vehicle(self) -> Vehicle:
        with self.world.open_uow() as uow:
            vehicle = uow.records.vehicle(self.mailed.vehicle_id)
        assert vehicle is not None
        return vehicle

    def states(self) -> list[str]:
        """Give the states of the planned mail and letter."""
        return [self.world.states(one)[0] for one in self.planned]

    def suppressed(self) -> list[str]:
        """List the channels on which the customer's address is suppressed."""
        with self.world.open_uow() as uow:
            customer = uow.records.customer(self.mailed.customer_id)
            assert customer is not None
            return [
                channel.value
                for channel in ALL_CHANNELS
                for entry in suppression_entries(self.world.keys.suppression, customer, channel)
                if uow.suppressions.contains(entry, channel)
            ]


@pytest.fixture
def street(tmp_path: Path, tls: TlsFiles) -> Iterator[Street]:
    world = SendingWorld(tmp_path)
    mailed = world.plan("erika")
    world.dispatch(FakeChannel())
    again = world.plan("erika", touchpoint_id="t-again", planned_at=NOW + timedelta(days=9))
    letter = world.plan("erika", Channel.LETTER, planned_at=NOW + timedelta(days=9))
    card = DealerCard(
        "Autohaus Muster", "#0b4f6c", "Autohaus Muster GmbH", "https://autohaus.example",
        raw_public(world.keys.relay), raw_public(world.sealing_key),
    )  # fmt: skip
    with RelayServer(tmp_path / "relay", tls, ANSWERED) as relay, relay.browser() as browser:
        relay.store.admit(card)
        gate = EgressGate(world.open_uow, EgressPolicy(), world.clock)
        with HttpRelayInbox(
            relay.url, key=world.keys.relay, gate=gate, wall_clock=SystemClock(), entropy=OsEntropy(), ca_file=tls.ca
        ) as inbox:
            yield Street(world, relay, inbox, browser, mailed, (again, letter))
    world.engine.dispose()


@pytest.mark.parametrize(
    ("value", "reason", "words"),
    [("book", CallReason.WANTS_APPOINTMENT, "einen Termin"), ("call_me", CallReason.ASKED, "einen Rückruf")],
)
def test_a_wish_for_a_date_or_a_call_is_on_somebody_s_list_the_same_day_and_nothing_more_is_sent(
    street: Street, value: str, reason: CallReason, words: str
) -> None:
    assert 1 == street.answer(value).applied
    (task,) = street.calls()
    assert (reason, Priority.HIGH, date(2027, 3, 1), "K-erika") == (
        task.reason,
        task.priority,
        task.opens,
        task.customer_id,
    )
    assert words in task.context[1]
    assert ["cancelled", "cancelled"] == street.states()


def test_already_done_moves_the_due_date_and_ends_the_occasion(street: Street) -> None:
    street.answer("hu_done")
    with street.world.open_uow() as uow:
        decision = uow.plans.decision(street.mailed.occasion_id)
    assert decision is not None
    assert (date(2029, 3, 1), "DONE_ELSEWHERE") == (street.vehicle().next_hu, decision.reason)
    assert (["cancelled", "cancelled"], []) == (street.states(), street.calls())


def test_sold_takes_the_vehicle_out(street: Street) -> None:
    street.answer("sold")
    assert (date(2027, 3, 1), ["cancelled", "cancelled"]) == (street.vehicle().sold_on, street.states())


@pytest.mark.parametrize("value", REMINDERS)
def test_a_reminder_later_is_noted_for_the_planner_and_nothing_comes_before(street: Street, value: str) -> None:
    street.answer(value)
    said = [(o.kind, o.detail, o.at) for o in street.world.outcomes() if o.kind == "answered"]
    assert ([("answered", value, ANSWERED)], ["cancelled", "cancelled"]) == (said, street.states())
    assert [] == street.calls()


def test_stop_withdraws_everything_and_suppresses_every_address_at_once(street: Street) -> None:
    street.answer("stop")
    with street.world.open_uow() as uow:
        closed = uow.consents.state_of("K-erika").closed
        customer = uow.records.customer("K-erika")
    assert customer is not None
    assert customer.advertising_block
    assert {channel.value for channel in ALL_CHANNELS} == {channel for _, channel in closed}
    assert {ANSWERED} == {entry.at for entries in closed.values() for entry in entries}
    assert (["email", "letter"], ["cancelled", "cancelled"]) == (street.suppressed(), street.states())


def test_a_no_closes_one_topic_on_one_way_and_leaves_the_rest(street: Street) -> None:
    street.choose(offers__email="no")
    with street.world.open_uow() as uow:
        state = uow.consents.state_of("K-erika")
    assert {("offers", "email")} == set(state.closed) == state.preferences.blocked
    assert ("service_reminders", "email") in state.standing
    assert [] == street.suppressed()


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_yes_to_e_mail_from_the_mailbox_itself_is_a_confirmed_consent_with_its_text(
    street: Street, language: str
) -> None:
    street.choose(language=language, offers__email="yes")
    text = declaration("de" if language == "de" else "en", "Autohaus Muster")
    with street.world.open_uow() as uow:
        (event,) = uow.consents.state_of("K-erika").standing["offers", "email"]
        kept = uow.documents.get(f"consent_texts/{event.evidence.text_sha256}")
    proof = event.evidence
    assert (Kind.CONFIRMED, ANSWERED, HEARD) == (event.kind, proof.confirmed_at, event.at)
    assert (digest_of(text), f"preference-page/1/{language}") == (proof.text_sha256, proof.text_version)
    assert (text.encode(), "t-erika-email") == (kept, proof.reference)


def test_a_yes_to_e_mail_from_a_letter_asks_the_mailbox_first(street: Street) -> None:
    letter = street.planned[1]
    as_letter(street, letter)
    street.choose(letter, offers__email="yes")
    with street.world.open_uow() as uow:
        state = uow.consents.state_of("K-erika")
        (request,) = uow.consents.requests(OptInState.PENDING, customer_id="K-erika")
    assert ("offers", "email") not in state.standing
    assert ("offers", "erika@beispiel.example", "preference_page") == (request.purpose, request.email, request.source)
    assert digest_of(declaration("de", "Autohaus Muster")) == request.text_sha256


def test_a_yes_to_e_mail_from_a_mailbox_that_is_no_longer_on_record_asks_the_new_one(street: Street) -> None:
    street.world.change_customer(street.mailed, email="neu@beispiel.example")
    street.choose(offers__email="yes")
    with street.world.open_uow() as uow:
        (request,) = uow.consents.requests(OptInState.PENDING, customer_id="K-erika")
    assert "neu@beispiel.example" == request.email


def test_a_yes_to_calls_rests_on_the_declaration(street: Street) -> None:
    street.choose(service_reminders__phone="yes")
    with street.world.open_uow() as uow:
        (event,) = uow.consents.state_of("K-erika").standing["service_reminders", "phone"]
    proof = event.evidence
    assert (Kind.GRANTED, date(2027, 3, 1), "preference_page") == (event.kind, proof.given_on, proof.collected_by)
    assert digest_of(declaration("de", "Autohaus Muster")) == proof.text_sha256


def test_a_declaration_that_the_agent_does_not_know_gives_no_consent_but_the_no_counts(street: Street) -> None:
    other = DealerCard(
        "Autohaus Anders", "#0b4f6c", "Autohaus Anders GmbH", "https://autohaus.example",
        raw_public(street.world.keys.relay), raw_public(street.world.sealing_key),
    )  # fmt: skip
    street.relay.store.admit(other)
    street.choose(offers__email="yes", birthday__email="no")
    with street.world.open_uow() as uow:
        state = uow.consents.state_of("K-erika")
    assert ("offers", "email") not in state.standing
    assert ("birthday", "email") in state.closed


def test_a_yes_that_was_heard_of_after_a_later_objection_does_not_open_it_again(street: Street) -> None:
    street.choose(offers__email="yes", per_year="2")
    street.relay.clock.set(ANSWERED + timedelta(minutes=30))
    street.answer("stop")
    street.relay.clock.set(ANSWERED)
    street.choose(offers__email="yes")
    with street.world.open_uow() as uow:
        state = uow.consents.state_of("K-erika")
    assert ("offers", "email") in state.closed
    assert ("offers", "email") not in state.standing


def test_the_way_liked_best_is_a_wish_that_stays_until_it_is_taken_back(street: Street) -> None:
    def liked() -> set[tuple[str, ...]]:
        with street.world.open_uow() as uow:
            return {ways for _, ways in uow.consents.state_of("K-erika").preferences.preferred}

    street.choose(liked="letter")
    assert {("letter",)} == liked()
    street.choose(per_year="4")
    assert {("letter",)} == liked()
    street.choose(liked="any")
    assert set() == liked()


def test_how_often_and_a_rest_are_wishes_that_later_choices_leave_or_take_back(street: Street) -> None:
    def wishes() -> tuple[int | None, date | None]:
        with street.world.open_uow() as uow:
            kept = uow.consents.state_of("K-erika").preferences
        return kept.most_per_year, kept.paused_until

    street.choose(per_year="4", rest="3")
    first = wishes()
    street.choose(sales__letter="no")
    second = wishes()
    street.choose(per_year="0", rest="0")
    assert [(4, date(2027, 6, 1)), (4, date(2027, 6, 1)), (None, None)] == [first, second, wishes()]


def as_letter(street: Street, letter: Touchpoint) -> None:
    """Hand the letter over to the outbox with a token of its own, as the printing does."""
    with street.world.open_uow() as uow:
        queue(
            uow,
            letter,
            message_id="<letter@autohaus.example>",
            relay_key=street.world.keys.relay,
            entropy=OsEntropy(),
            now=NOW,
        )
        uow.commit()
