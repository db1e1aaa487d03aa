"""Which outcomes enter a study: one matured reminder per customer, in the period, whatever the order of the records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.contributing.units import Counted
from guildpost_agent.domain.contributions import first_matured, quarter_of, slot_lead_parts
from guildpost_agent.domain.records import Channel, Outcome, Touchpoint
from guildpost_shared.studies.layout import MaturedReminder
from tests.factories.round_world import STUDY, ZONE, a_touchpoint

RIPE = STUDY.release_from
MATURITY = timedelta(days=STUDY.maturity_days)
AT = datetime(2027, 3, 9, 9, 30, tzinfo=UTC)  # a Tuesday, 10:30 in Berlin


@dataclass(frozen=True)
class Books:
    """What a dealer has on record."""

    touchpoints: tuple[Touchpoint, ...]
    outcomes: tuple[Outcome, ...]

    def count(self, today: date = RIPE, already: Sequence[str] = ()) -> list[Counted[MaturedReminder]]:
        known = {touchpoint.touchpoint_id: touchpoint for touchpoint in self.touchpoints}
        matured = first_matured(STUDY, known, self.outcomes, today=today, zone=ZONE, already_counted=already)
        return slot_lead_parts(matured, ZONE)


def _one(at: datetime = AT, booked: timedelta | None = None, kind: str = "delivered", **changes: object) -> Books:
    touchpoint = a_touchpoint("t", "c", at, **changes)
    outcomes = [Outcome("d", "t", kind, at)]
    if booked is not None:
        outcomes.append(Outcome("b", "t", "booked", at + booked))
    return Books((touchpoint,), tuple(outcomes))


@st.composite
def books(draw: st.DrawFn) -> Books:
    """Write some customers' messages around the period's edges, with what came back, in any order."""
    touchpoints, outcomes = [], []
    for number in range(draw(st.integers(0, 8))):
        offset = draw(st.integers(-3 * 24, 31 * 24))
        at = datetime(2027, 3, 1, tzinfo=UTC) + timedelta(hours=offset)
        name = f"t-{number}"
        channel = draw(st.sampled_from(list(Channel)))
        service = draw(st.sampled_from(["hu_au", "inspection"]))
        customer = f"c-{draw(st.integers(0, 3))}"
        touchpoints.append(a_touchpoint(name, customer, at, channel=channel, service_id=service))
        for event in range(draw(st.integers(0, 3))):
            kind = draw(st.sampled_from(["delivered", "delivered", "booked", "clicked", "bounced"]))
            later = timedelta(hours=draw(st.integers(0, 40 * 24)))
            outcomes.append(Outcome(f"{name}/{event}", name, kind, at + later))
    return Books(tuple(touchpoints), tuple(draw(st.permutations(outcomes))))


@given(books(), st.integers(-40, 3))
def test_a_customer_counts_at_most_once_and_only_when_it_may(dealer: Books, days: int) -> None:
    counted = dealer.count(RIPE + timedelta(days=days), already=["c-0"])
    assert sorted({one.unit for one in counted}) == [one.unit for one in counted]
    assert "c-0" not in {one.unit for one in counted}
    assert {"hu_au"} >= {one.record.service for one in counted}


@given(books(), st.integers(-60, 3))
def test_only_what_was_sent_in_the_period_and_is_matured_counts(dealer: Books, days: int) -> None:
    today = RIPE + timedelta(days=days)
    owners = {touchpoint.touchpoint_id: touchpoint for touchpoint in dealer.touchpoints}
    first: dict[str, date] = {}
    for outcome in sorted(dealer.outcomes, key=lambda outcome: outcome.at, reverse=True):
        if outcome.kind == "delivered":
            first[outcome.touchpoint_id] = outcome.at.astimezone(ZONE).date()
    eligible = {
        owners[name].customer_id
        for name, day in first.items()
        if owners[name].service_id == "hu_au"
        and STUDY.period_start <= day <= STUDY.period_end
        and day + MATURITY < today
    }
    assert eligible == {one.unit for one in dealer.count(today)}


@given(books(), st.randoms(use_true_random=False))
def test_the_order_of_the_records_says_nothing(dealer: Books, chance: Random) -> None:
    touchpoints, outcomes = list(dealer.touchpoints), list(dealer.outcomes)
    chance.shuffle(touchpoints)
    chance.shuffle(outcomes)
    assert dealer.count() == Books(tuple(touchpoints), tuple(outcomes)).count()


@given(books())
def test_which_reminder_stands_for_a_customer_does_not_depend_on_its_outcome(dealer: Books) -> None:
    without = Books(dealer.touchpoints, tuple(outcome for outcome in dealer.outcomes if outcome.kind != "booked"))
    mine = [(one.unit, one.record.weekday, one.record.hour) for one in dealer.count()]
    assert mine == [(one.unit, one.record.weekday, one.record.hour) for one in without.count()]


def test_a_reminder_carries_local_time_lead_and_booking() -> None:
    expected = MaturedReminder("hu_au", "email", weekday=1, hour=10, lead_days=40, booked=True)
    assert [Counted("c", expected)] == _one(booked=timedelta(days=2)).count()


def test_a_letter_has_no_hour() -> None:
    (counted,) = _one(channel=Channel.LETTER).count()
    assert ("letter", 1, None) == (counted.record.channel, counted.record.weekday, counted.record.hour)


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (datetime(2027, 2, 28, 22, 59, tzinfo=UTC), False),
        (datetime(2027, 2, 28, 23, 0, tzinfo=UTC), True),
        (datetime(2027, 3, 28, 21, 59, tzinfo=UTC), True),
        (datetime(2027, 3, 28, 22, 0, tzinfo=UTC), False),
    ],
    ids=["before", "first local minute", "last local minute, summer time", "after"],
)
def test_the_period_is_one_of_local_days(at: datetime, counts: bool) -> None:  # noqa: FBT001 — a table's column
    assert counts == bool(_one(at).count())


@pytest.mark.parametrize(
    ("days", "counts"), [(STUDY.maturity_days, False), (STUDY.maturity_days + 1, True)], ids=["last day", "after it"]
)
def test_a_reminder_counts_when_its_last_day_is_over(days: int, counts: bool) -> None:  # noqa: FBT001 — as above
    assert counts == bool(_one().count(today=date(2027, 3, 9) + timedelta(days=days)))


@pytest.mark.parametrize("hour", [0, 8, 21], ids="sent at {} h".format)
@pytest.mark.parametrize(("days", "booked"), [(0, True), (35, True), (36, False)], ids=["at once", "day 35", "day 36"])
def test_the_last_day_for_a_booking_is_the_same_for_every_hour_of_sending(hour: int, days: int, booked: bool) -> None:  # noqa: FBT001 — as above
    local = datetime(2027, 3, 9, hour, 30, tzinfo=ZONE)
    noon = datetime(2027, 3, 9, 12, tzinfo=ZONE) + timedelta(days=days)  # bookings are known by day: noted at noon
    books_of = _one(local.astimezone(UTC), booked=max(noon.astimezone(UTC) - local.astimezone(UTC), timedelta()))
    assert [booked] == [one.record.booked for one in books_of.count()]


@pytest.mark.parametrize("kind", ["bounced", "clicked", "sent"])
def test_only_what_was_delivered_counts(kind: str) -> None:
    assert [] == _one(kind=kind).count()


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2027, 1, 1), "2027-Q1"),
        (date(2027, 3, 31), "2027-Q1"),
        (date(2027, 4, 1), "2027-Q2"),
        (date(2027, 12, 31), "2027-Q4"),
    ],
    ids=str,
)
def test_a_year_has_four_quarters(day: date, quarter: str) -> None:
    assert quarter == quarter_of(day)
