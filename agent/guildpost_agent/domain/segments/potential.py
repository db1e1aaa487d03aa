"""How promising a service is for the keeper of a vehicle: a weighted mean of factors, each of which can be named.

    due        rises from 0 to 1 over the days before the due date, times the date's confidence; stale dates count 0
    declined   1 where a labour line of the vehicle is marked as declined or says so, within the remembered months
    age        vehicle age, 1 from the service's full age on
    mileage    last reading, 1 from the service's full mileage on
    absence    time since the vehicle's last visit, 1 from the service's full absence on; 0 when it is long gone

All vehicles are scored at once, factor by factor; only what is worth keeping becomes a value of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from guildpost_agent.domain.brands import signed_name
from guildpost_agent.domain.records import Job, Occasion, Triage, Vehicle
from guildpost_agent.domain.segments.columns import INTERNAL, months_back
from guildpost_agent.domain.segments.definitions import Definitions, Factor, ServiceScore
from guildpost_agent.domain.segments.life_cycle import vehicle_is_here

Shares: TypeAlias = npt.NDArray[np.float64]
_DAYS_PER_YEAR: Final = 365.25
_DAYS_PER_MONTH: Final = _DAYS_PER_YEAR / 12


@dataclass(frozen=True)
class Potential:
    """A score 0 … 1; ``reasons`` are the factors' shares of it, largest first, and add up to it."""

    customer_id: str
    vehicle_id: str
    service_id: str
    score: float
    reasons: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class _Facts:
    """What is known of each vehicle, a row each: years, km, days, and whether work was declined (0 or 1)."""

    row_of: Mapping[str, int]
    age_years: Shares
    mileage_km: Shares
    absence_days: Shares
    declined: Shares


def score_services(
    vehicles: Sequence[Vehicle],
    jobs: Iterable[Job],
    occasions: Iterable[Occasion],
    definitions: Definitions,
    today: date,
) -> list[Potential]:
    """Score every service for every vehicle that somebody still drives.

    Args:
        vehicles: each once.
        jobs: all labour lines known.
        occasions: give the due dates; of several of one vehicle and service the most promising counts.
        definitions: factors and weights.
        today: the day of the business clock.

    Returns:
        Potentials of at least ``definitions.least_score``, by vehicle and service.
    """
    driven = [vehicle for vehicle in vehicles if vehicle.customer_id and vehicle_is_here(vehicle, today)]
    facts = _facts(driven, jobs, definitions, today)
    due: dict[str, list[Occasion]] = {service.service_id: [] for service in definitions.services}
    for occasion in occasions:
        work = signed_name(occasion.service_id)
        if work in due and occasion.vehicle_id in facts.row_of and occasion.triage != Triage.STALE:
            due[work].append(occasion)
    found = [
        potential
        for service in definitions.services
        for potential in _score(
            driven, service, _factors(service, facts, due[service.service_id], today), definitions.least_score
        )
    ]
    return sorted(found, key=lambda potential: (potential.vehicle_id, potential.service_id))


def _facts(vehicles: Sequence[Vehicle], jobs: Iterable[Job], definitions: Definitions, today: date) -> _Facts:
    size, now = len(vehicles), today.toordinal()
    row_of = {vehicle.vehicle_id: row for row, vehicle in enumerate(vehicles)}
    last, declined = [0] * size, np.zeros(size)
    remembered, words = months_back(today, definitions.declined_months), definitions.declined_words
    for job in jobs:
        row, day = row_of.get(job.vehicle_id), job.order_date.toordinal()
        if row is None or day > now or job.charge == INTERNAL:
            continue
        last[row] = max(last[row], day)
        if day >= remembered and not declined[row]:
            text = job.text.lower()
            declined[row] = job.declined or any(word in text for word in words)
    seen = np.array(last, np.float64)
    still_here = seen >= months_back(today, definitions.gone_after_months)
    registered = np.array([(one.first_registration or today).toordinal() for one in vehicles], np.float64)
    return _Facts(
        row_of=row_of,
        age_years=(now - registered) / _DAYS_PER_YEAR,
        mileage_km=np.array([one.mileage_km or 0 for one in vehicles], np.float64),
        absence_days=np.where(still_here, now - seen, 0.0),
        declined=declined,
    )


def _factors(service: ServiceScore, facts: _Facts, due: Sequence[Occasion], today: date) -> dict[Factor, Shares]:
    days_left = np.array([occasion.due_date.toordinal() for occasion in due], np.float64) - today.toordinal()
    confidence = np.array([occasion.confidence for occasion in due], np.float64)
    dueness = np.zeros(len(facts.age_years))
    rows = np.array([facts.row_of[occasion.vehicle_id] for occasion in due], np.int64)
    np.maximum.at(dueness, rows, _unit(1 - days_left / service.due_days) * _unit(confidence))
    return {
        Factor.DUE: dueness,
        Factor.DECLINED: facts.declined,
        Factor.AGE: _unit(facts.age_years / service.age_years),
        Factor.MILEAGE: _unit(facts.mileage_km / service.mileage_km),
        Factor.ABSENCE: _unit(facts.absence_days / _DAYS_PER_MONTH / service.absence_months),
    }


def _score(
    vehicles: Sequence[Vehicle], service: ServiceScore, factors: Mapping[Factor, Shares], least: float
) -> list[Potential]:
    names = [factor.value for factor in service.weights]
    weights = np.array(list(service.weights.values()))
    shares = np.stack([factors[factor] for factor in service.weights]) * (weights / weights.sum())[:, np.newaxis]
    scores = shares.sum(axis=0)
    kept = np.flatnonzero(scores >= least)
    return [
        Potential(
            vehicles[row].customer_id,
            vehicles[row].vehicle_id,
            service.service_id,
            score,
            tuple(
                sorted(
                    ((name, share) for name, share in zip(names, column, strict=True) if share > 0),
                    key=lambda reason: (-reason[1], reason[0]),
                )
            ),
        )
        for row, score, column in zip(kept.tolist(), scores[kept].tolist(), shares[:, kept].T.tolist(), strict=True)
    ]


def _unit(values: Shares) -> Shares:
    return np.clip(values, 0.0, 1.0)
