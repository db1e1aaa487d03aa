"""What customers' answers change at the dealer."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guildpost_agent.app import poll_relay
from guildpost_agent.app.poll_relay import relay_poll_due
from guildpost_agent.domain.records import Channel, Touchpoint
from guildpost_agent.domain.suppression import suppression_entry
from guildpost_shared.answers import tokens
from guildpost_shared.answers.events import REMINDERS, Answer, EventKind, Link
from guildpost_shared.answers.seals import seal
from tests.factories.sending_world import NOW, SendingWorld
from tests.fakes.channel import FakeChannel
from tests.fakes.relay import FakeRelayInbox
from tests.fakes.seeded_entropy import SeededEntropy

LATER = NOW + timedelta(hours=5)


@pytest.fixture
def world(tmp_path: Path) -> SendingWorld:
    return SendingWorld(tmp_path)


@pytest.fixture
def inbox(world: SendingWorld) -> FakeRelayInbox:
    return FakeRelayInbox(world.sealing_key.public_key(), SeededEntropy(b"relay"))


@pytest.fixture
def mailed(world: SendingWorld) -> Touchpoint:
    """A mail that was sent at NOW; the clock stands five hours later."""
    touchpoint = world.plan("erika")
    world.dispatch(FakeChannel())
    world.clock.set(LATER)
    return touchpoint


def answer(world: SendingWorld, inbox: FakeRelayInbox, touchpoint: Touchpoint, value: Answer) -> None:
    inbox.take_down(world.job(touchpoint).token, EventKind.ANSWER, value, at=LATER)


def suppressed(world: SendingWorld, touchpoint: Touchpoint, channel: Channel) -> bool:
    with world.open_uow() as uow:
        customer = uow.records.customer(touchpoint.customer_id)
        assert customer is not None
        entry = suppression_entry(world.keys.suppression, customer, channel)
        return entry is not None and uow.suppressions.contains(entry, channel)


def test_unsubscribing_withdraws_suppresses_and_cancels_on_that_channel(
    world: SendingWorld, inbox: FakeRelayInbox, mailed: Touchpoint
) -> None:
    letter = world.plan("erika", Channel.LETTER)
    next_mail = world.plan("erika", touchpoint_id="t-erika-2", planned_at=NOW + timedelta(days=9))
    inbox.take_down(world.job(mailed).token, EventKind.UNSUBSCRIBE, at=LATER)

    summary = world.poll(inbox)

    with world.open_uow() as uow:
        closed = uow.consents.state_of(mailed.customer_id).closed
    assert (1, []) == (summary.applied, inbox.answers)
    assert {("email", LATER)} == {(channel, entry.at) for (_, channel), entries in closed.items() for entry in entries}
    assert (True, False) == tuple(suppressed(world, mailed, channel) for channel in Channel)
    assert ("cancelled", "planned") == (world.states(next_mail)[0], world.states(letter)[0])
    assert ["delivered", "unsubscribed"] == [outcome.kind for outcome in world.outcomes()]


def test_stop_ends_every_channel_and_blocks_advertising(
    world: SendingWorld, inbox: FakeRelayInbox, mailed: Touchpoint
) -> None:
    letter = world.plan("erika", Channel.LETTER)
    answer(world, inbox, mailed, Answer.STOP)

    world.poll(inbox)

    with world.open_uow() as uow:
        customer = uow.records.customer(mailed.customer_id)
    assert customer is not None
    assert customer.advertising_block
    assert (True, True) == tuple(suppressed(world, mailed, channel) for channel in Channel)
    assert "cancelled" == world.states(letter)[0]
    assert "unsubscribed" == world.outcomes()[-1].kind


@pytest.mark.parametrize("value", [Answer.BOOK, Answer.CALL_ME, *REMINDERS])
def test_a_wish_is_noted_for_the_staff(
    world: SendingWorld, inbox: FakeRelayInbox, mailed: Touchpoint, value: Answer
) -> None:
    answer(world, inbox, mailed, value)

    world.poll(inbox)

    assert ("answered", value.value, LATER) == (
        world.outcomes()[-1].kind,
        world.outcomes()[-1].detail,
        world.outcomes()[-1].at,
    )


def test_a_hu_already_done_moves_the_next_one_and_cancels_the_occasion(
    world: SendingWorld, inbox: FakeRelayInbox, mailed: Touchpoint
) -> None:
    again = world.plan("erika", touchpoint_id="t-erika-2", planned_at=NOW + timedelta(days=9))
    answer(world, inbox, mailed, Answer.HU_DONE)

    world.poll(inbox)

    with world.open_uow() as uow:
        vehicle = uow.records.vehicle(mailed.vehicle_id)
        decision = uow.plans.decision(mailed.occasion_id)
    assert vehicle is not None
    assert decision is not None
    assert date(2029, 3, 1) == vehicle.next_hu
    assert (False, "DONE_ELSEWHERE", {"on": "2027-03-01"}) == (decision.kept, decision.reason, decision.facts)
    assert "cancelled" == world.states(again)[0]


@pytest.mark.parametrize("value", REMINDERS)
def test_a_wish_to_be_reminded_cancels_what_is_planned_for_the_occasion(
    world: SendingWorld, inbox: FakeRelayInbox, mailed: Touchpoint, value: Answer
) -> None:
    again = world.plan("erika", touchpoint_id="t-erika-2", planned_at=NOW + timedelta(days=9))
    answer(world, inbox, mailed, value)

    world.poll(inbox)

    assert "cancelled" == world.states(again)[0]


def test_a_sold_vehicle_is_gone_and_its_messages_are_cancelled(
    world: SendingWorld, inbox: FakeRelayInbox, mailed: Touchpoint
) -> None:
    letter = world.plan("erika", Channel.LETTER)
    answer(world, inbox, mailed, Answer.SOLD)

    world.poll(inbox)

    with world.open_uow() as uow:
        vehicle = uow.records.vehicle(mailed.vehicle_id)
    assert vehicle is not None
    assert date(2027, 3, 1) == vehicle.sold_on
    assert "cancelled" == world.states(letter)[0]


@pytest.mark.parametrize(
    ("links", "clicks"),
    [
        ([(Link.ANSWER, 9)], 0),
        ([(Link.ANSWER, 10)], 1),
        ([(Link.ANSWER, 3600), (Link.UNSUBSCRIBE, 3600)], 0),
        ([(Link.ANSWER, 3600), (Link.UNSUBSCRIBE, 3630)], 1),
        ([(Link.UNSUBSCRIBE, 3600)], 0),
        ([(Link.BOOKING, 3600)], 1),
        ([(Link.ANSWER, 3), (Link.ANSWER, 7200)], 1),
    ],
    ids=[
        "at once",
        "ten seconds later",
        "all links at once",
        "one after the other",
        "another link",
        "the booking page",
        "scanned, then read",
    ],
)
def test_only_people_s_clicks_on_the_message_s_own_link_are_counted(
    world: SendingWorld, inbox: FakeRelayInbox, mailed: Touchpoint, links: list[tuple[Link, int]], clicks: int
) -> None:
    for link, seconds in links:
        inbox.take_down(world.job(mailed).token, EventKind.CLICK, link, at=NOW + timedelta(seconds=seconds))

    summary = world.poll(inbox)

    assert (clicks, []) == (summary.clicked, inbox.answers)
    assert ["clicked"] * clicks == [outcome.kind for outcome in world.outcomes() if outcome.kind != "delivered"]


def test_a_click_waits_at_the_relay_until_its_company_has_come(
    world: SendingWorld, inbox: FakeRelayInbox, mailed: Touchpoint
) -> None:
    token = world.job(mailed).token
    inbox.take_down(token, EventKind.CLICK, Link.ANSWER, at=LATER)
    first = world.poll(inbox)
    inbox.take_down(token, EventKind.CLICK, Link.UNSUBSCRIBE, at=LATER + timedelta(seconds=1))
    world.clock.set(LATER + timedelta(seconds=61))

    second = world.poll(inbox)

    assert (0, 0, []) == (first.clicked, second.clicked, inbox.answers)


def test_more_clicks_than_fit_one_portion_are_all_judged_and_forgotten(
    world: SendingWorld, inbox: FakeRelayInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll_relay, "PORTION", 2)
    touchpoints = [world.plan(f"person{n}") for n in range(5)]
    world.dispatch(FakeChannel())
    world.clock.set(LATER)
    for touchpoint in touchpoints:
        for minutes in range(3):
            inbox.take_down(world.job(touchpoint).token, EventKind.CLICK, at=NOW + timedelta(hours=1, minutes=minutes))

    assert (5, []) == (world.poll(inbox).clicked, inbox.answers)


def test_answers_count_once_when_the_acknowledgement_was_lost(
    world: SendingWorld, inbox: FakeRelayInbox, mailed: Touchpoint
) -> None:
    answer(world, inbox, mailed, Answer.BOOK)
    inbox.lose_acknowledgements = True
    first = world.poll(inbox)
    inbox.lose_acknowledgements = False

    second = world.poll(inbox)

    assert (1, "relay_away") == (first.applied, first.stopped.code if first.stopped else "")
    assert (0, 1, []) == (second.applied, second.known, inbox.answers)
    assert 1 == [outcome.kind for outcome in world.outcomes()].count("answered")


def test_more_answers_than_fit_one_page_are_all_fetched(world: SendingWorld, inbox: FakeRelayInbox) -> None:
    touchpoints = [world.plan(f"person{n}") for n in range(8)]
    world.dispatch(FakeChannel())
    world.clock.set(LATER)
    for touchpoint in touchpoints:
        answer(world, inbox, touchpoint, Answer.BOOK)

    assert 8 == world.poll(inbox).applied
    assert [] == inbox.answers


def test_garbage_is_dropped_and_the_rest_applied(
    world: SendingWorld, inbox: FakeRelayInbox, mailed: Touchpoint
) -> None:
    token_id = tokens.parse(world.job(mailed).token).token_id
    inbox.put(token_id, b"garbage")
    inbox.put(token_id, seal(world.sealing_key.public_key(), token_id, b'{"kind":"answer"}', SeededEntropy(b"x")))
    answer(world, inbox, mailed, Answer.BOOK)

    summary = world.poll(inbox)

    assert (1, 2, []) == (summary.applied, summary.unreadable, inbox.answers)


def test_an_answer_cannot_be_moved_to_another_message(
    world: SendingWorld, inbox: FakeRelayInbox, mailed: Touchpoint
) -> None:
    anna = world.plan("anna")
    world.dispatch(FakeChannel())
    inbox.take_down(world.job(mailed).token, EventKind.UNSUBSCRIBE, at=LATER)
    (stolen,) = inbox.answers
    inbox.answers = []
    inbox.put(tokens.parse(world.job(anna).token).token_id, stolen.sealed)

    assert 1 == world.poll(inbox).unreadable
    assert not suppressed(world, anna, Channel.EMAIL)


def test_an_answer_to_a_message_this_database_does_not_know_stays_at_the_relay(
    world: SendingWorld, inbox: FakeRelayInbox
) -> None:
    foreign = tokens.issue(
        Ed25519PrivateKey.from_private_bytes(b"\x07" * 32), expires_at=LATER, entropy=SeededEntropy(b"other")
    )
    inbox.take_down(foreign, EventKind.UNSUBSCRIBE, at=NOW)

    assert 1 == world.poll(inbox).unmatched
    assert 1 == len(inbox.answers)


def test_a_used_link_settles_a_mail_whose_fate_was_unsure(world: SendingWorld, inbox: FakeRelayInbox) -> None:
    touchpoint, channel = world.plan("erika"), FakeChannel()
    channel.answers["erika@beispiel.example"] = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        world.dispatch(channel)
    world.dispatch(channel)
    world.clock.set(LATER)
    inbox.take_down(world.job(touchpoint).token, EventKind.CLICK, at=LATER)

    world.poll(inbox)

    assert ("sent", "sent") == world.states(touchpoint)
    assert [("delivered", NOW)] == [(outcome.kind, outcome.at) for outcome in world.outcomes()]


def test_an_event_from_the_future_counts_as_now(world: SendingWorld, inbox: FakeRelayInbox, mailed: Touchpoint) -> None:
    inbox.take_down(world.job(mailed).token, EventKind.ANSWER, Answer.BOOK, at=LATER + timedelta(days=400))
    world.poll(inbox)
    assert LATER == world.outcomes()[-1].at


def test_polling_is_due_before_a_dispatch_and_every_four_hours(world: SendingWorld, inbox: FakeRelayInbox) -> None:
    world.poll(inbox)
    asked = [relay_poll_due(world.open_uow, world.clock, dispatch_due=due) for due in (False, True)]
    world.clock.set(NOW + timedelta(hours=4))

    assert [False, True] == asked
    assert relay_poll_due(world.open_uow, world.clock, dispatch_due=False)


def test_a_relay_that_is_away_changes_nothing_and_is_named(world: SendingWorld, inbox: FakeRelayInbox) -> None:
    inbox.away = True
    world.clock.set(NOW + timedelta(hours=25))
    world.plan("erika")

    summary = world.poll(inbox)

    assert "relay_away" == (summary.stopped.code if summary.stopped else "")
    stopped = world.dispatch(FakeChannel()).stopped
    assert "relay_silent" == (stopped.code if stopped else "")
