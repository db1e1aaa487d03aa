"""By which of the lawful channels first: wishes, the service's order, what was tried before, and what it costs."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.app.channel_order import tried_channels
from guildpost_agent.app.explain import explain
from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.domain.channel_chain import Tried, Worth, chain
from guildpost_agent.domain.consent.events import ConsentEvent
from guildpost_agent.domain.consent.preferences import Preferences
from guildpost_agent.domain.consent.terms import EVERY, Kind
from guildpost_agent.domain.lift.control import ControlGroup
from guildpost_agent.domain.records import Channel, Occasion, Outcome, Touchpoint, Triage
from guildpost_shared.services.definition import Channel as Via
from tests.factories.agent import KEY, NOW, a_config, a_consent, a_customer, a_job, a_service, a_vehicle
from tests.factories.sending_world import a_store

MAIL, LETTER = Channel.EMAIL, Channel.LETTER
WORTH = Worth(3_000, {LETTER: 120}, {MAIL: 0.1, LETTER: 0.1})
DAY = timedelta(days=1)
CUSTOMER = next(str(n) for n in range(999) if not ControlGroup(KEY).holds(str(n), "hu_au"))
HISTORY = [
    pytest.param([MAIL, LETTER], {}, [MAIL, LETTER], id="nothing is known: as the service says"),
    pytest.param([LETTER, MAIL], {}, [LETTER, MAIL], id="nothing is known, and the service prefers letters"),
    pytest.param([MAIL, LETTER], {MAIL: (2, 0)}, [MAIL, LETTER], id="two mails in vain: a letter still costs too much"),
    pytest.param([MAIL, LETTER], {MAIL: (3, 0)}, [LETTER, MAIL], id="three mails in vain: the letter's turn"),
    pytest.param([MAIL, LETTER], {MAIL: (4, 0), LETTER: (3, 0)}, [MAIL, LETTER], id="letters in vain as well"),
    pytest.param([MAIL, LETTER], {MAIL: (4, 1)}, [MAIL, LETTER], id="one mail of four was answered"),
    pytest.param([MAIL, LETTER], {LETTER: (2, 1)}, [LETTER, MAIL], id="a letter was answered, no mail ever tried"),
    pytest.param([LETTER, MAIL], {LETTER: (1, 0)}, [LETTER, MAIL], id="one letter in vain tells nothing"),
    pytest.param([LETTER, MAIL], {LETTER: (2, 0)}, [MAIL, LETTER], id="two letters in vain: mail costs nothing"),
    pytest.param([LETTER, MAIL], {MAIL: (1, 1)}, [MAIL, LETTER], id="a mail was answered"),
]


def tried(known: Mapping[Channel, tuple[int, int]]) -> dict[Channel, Tried]:
    return {channel: Tried(*counts) for channel, counts in known.items()}


@pytest.mark.parametrize(("channels", "known", "expected"), HISTORY)
def test_success_and_cost_move_a_channel(
    channels: Sequence[Channel], known: Mapping[Channel, tuple[int, int]], expected: Sequence[Channel]
) -> None:
    found = chain(channels, WORTH, tried=tried(known))
    assert list(found.order) == list(expected)
    assert bool(found.why) == (list(expected) != list(channels))


CALL = Via.CALL
BY_PHONE = Worth(3_000, {Via.LETTER: 120, CALL: 300}, {Via.EMAIL: 0.1, Via.LETTER: 0.1, CALL: 0.25})
CALLED = [
    pytest.param({}, [Via.EMAIL, Via.LETTER, CALL], id="nothing is known: as the service says"),
    pytest.param(
        {Via.LETTER: (3, 0), CALL: (1, 1)}, [CALL, Via.EMAIL, Via.LETTER], id="a call was answered, no letter"
    ),
    pytest.param(
        {Via.EMAIL: (4, 3), Via.LETTER: (3, 0), CALL: (2, 1)},
        [Via.EMAIL, CALL, Via.LETTER],
        id="mails are answered and cost nothing: the call passes the letter only",
    ),
    pytest.param(
        {Via.EMAIL: (9, 0), Via.LETTER: (9, 0)},
        [Via.EMAIL, Via.LETTER, CALL],
        id="messages in vain are no reason to call earlier",
    ),
    pytest.param({CALL: (9, 1)}, [Via.EMAIL, Via.LETTER, CALL], id="one call of nine was answered: it costs too much"),
]


@pytest.mark.parametrize(("known", "expected"), CALLED)
def test_a_call_passes_messages_only_where_calls_were_answered_and_are_worth_more(
    known: Mapping[Via, tuple[int, int]], expected: Sequence[Via]
) -> None:
    counts = {via: Tried(*each) for via, each in known.items()}
    found = chain([Via.EMAIL, Via.LETTER, CALL], BY_PHONE, tried=counts, intruding=[CALL])
    assert list(expected) == list(found.order)


def test_a_call_that_costs_more_than_a_visit_brings_passes_nothing() -> None:
    dear = Worth(1_000, {CALL: 800}, BY_PHONE.usual)
    known = {Via.LETTER: Tried(3, 0), CALL: Tried(2, 2)}
    assert (Via.LETTER, CALL) == chain([Via.LETTER, CALL], dear, tried=known, intruding=[CALL]).order


def test_no_success_makes_an_optional_channel_pass_a_mandatory_one() -> None:
    known = tried({LETTER: (9, 0), MAIL: (5, 5)})
    assert chain([LETTER, MAIL], WORTH, tried=known, mandatory={LETTER}).order == (LETTER, MAIL)


def test_what_the_customer_wishes_stands_first_whatever_came_of_it() -> None:
    known = tried({LETTER: (9, 0), MAIL: (5, 5)})
    found = chain([MAIL, LETTER], WORTH, tried=known, wished=[LETTER])
    assert (found.order, found.why[LETTER]["code"]) == ((LETTER, MAIL), "chain_wished")


def test_the_reason_names_the_channel_that_was_passed_and_what_came_of_it() -> None:
    found = chain([MAIL, LETTER], WORTH, tried=tried({MAIL: (4, 0)}))
    expected = {"code": "chain_passed", "channel": "letter", "passed": "email", "messages": 4, "answers": 0}
    assert found.why == {LETTER: expected}


CHANNELS = st.lists(st.sampled_from(Channel), unique=True)
COUNTS = st.integers(0, 9).flatmap(lambda sent: st.tuples(st.just(sent), st.integers(0, sent)))


@given(CHANNELS, CHANNELS, st.dictionaries(st.sampled_from(Channel), COUNTS), st.sets(st.sampled_from(Channel)))
def test_nothing_is_added_and_nothing_lost(
    lawful: list[Channel], wished: list[Channel], known: dict[Channel, tuple[int, int]], mandatory: set[Channel]
) -> None:
    found = chain(lawful, WORTH, tried=tried(known), mandatory=mandatory, wished=wished)
    assert sorted(found.order) == sorted(lawful)
    assert set(found.why) <= set(lawful)


def a_message(number: int, days_ago: int, state: str = "sent") -> Touchpoint:
    at = NOW - days_ago * DAY
    return Touchpoint(
        f"old{number}",
        f"o{number}",
        CUSTOMER,
        "V1",
        "inspection",
        1,
        MAIL,
        at,
        at,
        at.date(),
        0,
        0,
        9,
        "default",
        state,
    )


def planned(folder: Path, *messages: Touchpoint, answered: str = "", wishes: Preferences | None = None) -> Touchpoint:
    """Plan the inspection of a customer with a history of messages."""
    store = a_store(folder)
    with store() as uow:
        uow.records.upsert_customers([a_customer(CUSTOMER)])
        uow.consents.append([a_consent(CUSTOMER)])
        if wishes is not None:
            uow.consents.append([ConsentEvent(CUSTOMER, Kind.PREFERRED, EVERY, EVERY, NOW - DAY, preferences=wishes)])
        uow.records.upsert_vehicles([a_vehicle("V1", customer_id=CUSTOMER, next_hu=(NOW + 30 * DAY).date())])
        uow.records.upsert_jobs([a_job("V1:1", vehicle_id="V1", customer_id=CUSTOMER)])
        old = [
            Occasion(m.occasion_id, CUSTOMER, "V1", "inspection", m.due_date, "dms", 1, Triage.TRUSTED)
            for m in messages
        ]
        uow.plans.replace_occasions(old)
        uow.plans.add_touchpoints(messages)
        if answered:
            uow.outcomes.add([Outcome("x", answered, "clicked", NOW - 20 * DAY)])
        uow.commit()
    config = a_config(services={"enabled": ["hu_au"]})
    plan_touchpoints(store, [a_service("hu_au")], config, NOW, KEY)
    with store() as uow:
        return next(t for t in uow.plans.touchpoints() if t.service_id == "hu_au")


IN_VAIN = [a_message(n, 100 + 20 * n) for n in range(4)]


def test_who_ignored_four_mails_gets_a_letter_and_the_plan_says_why(tmp_path: Path) -> None:
    message = planned(tmp_path, *IN_VAIN)
    assert message.channel is LETTER
    said = explain(a_store(tmp_path), message.touchpoint_id).reasons
    assert any(one.startswith("Brief vor E-Mail: Von 4 Nachrichten per E-Mail wurden 0 beantwortet") for one in said)


def test_who_clicked_one_of_them_gets_a_mail(tmp_path: Path) -> None:
    assert planned(tmp_path, *IN_VAIN, answered="old2").channel is MAIL


def test_a_mail_that_may_still_be_answered_is_not_held_against_anybody(tmp_path: Path) -> None:
    assert planned(tmp_path, *IN_VAIN[:2], a_message(9, 18)).channel is MAIL


def test_who_wishes_letters_gets_letters(tmp_path: Path) -> None:
    wishes = Preferences(preferred=(("service_reminders", ("letter",)),))
    assert planned(tmp_path, wishes=wishes).channel is LETTER


def test_only_what_was_met_or_bounced_within_two_years_is_counted(tmp_path: Path) -> None:
    messages = [a_message(1, 60), a_message(2, 70, "bounced"), a_message(3, 80, "cancelled"), a_message(4, 800)]
    planned(tmp_path, *messages, answered="old1")
    with a_store(tmp_path)() as uow:
        found = tried_channels(uow.plans.touchpoints(), uow.outcomes.all(), NOW)
    assert found == {CUSTOMER: {MAIL: Tried(2, 1)}}
