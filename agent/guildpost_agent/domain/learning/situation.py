"""In which situation a customer was written to, or is offered something: the columns that a training may ask about.

Everything is as it was known on the day, and of this customer's records alone: a vehicle that is somebody else's by
now, or a visit under an earlier keeper, would let one customer move another one's record. What is not known is left
out and says nothing; a learned model reads a situation exactly as it was written in the training.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from guildpost_agent.domain.offers.gathering import own_facts
from guildpost_agent.domain.offers.offer import Fact
from guildpost_agent.domain.records import Customer, Job, Vehicle
from guildpost_agent.domain.segments.columns import INTERNAL
from guildpost_shared.studies.propensity.terms import SERVICE_CLASS

_MONTHS: Final = 12
_DAYS_PER_MONTH: Final = 30.4375
_COLUMNS: Final = (
    (Fact.VEHICLE_YEARS, "vehicle_age_months", _MONTHS),
    (Fact.TYRE_YEARS, "tyre_age_months", _MONTHS),
    (Fact.BATTERY_YEARS, "battery_age_months", _MONTHS),
    (Fact.MILEAGE_KM, "mileage_km", 1),
    (Fact.WARRANTY_DAYS, "warranty_left_days", 1),
    (Fact.LEASE_DAYS, "lease_left_days", 1),
    (Fact.ABSENCE_DAYS, "months_since_visit", 1 / _DAYS_PER_MONTH),
)


def situation(
    customer: Customer | None,
    vehicle: Vehicle | None,
    jobs: Iterable[Job],
    on: date,
    *,
    learning_class: str,
    channel: str = "",
    climate_zone: str = "",
) -> dict[str, str]:
    """Describe a situation.

    Args:
        customer: whom it is about; None where nothing is known.
        vehicle: what it is about; one of somebody else tells nothing.
        jobs: labour lines; those of this customer with this vehicle before the day count.
        on: the local day of sending, or of the offer.
        learning_class: of the service.
        channel: ``email`` or ``letter``; empty where it is not known.
        climate_zone: empty where it is not known.

    Returns:
        Cells by column; what is not known is not in it.
    """
    found = {
        SERVICE_CLASS: learning_class,
        "channel": channel,
        "month": f"month {on.month}",
        "climate_zone": climate_zone and f"zone {climate_zone}",
    }
    if customer is not None:
        found["business"] = "yes" if customer.is_business else "no"
        if vehicle is not None and vehicle.customer_id == customer.customer_id:
            found |= _driven(vehicle, jobs, on)
    return {column: cell for column, cell in found.items() if cell}


def _driven(vehicle: Vehicle, jobs: Iterable[Job], on: date) -> dict[str, str]:
    mine = (vehicle.vehicle_id, vehicle.customer_id)
    lines = [
        job
        for job in jobs
        if (job.vehicle_id, job.customer_id) == mine and job.order_date < on and job.charge != INTERNAL
    ]
    if vehicle.mileage_date is None or vehicle.mileage_date >= on:
        vehicle = replace(vehicle, mileage_km=None, mileage_date=None)  # read later, or nobody knows when
    facts = dict(own_facts(vehicle, lines, on))
    found = {column: f"{round(facts[fact] * factor)}" for fact, column, factor in _COLUMNS if fact in facts}
    declined = max((job.order_date for job in lines if job.declined), default=None)
    if declined is not None:
        found["declined_days"] = f"{(on - declined).days}"
    return found
