"""In which stage a customer is, what the visits are worth in hours, how loyal: every customer, exactly once.

recency    days since the last visit
frequency  visits within the window
value      labour hours within the window, and the invoices' totals where the dealer has them read
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from guildpost_agent.domain.records import Customer, Job, Vehicle
from guildpost_agent.domain.segments.columns import Days, Visits, count_visits, months_back
from guildpost_agent.domain.segments.definitions import AgeBand, Definitions, StageRule, ValueBand
from guildpost_agent.domain.segments.segment import BUSINESS, FLEET, PRIVATE, CustomerSegment

_Mask: TypeAlias = npt.NDArray[np.bool_]
_DAYS_PER_MONTH: Final = 365.25 / 12


def vehicle_is_here(vehicle: Vehicle, today: date) -> bool:
    """Say whether somebody still drives the vehicle: not sold, not deregistered, not the dealer's own stock."""
    gone = (vehicle.sold_on, vehicle.deregistered_on)
    return not vehicle.in_stock and all(day is None or day > today for day in gone)


def age_band_of(first_registration: date | None, bands: Sequence[AgeBand], today: date) -> str:
    """Name the age band of a vehicle; empty where its age is unknown."""
    if first_registration is None:
        return ""
    ordinal = first_registration.toordinal()
    for band in bands:
        if band.below_years is None or ordinal > months_back(today, 12 * band.below_years):
            return band.name
    return ""


def segment_customers(
    customers: Sequence[Customer],
    vehicles: Sequence[Vehicle],
    jobs: Sequence[Job],
    definitions: Definitions,
    today: date,
    *,
    person_of: Mapping[str, str] | None = None,
) -> list[CustomerSegment]:
    """Put every customer into exactly one stage, value band, loyalty grade and kind.

    Args:
        customers: each once.
        vehicles: give purchases, fleets and age bands.
        jobs: all labour lines known.
        definitions: what the words mean.
        today: the day of the business clock, in the dealer's time zone.
        person_of: the person of a customer record; records of one person share visits and vehicles.

    Returns:
        One value per customer, in the order of ``customers``.
    """
    persons = person_of or {}
    rows: dict[str, int] = {}
    row_of = {
        customer.customer_id: rows.setdefault(persons.get(customer.customer_id, customer.customer_id), len(rows))
        for customer in customers
    }
    size = len(rows)
    visits = count_visits(
        jobs,
        row_of,
        size,
        lambda job: job.customer_id,
        today,
        window_months=definitions.window_months,
        years=definitions.loyalty_years,
    )
    kept = _kept_vehicles(vehicles, row_of, size, today)
    stages = _first_match([(rule.name, _in_stage(rule, visits, kept.bought, today)) for rule in definitions.stages])
    values = _first_match([(band.name, _reaches(band, visits)) for band in definitions.value_bands])
    loyalty = _first_match([(grade.name, visits.years >= grade.years) for grade in definitions.loyalty])
    now = today.toordinal()
    last, seen, hours = visits.last.tolist(), visits.in_window.tolist(), visits.hours.round(2).tolist()
    ages = [age_band_of(day, definitions.age_bands, today) for day in kept.youngest]
    return [
        CustomerSegment(
            customer_id=customer.customer_id,
            stage=stages[row],
            recency_days=now - last[row] if last[row] else None,
            visits=seen[row],
            hours=hours[row],
            value_band=values[row],
            loyalty=loyalty[row],
            kind=_kind(customer, kept.count[row], definitions.fleet_vehicles),
            age_band=ages[row],
            computed_on=today,
        )
        for customer in customers
        for row in (row_of[customer.customer_id],)
    ]


@dataclass(frozen=True)
class _Kept:
    """By customer: first purchase here (ordinal, 0 none), vehicles kept, first registration of the youngest."""

    bought: Days
    count: list[int]
    youngest: list[date | None]


def _kept_vehicles(vehicles: Sequence[Vehicle], row_of: Mapping[str, int], size: int, today: date) -> _Kept:
    bought = np.zeros(size, np.int64)
    count = [0] * size
    youngest: list[date | None] = [None] * size
    for vehicle in vehicles:
        row = row_of.get(vehicle.customer_id)
        if row is None:
            continue
        if vehicle.delivered_on is not None and vehicle.delivered_on <= today:
            handed_over = vehicle.delivered_on.toordinal()
            bought[row] = min(bought[row] or handed_over, handed_over)
        if vehicle_is_here(vehicle, today):
            count[row] += 1
            known, registered = youngest[row], vehicle.first_registration
            if registered is not None and (known is None or registered > known):
                youngest[row] = registered
    return _Kept(bought, count, youngest)


def _in_stage(rule: StageRule, visits: Visits, bought: Days, today: date) -> _Mask:
    holds: _Mask = np.ones(len(bought), bool)
    seen = visits.last > 0
    if rule.visited_within_months is not None:
        holds &= seen & (visits.last >= months_back(today, rule.visited_within_months))
    if rule.visited_before_months is not None:
        holds &= seen & (visits.last < months_back(today, rule.visited_before_months))
    if rule.back_after_months is not None:
        gap = visits.last - visits.before_last
        holds &= (visits.before_last > 0) & (gap > round(rule.back_after_months * _DAYS_PER_MONTH))
    if rule.known_within_months is not None:
        since = months_back(today, rule.known_within_months)
        # A first visit is a first one only where the record would show an earlier one.
        proven = seen & (visits.first >= visits.record_from + round(rule.record_months * _DAYS_PER_MONTH))
        bought_first = (bought > 0) & (~seen | (bought <= visits.first))
        known_since = np.where(bought_first, bought, visits.first)
        holds &= (known_since >= since) & (bought_first | proven)
    return holds


def _reaches(band: ValueBand, visits: Visits) -> _Mask:
    if not (band.visits or band.hours or band.euros):
        return np.ones(len(visits.hours), bool)
    enough: _Mask = np.zeros(len(visits.hours), bool)
    if band.visits:
        enough |= visits.in_window >= band.visits
    if band.hours:
        enough |= visits.hours >= band.hours
    if band.euros:
        enough |= visits.euros >= band.euros
    return enough


def _first_match(rules: Sequence[tuple[str, _Mask]]) -> list[str]:
    """Name for every row the first rule that holds; the last rule takes whoever is left."""
    chosen = np.full(len(rules[0][1]), len(rules) - 1)
    for index in range(len(rules) - 2, -1, -1):
        chosen[rules[index][1]] = index
    names = [name for name, _ in rules]
    return [names[index] for index in chosen.tolist()]


def _kind(customer: Customer, vehicles: int, fleet_vehicles: int) -> str:
    if not customer.is_business:
        return PRIVATE
    return FLEET if vehicles >= fleet_vehicles else BUSINESS
