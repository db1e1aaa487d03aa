"""In which stage a customer is, by the definitions that ship."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.records import Customer, Job, Vehicle
from guildpost_agent.domain.segments.life_cycle import age_band_of, segment_customers
from guildpost_agent.domain.segments.segment import CustomerSegment
from tests.factories.agent import a_customer, a_job, a_vehicle
from tests.fakes.reference_data import InMemoryReferenceData

TODAY = date(2027, 3, 1)
DEFINITIONS = InMemoryReferenceData().definitions()
LONG_AGO = a_job("old", customer_id="somebody else", vehicle_id="V0", order_date=date(2015, 1, 2))
"""Lets the workshop's record reach back far enough for a first visit to be a first one."""


def _visit(day: date, customer_id: str = "1", **changes: object) -> Job:
    return a_job(f"{customer_id}-{day}", customer_id=customer_id, order_date=day, **changes)


def _segment(
    jobs: Sequence[Job], vehicles: Sequence[Vehicle] = (), customer: Customer | None = None
) -> CustomerSegment:
    (found,) = segment_customers([customer or a_customer()], vehicles, [LONG_AGO, *jobs], DEFINITIONS, TODAY)
    return found


STAGES = {
    "no visit, no purchase": ([], None, "never_here"),
    "a purchase, no visit yet": ([], date(2026, 9, 1), "new"),
    "a purchase long ago, no visit": ([], date(2020, 9, 1), "never_here"),
    "a first visit this winter": ([date(2027, 1, 5)], None, "new"),
    "a first visit here, long after the purchase": ([date(2027, 1, 5)], date(2020, 9, 1), "active"),
    "a second car after years of visits": ([date(2025, 3, 3), date(2026, 3, 3)], date(2026, 12, 1), "active"),
    "thirteen months ago to the day": ([date(2025, 1, 10), date(2026, 2, 1)], None, "active"),
    "a day over thirteen months": ([date(2025, 1, 10), date(2026, 1, 31)], None, "at_risk"),
    "two years ago to the day": ([date(2025, 3, 1)], None, "at_risk"),
    "a day over two years": ([date(2025, 2, 28)], None, "lost"),
    "back after three years": ([date(2023, 5, 5), date(2026, 12, 1)], None, "won_back"),
    "back after three years, and again": ([date(2023, 5, 5), date(2026, 6, 1), date(2027, 1, 4)], None, "active"),
    "back after three years, but long since gone again": ([date(2021, 1, 5), date(2024, 2, 1)], None, "lost"),
    "an order dated in the future": ([date(2027, 3, 2)], None, "never_here"),
}  # fmt: skip


@pytest.mark.parametrize(("days", "bought", "stage"), STAGES.values(), ids=STAGES)
def test_the_stage_follows_from_visits_and_purchases(days: list[date], bought: date | None, stage: str) -> None:
    assert stage == _segment([_visit(day) for day in days], [a_vehicle(delivered_on=bought)]).stage


def test_a_first_visit_is_none_where_the_record_is_too_short_to_know() -> None:
    (found,) = segment_customers([a_customer()], [], [_visit(date(2027, 1, 5))], DEFINITIONS, TODAY)
    assert "active" == found.stage


def test_two_orders_of_one_day_are_one_visit_and_work_for_the_house_is_none() -> None:
    day = date(2026, 12, 1)
    jobs = [
        _visit(day, hours=1.5),
        a_job("second", order_number="A2", order_date=day, hours=0.25),
        a_job("house", order_date=date(2027, 2, 1), hours=9.0, charge="internal"),
        a_job("no hours", order_date=date(2026, 6, 1), hours=None),
    ]
    found = _segment(jobs)
    assert (90, 2, 1.75) == (found.recency_days, found.visits, found.hours)


@pytest.mark.parametrize(
    ("visits", "hours", "band"),
    [(0, 0.0, "none"), (1, 0.0, "low"), (1, 3.0, "middle"), (2, 0.0, "middle"), (1, 10.0, "high"), (4, 0.0, "high")],
    ids=["never here", "one visit", "one with much work", "two visits", "one with very much work", "four visits"],
)
def test_the_value_band_follows_from_visits_or_hours(visits: int, hours: float, band: str) -> None:
    jobs = [_visit(TODAY - timedelta(days=30 * (index + 1)), hours=hours) for index in range(visits)]
    assert band == _segment(jobs).value_band


@pytest.mark.parametrize(
    ("days", "grade"),
    [
        ([date(2024, 6, 1), date(2025, 6, 1), date(2026, 6, 1)], "regular"),
        ([date(2026, 4, 1), date(2026, 6, 1), date(2026, 8, 1)], "occasional"),
        ([date(2023, 6, 1)], "none"),
    ],
    ids=["every year", "often in one year", "too long ago"],
)
def test_loyalty_counts_years_not_visits(days: list[date], grade: str) -> None:
    assert grade == _segment([_visit(day) for day in days]).loyalty


@pytest.mark.parametrize(
    ("business", "vehicles", "kind"),
    [(False, 9, "private"), (True, 4, "business"), (True, 5, "fleet")],
    ids=["a collector", "a small company", "five vehicles"],
)
def test_the_kind_follows_from_the_record_and_the_vehicles(business: bool, vehicles: int, kind: str) -> None:  # noqa: FBT001 — a table's column
    kept = [a_vehicle(f"V{index}") for index in range(vehicles)]
    gone = [a_vehicle("G1", sold_on=TODAY), a_vehicle("G2", deregistered_on=TODAY), a_vehicle("G3", in_stock=True)]
    assert kind == _segment([], [*kept, *gone], a_customer(is_business=business)).kind


@pytest.mark.parametrize(
    ("registered", "band"),
    [
        (None, ""),
        (date(2027, 2, 1), "to_3"),
        (date(2024, 3, 2), "to_3"),
        (date(2024, 3, 1), "to_6"),
        (date(2017, 3, 2), "to_10"),
        (date(1900, 1, 1), "older"),
    ],
    ids=["unknown", "new", "almost three", "three", "almost ten", "veteran"],
)
def test_a_vehicle_belongs_to_one_age_band(registered: date | None, band: str) -> None:
    assert band == age_band_of(registered, DEFINITIONS.age_bands, TODAY)


def test_records_of_one_person_share_visits_and_vehicles() -> None:
    customers = [a_customer("1"), a_customer("2"), a_customer("3")]
    jobs = [LONG_AGO, _visit(date(2025, 5, 5), "1"), _visit(date(2026, 5, 5), "2")]
    alone = segment_customers(customers, [], jobs, DEFINITIONS, TODAY)
    shared = segment_customers(customers, [], jobs, DEFINITIONS, TODAY, person_of={"1": "p", "2": "p"})
    assert (["at_risk", "new", "never_here"], ["active", "active", "never_here"]) == (
        [one.stage for one in alone],
        [one.stage for one in shared],
    )


DAYS = st.dates(date(2018, 1, 1), date(2027, 12, 31))
JOBS = st.lists(st.tuples(DAYS, st.sampled_from(["1", "2", "3", "stranger"]), st.floats(0, 50)), max_size=25)
CUSTOMERS = [a_customer("1"), a_customer("2", is_business=True), a_customer("3")]


def _jobs(rows: list[tuple[date, str, float]]) -> list[Job]:
    return [
        a_job(f"J{index}", order_date=day, customer_id=customer, hours=hours)
        for index, (day, customer, hours) in enumerate(rows)
    ]


@given(JOBS, st.lists(st.tuples(st.none() | DAYS, st.sampled_from(["1", "2", "9"])), max_size=8))
def test_every_customer_has_exactly_one_place(
    rows: list[tuple[date, str, float]], bought: list[tuple[date | None, str]]
) -> None:
    vehicles = [a_vehicle(f"V{n}", delivered_on=day, customer_id=who) for n, (day, who) in enumerate(bought)]
    found = segment_customers(CUSTOMERS, vehicles, _jobs(rows), DEFINITIONS, TODAY)
    assert [customer.customer_id for customer in CUSTOMERS] == [one.customer_id for one in found]
    assert {one.stage for one in found} <= {stage.name for stage in DEFINITIONS.stages}
    assert {one.value_band for one in found} <= {band.name for band in DEFINITIONS.value_bands}
    unseen = [one for one in found if one.recency_days is None]
    assert {(one.visits, one.hours, one.value_band, one.loyalty) for one in unseen} <= {(0, 0.0, "none", "none")}


@given(JOBS, DAYS, st.floats(0, 50))
def test_one_visit_more_never_makes_a_customer_look_less_recent_frequent_or_valuable(
    rows: list[tuple[date, str, float]], day: date, hours: float
) -> None:
    before = segment_customers(CUSTOMERS, [], _jobs(rows), DEFINITIONS, TODAY)[0]
    after = segment_customers(CUSTOMERS, [], _jobs([*rows, (day, "1", hours)]), DEFINITIONS, TODAY)[0]
    bands = [band.name for band in DEFINITIONS.value_bands]
    grades = [grade.name for grade in DEFINITIONS.loyalty]
    assert before.recency_days is None or (after.recency_days or 0) <= before.recency_days
    assert (after.visits >= before.visits, after.hours >= before.hours - 0.01) == (True, True)
    assert bands.index(after.value_band) <= bands.index(before.value_band)
    assert grades.index(after.loyalty) <= grades.index(before.loyalty)


@given(JOBS.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_the_order_of_rows_does_not_matter(
    orders: tuple[list[tuple[date, str, float]], list[tuple[date, str, float]]],
) -> None:
    one, other = (
        segment_customers(CUSTOMERS, [], _jobs([(day, who, round(h)) for day, who, h in rows]), DEFINITIONS, TODAY)
        for rows in orders
    )
    assert one == other
