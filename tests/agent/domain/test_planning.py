from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_agent.domain.allowance import Allowance
from guildpost_agent.domain.cadence import Contact, fits
from guildpost_agent.domain.exclusions import Reason, Refusal
from guildpost_agent.domain.keyed import occasion_id
from guildpost_agent.domain.learning import features
from guildpost_agent.domain.learning.deviations import Posterior
from guildpost_agent.domain.learning.experiment import Learning
from guildpost_agent.domain.learning.times import Times
from guildpost_agent.domain.lift.control import ControlGroup
from guildpost_agent.domain.placing import contact_of
from guildpost_agent.domain.planning import plan_household
from guildpost_agent.domain.records import Channel, Occasion, Touchpoint, Triage
from guildpost_agent.domain.regions import STATES
from guildpost_agent.domain.release_days import Rhythm
from guildpost_agent.domain.timing import LAST_HOUR, Candidate, Dealer
from guildpost_agent.domain.working_days import add_working_days, is_quiet, is_working_day
from guildpost_shared.learning.bases import lead_basis
from guildpost_shared.learning.contexts import CLASSES
from tests.factories.agent import KEY, NOW, a_service
from tests.factories.network_models import a_model

BERLIN = ZoneInfo("Europe/Berlin")
EMAIL = ((Channel.EMAIL, "consent"), (Channel.LETTER, "legitimate_interest"))
LETTER = EMAIL[1:]
HU, INSPECTION = a_service("hu_au"), a_service("inspection")
DEALER = Dealer(KEY, BERLIN, "BW", Rhythm(frozenset({1}), 14), NOW)


def candidate(vehicle: str = "V1", due: date = date(2027, 4, 30), customer: str = "1", **changes: Any) -> Candidate:
    service = changes.pop("service", HU)
    name = service.service_id
    occasion = Occasion(
        occasion_id(vehicle, customer, name, f"{due:%Y-%m}"), customer, vehicle, name, due, "dms", 0.95, Triage.TRUSTED
    )
    return Candidate(occasion, service, changes.pop("channels", EMAIL), frozenset({"BW"}), **changes)


def not_held_out(count: int, service: str = "hu_au") -> list[str]:
    names = (str(number) for number in range(10_000))
    return list(islice((name for name in names if not ControlGroup(KEY).holds(name, service)), count))


def planned(
    candidates: list[Candidate], dealer: Dealer = DEALER, sent: tuple[Touchpoint, ...] = ()
) -> list[Touchpoint]:
    return [result for _, result in plan_household(candidates, sent, dealer).results if isinstance(result, Touchpoint)]


def reason(one: Candidate, dealer: Dealer = DEALER, sent: tuple[Touchpoint, ...] = ()) -> str:
    ((_, result),) = plan_household([one], sent, dealer).results
    return result.reason if isinstance(result, Refusal) else "PLANNED"


def test_half_of_the_plan_keeps_the_default_and_half_explores_the_whole_window() -> None:
    due, dealer = date(2027, 5, 31), replace(DEALER, now=datetime(2027, 3, 20, 6, tzinfo=UTC))
    touchpoints = [t for name in not_held_out(600) for t in planned([candidate(f"V{name}", due, name)], dealer)]
    arms = Counter(t.arm for t in touchpoints)
    assert set(arms) == {"default", "explore"}
    assert 240 <= arms["default"] <= 360
    default = [t for t in touchpoints if t.arm == "default"]
    assert {(1, 10)} == {(t.weekday, t.hour) for t in default}
    assert all(abs(t.lead_days - 42) <= 3 for t in default)
    explored = [t for t in touchpoints if t.arm == "explore"]
    assert set(range(6)) == {t.weekday for t in explored}
    assert set(range(7, 20)) == {t.hour for t in explored}
    assert {t.lead_days // 10 for t in explored} == {1, 2, 3, 4, 5, 6}


def test_the_recommended_lead_time_is_named_only_where_it_was_kept() -> None:
    found = [
        t
        for name in not_held_out(200)
        for way in (EMAIL, LETTER)
        for t in planned([candidate(customer=name, channels=way)])
    ]
    usual = [(t, reason) for t in found for reason in t.reasons if str(reason["code"]).startswith("lead_default")]
    near = [(t, reason) for t, reason in usual if reason["code"] == "lead_default_near"]
    recommended = HU.touches[0].default_lead
    assert near
    assert all((t.lead_days, recommended) == (reason["days"], reason["recommended"]) for t, reason in near)
    assert all((t.lead_days == recommended) == (reason["code"] == "lead_default") for t, reason in usual)


def test_a_window_that_has_begun_is_explored_and_not_sent_at_once() -> None:
    touchpoints = [t for name in not_held_out(200) for t in planned([candidate(f"V{name}", date(2027, 3, 31), name)])]
    assert {"explore"} == {t.arm for t in touchpoints}
    assert len({t.planned_at.date() for t in touchpoints}) > 10


def test_a_letter_is_released_in_the_rhythm_and_arrives_at_the_lead_time() -> None:
    (letter,) = planned([candidate(channels=LETTER, customer=not_held_out(1)[0])])
    released = letter.planned_at.astimezone(BERLIN).date()
    assert released.isoweekday() == 1
    assert letter.hour is None
    assert letter.due_date - timedelta(days=letter.lead_days) == add_working_days(released, 4, frozenset({"BW"}))


def test_the_periodic_inspection_leads_and_the_next_message_keeps_its_distance() -> None:
    name = next(n for n in not_held_out(50) if not ControlGroup(KEY).holds(n, "inspection"))
    apart = replace(INSPECTION, bundle_group="apart")
    both = [candidate("V1", date(2027, 4, 12), name, service=apart), candidate("V2", date(2027, 4, 30), name)]
    results = plan_household(both, (), DEALER).results
    assert [c.service.service_id for c, _ in results] == ["hu_au", "inspection"]
    touchpoints = [r for _, r in results if isinstance(r, Touchpoint)]
    contacts = [contact_of(t, BERLIN) for t in touchpoints]
    assert len(touchpoints) == 2
    assert fits(contacts[1], contacts[:1])


def test_where_no_day_keeps_the_distance_the_cap_refuses() -> None:
    one = candidate(due=date(2027, 3, 19), customer=not_held_out(1)[0])
    sent = planned([candidate("V9", date(2027, 4, 30), one.occasion.customer_id)])[0]
    sent = replace(sent, planned_at=NOW, lead_days=60, state="sent")
    assert reason(one, sent=(sent,)) == Reason.FREQUENCY_CAP


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        pytest.param(date(2027, 5, 28), "PLANNED", id="opens at the horizon"),
        pytest.param(date(2027, 5, 29), Reason.NOT_YET, id="opens a day later"),
        pytest.param(date(2027, 3, 15), "PLANNED", id="the last day is today"),
        pytest.param(date(2027, 3, 14), Reason.WINDOW_OVER, id="the last day was yesterday"),
    ],
)
def test_only_windows_within_the_horizon_are_planned(due: date, expected: str) -> None:
    assert expected == reason(candidate(due=due, customer=not_held_out(1)[0]))


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("planned", "CYCLE_CONTACTED"),
        ("sent", "CYCLE_CONTACTED"),
        ("bounced", "PLANNED"),
        ("cancelled", "PLANNED"),
    ],
)
def test_a_due_date_that_moves_does_not_start_a_new_cycle(state: str, expected: str) -> None:
    name = not_held_out(1)[0]
    earlier = planned(
        [candidate(due=date(2027, 3, 31), customer=name)], replace(DEALER, now=datetime(2027, 1, 30, tzinfo=UTC))
    )
    sent = (replace(earlier[0], state=state),)
    assert expected == reason(candidate(due=date(2027, 4, 30), customer=name), sent=sent)


def test_the_next_cycle_is_planned_again() -> None:
    name = not_held_out(1)[0]
    (earlier,) = planned([candidate(due=date(2027, 3, 31), customer=name)])
    later = replace(DEALER, now=datetime(2029, 3, 1, 6, tzinfo=UTC))
    assert (
        reason(candidate(due=date(2029, 4, 30), customer=name), later, (replace(earlier, state="sent"),)) == "PLANNED"
    )


def test_withdrawn_attempts_end_after_the_third() -> None:
    assert reason(candidate(customer=not_held_out(1)[0], attempt=2)) == "PLANNED"
    assert reason(candidate(customer=not_held_out(1)[0], attempt=3)) == Reason.GIVEN_UP


def test_five_in_a_hundred_are_held_out_for_good() -> None:
    held = [n for n in map(str, range(4_000)) if ControlGroup(KEY).holds(n, "hu_au")]
    assert 150 <= len(held) <= 250
    assert {Reason.HOLDOUT} == {
        reason(candidate(f"V{n}", due, n)) for n in held[:20] for due in (date(2027, 4, 30), date(2027, 4, 1))
    }
    assert held != [n for n in map(str, range(4_000)) if ControlGroup(b"another key" * 3).holds(n, "hu_au")]


instants = st.datetimes(datetime(2026, 1, 1), datetime(2029, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 — zone given


def test_a_cap_is_not_named_where_the_budget_is_spent_in_the_meantime() -> None:
    first, second = not_held_out(2)
    budget = Allowance(budget_cents=100, letter_cents=100)
    late = candidate("V1", date(2027, 3, 30), first, channels=LETTER)
    sent = [
        replace(planned([candidate("V9", date(2027, 4, 30), first)])[0], planned_at=NOW, lead_days=60, state="sent")
    ]
    plan = plan_household([late], sent, DEALER, allowance=budget)
    assert [Reason.FREQUENCY_CAP] == [r.reason for _, r in plan.results if isinstance(r, Refusal)]
    (spent,) = plan_household(
        [candidate("V2", date(2027, 3, 30), second, channels=LETTER)], (), DEALER, allowance=budget
    ).results
    assert isinstance(spent[1], Touchpoint)
    assert plan.may_change()
    plan.settle()
    again = plan_household([late], sent, DEALER, allowance=budget)
    assert [Reason.BUDGET] == [r.reason for _, r in plan.results if isinstance(r, Refusal)]
    assert again.results == plan.results


def test_two_due_dates_of_one_cycle_get_one_message() -> None:
    name = not_held_out(1)[0]
    both = [candidate("V1", date(2027, 4, 30), name), candidate("V1", date(2027, 5, 15), name)]
    plan = plan_household(both, (), DEALER)
    (_, message), (_, other) = plan.results
    assert isinstance(message, Touchpoint)
    assert isinstance(other, Refusal)
    assert Reason.CYCLE_CONTACTED is other.reason
    assert plan_household(both[1:], (message,), DEALER).results == plan.results[1:]


@st.composite
def situations(draw: st.DrawFn) -> tuple[Dealer, list[Candidate]]:
    now = draw(
        instants
        | st.sampled_from([datetime(2027, 3, 27, 22, 30, tzinfo=UTC), datetime(2027, 10, 30, 23, 30, tzinfo=UTC)])
    )
    state = draw(st.sampled_from(STATES))
    rhythm = Rhythm(draw(st.frozensets(st.integers(1, 7), min_size=1)), draw(st.integers(1, 28)))
    dealer = Dealer(draw(st.binary(min_size=32, max_size=32)), BERLIN, state, rhythm, now)
    candidates = []
    for number in range(draw(st.integers(1, 8))):
        first = draw(st.integers(1, 90))
        last = draw(st.integers(0, first))
        lead = draw(st.integers(last, first))
        slot = {"weekday": draw(st.integers(0, 6)), "hour": draw(st.integers(0, 23))}
        service = a_service(
            draw(st.sampled_from(["hu_au", "inspection"])),
            touches=[{"id": "one", "first_day": first, "last_day": last, "default_lead": lead}],
        )
        uses = tuple(replace(use, default_slot=replace(use.default_slot, **slot)) for use in service.channels)
        one = candidate(
            f"V{number}",
            dealer.today + timedelta(days=draw(st.integers(0, 120))),
            service=replace(service, channels=uses),
            channels=draw(st.sampled_from([EMAIL, LETTER, EMAIL[:1]])),
        )
        candidates.append(replace(one, states=frozenset({state, draw(st.sampled_from(STATES))})))
    return dealer, candidates


@settings(max_examples=150, deadline=None)
@given(situations(), st.randoms(use_true_random=False))
def test_no_rule_can_make_the_plan_break_quiet_hours_windows_or_the_cap(
    situation: tuple[Dealer, list[Candidate]], random: Any
) -> None:
    dealer, candidates = situation
    results = plan_household(candidates, (), dealer).results
    assert len(results) == len(candidates)
    contacts: list[Contact] = []
    for one, result in results:
        if not isinstance(result, Touchpoint):
            continue
        assert dealer.now <= result.planned_at <= result.not_after
        met = result.due_date - timedelta(days=result.lead_days)
        assert one.opens <= met <= one.closes
        assert result.channel in {channel for channel, _ in one.channels}
        if result.channel is Channel.EMAIL:
            assert not is_quiet(result.planned_at, BERLIN, one.states)
            local = result.planned_at.astimezone(BERLIN)
            assert (result.weekday, result.hour) == (local.weekday(), local.hour)
        else:
            assert is_working_day(result.planned_at.astimezone(BERLIN).date(), frozenset({dealer.state}))
            assert is_working_day(met, one.states)
        contact = contact_of(result, BERLIN)
        assert fits(contact, contacts)
        contacts.append(contact)
    random.shuffle(candidates)
    assert results == plan_household(candidates, (), dealer).results


def test_under_a_model_every_first_message_keeps_how_far_the_own_best_lead_time_lies_from_the_networks() -> None:
    """Also those on the recommended time and those that explore: all of them are counted by it (``centring``)."""
    network, own = a_model(lead=25), np.zeros((1, features.COUNT))
    own[0, features.LEADS] = np.tile(2 * lead_basis()[8, : features.LEAD_FUNCTIONS], len(CLASSES))  # 40 days before
    believed = Posterior(own, np.zeros((1, features.COUNT, features.COUNT)))
    learning = Learning({"": Times(KEY, network, believed, LAST_HOUR)})
    names = not_held_out(300)
    found = [t for name in names for t in planned([candidate(customer=name)], replace(DEALER, learning=learning))]
    assert {"default", "explore", "learned"} >= {t.arm for t in found} > {"default"}
    assert {10} == {t.lead_shift for t in found}, "between the network's 25 and the own 40"
    assert {0} == {t.lead_shift for name in names for t in planned([candidate(customer=name)])}
