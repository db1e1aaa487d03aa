"""What one dealer brings to a study of each kind: stories of single customers, and what holds for all of them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.contributing.adoption import adoption_part
from guildpost_agent.domain.contributing.channels import channel_parts
from guildpost_agent.domain.contributing.contacts import Met, answered_on, delivered
from guildpost_agent.domain.contributing.lift import eligible, lift_parts
from guildpost_agent.domain.contributing.pressure import pressure_parts
from guildpost_agent.domain.contributing.units import DEALER, Counted
from guildpost_agent.domain.lift.trials import Trial, Visit
from guildpost_agent.domain.records import Channel, Outcome
from guildpost_shared.studies.cells import CellLayout, Cells
from guildpost_shared.studies.counted import counted_study
from guildpost_shared.studies.spec import StudySpec
from tests.factories.round_world import ZONE, a_touchpoint
from tests.fakes.seeded_entropy import SeededEntropy

STUDIES: dict[str, StudySpec] = {
    kind: counted_study(
        kind,
        brand="Arvana",
        services=["hu_au", "inspection"],
        period_start=date(2027, 1, 1),
        period_end=date(2027, 3, 31),
    )
    for kind in ("lift", "channel", "pressure", "adoption")
}
LATE = date(2027, 7, 1)
DAY = timedelta(days=1)
AT = datetime(2027, 3, 9, 9, 30, tzinfo=UTC)
ON = AT.date()


def by_unit(parts: list[Counted[Cells]]) -> dict[str, Cells]:
    return {part.unit: part.record for part in parts}


# ── lift ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def a_trial(customer: str = "c", on: date = ON, service: str = "hu_au", **changes: Any) -> Trial:
    trial = Trial(customer, f"v-{customer}", service, Channel.EMAIL, held_out=False, planned_on=on, window_days=21)
    return replace(trial, **changes)


def lift(*trials: Trial, visits: tuple[Visit, ...] = (), **changes: Any) -> dict[str, Cells]:
    terms: dict[str, Any] = {"today": LATE, "known_until": LATE, "already_counted": ()} | changes
    return by_unit(lift_parts(STUDIES["lift"], eligible(STUDIES["lift"], trials, **terms), visits))


def a_visit(after: int, service: str = "hu_au", customer: str = "c") -> Visit:
    return Visit(customer, f"v-{customer}", service, ON + after * DAY)


@pytest.mark.parametrize(("days", "came"), [(-1, False), (0, True), (35, True), (36, False)], ids="day {}".format)
def test_a_visit_counts_within_the_studys_window_whatever_the_services_own(days: int, came: bool) -> None:  # noqa: FBT001 — a table's column
    expected = ("hu_au/treated/planned", "hu_au/treated/came")
    assert {"c": expected if came else expected[:1]} == lift(a_trial(), visits=(a_visit(days),))


def test_somebody_of_the_control_group_counts_in_the_other_arm() -> None:
    held_out = a_trial(held_out=True)
    assert {"c": ("hu_au/held_out/planned", "hu_au/held_out/came")} == lift(held_out, visits=(a_visit(3),))


def test_a_customer_in_both_arms_of_two_services_counts_once_with_the_earliest() -> None:
    trials = [a_trial(), a_trial(on=ON - DAY, service="inspection", held_out=True)]
    assert {"c": ("inspection/held_out/planned",)} == lift(*trials, visits=(a_visit(3),))
    assert lift(*trials) == lift(*reversed(trials))


def test_work_of_another_service_is_no_visit_for_this_one() -> None:
    assert {"c": ("hu_au/treated/planned",)} == lift(a_trial(), visits=(a_visit(3, "inspection"),))


@pytest.mark.parametrize(
    "changes",
    [
        {"today": ON + 35 * DAY},
        {"known_until": ON + 35 * DAY},
        {"already_counted": ("c",)},
    ],
    ids=["its last day is not over", "the last delivery does not cover it", "counted before"],
)
def test_a_trial_waits_until(changes: dict[str, Any]) -> None:
    assert {} == lift(a_trial(), **changes)


@pytest.mark.parametrize(
    ("trial", "counts"),
    [
        (a_trial(on=date(2026, 12, 31)), False),
        (a_trial(on=date(2027, 1, 1)), True),
        (a_trial(on=date(2027, 3, 31)), True),
        (a_trial(on=date(2027, 4, 1)), False),
        (a_trial(service="tyres"), False),
    ],
    ids=["a day early", "first day", "last day", "a day late", "another service"],
)
def test_a_trial_belongs_to_the_study(trial: Trial, counts: bool) -> None:  # noqa: FBT001 — as above
    assert counts == bool(lift(trial))


# ── channel ───────────────────────────────────────────────────────────────────────────────────────────────────────


def met(customer: str = "c", channel: str = "email", after: int = 0, **changes: Any) -> Met:
    return replace(Met(customer, "hu_au", channel, AT + after * DAY, f"o-{customer}"), **changes)


def channels(*contacts: Met, booked: dict[str, list[date]] | None = None, **changes: Any) -> dict[str, Cells]:
    terms: dict[str, Any] = {"today": LATE, "zone": ZONE, "already_counted": ()} | changes
    return by_unit(channel_parts(STUDIES["channel"], contacts, booked or {}, **terms))


@pytest.mark.parametrize("channel", ["email", "letter", "call"])
def test_a_first_contact_counts_by_its_way_and_with_a_booking_that_followed(channel: str) -> None:
    assert {"c": (f"hu_au/{channel}/delivered",)} == channels(met(channel=channel))
    booked = {"o-c": [ON + 35 * DAY]}
    assert {"c": (f"hu_au/{channel}/delivered", f"hu_au/{channel}/booked")} == channels(
        met(channel=channel), booked=booked
    )
    assert {"c": (f"hu_au/{channel}/delivered",)} == channels(met(channel=channel), booked={"o-c": [ON + 36 * DAY]})


def test_a_call_that_ended_with_an_appointment_is_booked_at_once() -> None:
    assert {"c": ("hu_au/call/delivered", "hu_au/call/booked")} == channels(met(channel="call", booked=True))


def test_the_call_after_an_unanswered_mail_does_not_replace_it() -> None:
    story = [met(channel="call", after=9, booked=True), met()]
    assert {"c": ("hu_au/email/delivered",)} == channels(*story)
    assert {"c": ("hu_au/email/delivered", "hu_au/email/booked")} == channels(*story, booked={"o-c": [ON + 9 * DAY]})


def test_a_follow_up_and_a_foreign_service_are_no_first_contacts() -> None:
    assert {} == channels(met(first=False), met("d", service_id="tyres"), met("e", channel="fax"))


# ── pressure ──────────────────────────────────────────────────────────────────────────────────────────────────────


def pressure(
    *contacts: Met,
    answers: dict[str, list[date]] | None = None,
    objections: dict[str, list[date]] | None = None,
    already: tuple[str, ...] = (),
) -> dict[str, Cells]:
    days = (answers or {}, objections or {})
    study = STUDIES["pressure"]
    return by_unit(pressure_parts(study, contacts, *days, today=LATE, zone=ZONE, already_counted=already))


@pytest.mark.parametrize(
    ("before", "row"),
    [
        ([], "1"),
        ([-30], "2"),
        ([-365], "1"),
        ([-364], "2"),
        ([-10, -20, -30, -40], "5-6"),
        ([-n for n in range(20, 35)], "10+"),
        ([5, 9], "1"),
    ],
    ids=["the first", "the second", "a year ago", "a day less", "the fifth", "the sixteenth", "later ones"],
)
def test_a_message_is_the_nth_contact_of_the_year_that_ends_with_it(before: list[int], row: str) -> None:
    story = [met(), *(met(channel="call", after=n) for n in before)]
    assert {"c": (f"contacts/{row}/contacted",)} == pressure(*story)


def test_of_several_messages_in_the_period_the_first_one_stands_for_the_customer() -> None:
    story = [met(after=4, occasion_id="o-later"), met()]
    answers = {"o-later": [ON + 5 * DAY]}
    assert {"c": ("contacts/1/contacted",)} == pressure(*story, answers=answers)


def test_answers_and_objections_are_those_within_the_window() -> None:
    answers, objections = {"o-c": [ON + DAY]}, {"c": [ON + 35 * DAY]}
    whole = ("contacts/1/contacted", "contacts/1/answered", "contacts/1/objected")
    assert {"c": whole} == pressure(met(), answers=answers, objections=objections)
    assert {"c": whole[:1]} == pressure(met(), answers={"o-d": [ON]}, objections={"c": [ON - DAY, ON + 36 * DAY]})


def test_a_call_is_a_contact_but_no_message() -> None:
    assert {} == pressure(met(channel="call"))
    assert {"c": ("contacts/2/contacted",)} == pressure(met(channel="call", after=-1), met())


def test_who_was_counted_before_is_left_out() -> None:
    assert {} == pressure(met(), already=("c",))
    assert {} == channels(met(), already_counted=("c",))


# ── adoption ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_service_is_switched_on_when_a_message_of_it_was_planned_in_the_period() -> None:
    touchpoints = [
        a_touchpoint("a", "c", AT, state="cancelled"),
        a_touchpoint("b", "c", AT + 60 * DAY, service_id="inspection"),
        a_touchpoint("d", "c", AT, service_id="tyres"),
    ]
    found = by_unit(adoption_part(STUDIES["adoption"], touchpoints, zone=ZONE, already_counted=()))
    assert {DEALER: ("hu_au/dealers/switched_on",)} == found
    assert [] == adoption_part(STUDIES["adoption"], touchpoints, zone=ZONE, already_counted={DEALER})


# ── what holds for all ────────────────────────────────────────────────────────────────────────────────────────────


@st.composite
def contacts(draw: st.DrawFn) -> list[Met]:
    """Draw some customers' contacts around the period's edges."""
    found = []
    for number in range(draw(st.integers(0, 12))):
        customer, way = f"c-{draw(st.integers(0, 3))}", draw(st.sampled_from(["email", "letter", "call"]))
        service = draw(st.sampled_from(["hu_au", "inspection", "tyres"]))
        one = met(customer, way, draw(st.integers(-400, 40)), service_id=service, occasion_id=f"o-{number % 4}")
        found.append(replace(one, first=draw(st.booleans()), booked=way == "call" and draw(st.booleans())))
    return found


@given(contacts(), st.randoms(use_true_random=False), st.integers(0, 3))
def test_every_part_fits_its_layout_and_the_order_of_the_records_says_nothing(
    story: list[Met], chance: Random, gone: int
) -> None:
    """Taking one customer's records away takes away that customer's part and changes nobody else's."""
    days = {f"o-{n}": [ON + n * DAY] for n in range(4)}
    trials = [
        a_trial(c.customer_id, c.at.date(), c.service_id, held_out=not c.first, vehicle_id=c.occasion_id) for c in story
    ]
    visits = [Visit(c.customer_id, c.occasion_id, c.service_id, c.at.date() + DAY) for c in story if c.booked]

    def everything(customer: str | None = None) -> dict[str, dict[str, Cells]]:
        chosen = [one for one in story if one.customer_id != customer]
        objections = {one.customer_id: [ON] for one in chosen if one.booked}
        return {
            "channel": channels(*chosen, booked=days),
            "pressure": pressure(*chosen, answers=days, objections=objections),
            "lift": lift(*(t for t in trials if t.customer_id != customer), visits=tuple(visits)),
        }

    whole, without = everything(), everything(f"c-{gone}")
    for kind, parts in whole.items():
        assert parts == without[kind] | {unit: part for unit, part in parts.items() if unit == f"c-{gone}"}
        CellLayout.of(STUDIES[kind]).encode(list(parts.values()), cap=100, entropy=SeededEntropy(b""))
    chance.shuffle(story)
    chance.shuffle(trials)
    assert whole == everything()


def test_deliveries_and_answers_are_read_from_outcomes() -> None:
    touchpoints = {name: a_touchpoint(name, f"c-{name}", AT, occasion_id="o") for name in ("a", "b")}
    outcomes = [
        Outcome("1", "a", "delivered", AT + DAY),
        Outcome("2", "a", "delivered", AT),
        Outcome("3", "b", "bounced", AT),
        Outcome("4", "b", "booked", AT + 2 * DAY),
        Outcome("5", "gone", "booked", AT),
        Outcome("6", "a", "clicked", AT),
    ]
    assert [Met("c-a", "hu_au", "email", AT, "o")] == delivered(touchpoints.values(), outcomes)
    assert {"o": [ON + 2 * DAY]} == answered_on(touchpoints, outcomes, frozenset({"booked"}), ZONE)
