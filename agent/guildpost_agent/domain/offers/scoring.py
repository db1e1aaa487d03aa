"""Which offers are the best for a vehicle, and why.

    left out   not for this place · not in season · not for this fuel · a must does not hold · done within its
               interval · booked already
    weight     (1 + the weights of what holds) / (1 + all weights): 0 … 1
    score      propensity times weight: 0 … 1; the propensity is the learned one of this vehicle's situation, or the
               offer's own where its class of services was not in the training

The best first, equal scores by the offer's name, then the vehicle's: the same question has the same answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from guildpost_agent.domain.offers.learned import Chance
from guildpost_agent.domain.offers.offer import Condition, Fact, Offer, Place

SEASON: Final = "season"
LEARNED: Final = "learned"


@dataclass(frozen=True)
class VehicleFacts:
    """What is known of a vehicle today.

    Attributes:
        values: what is unknown is not in it.
        done: by offer, the last day on which its work was done here.
        declined: by offer, the last day on which its work was declined and not done since.
        booked: services with an open appointment.
    """

    vehicle_id: str
    fuel: str = ""
    values: Mapping[Fact, float] = field(default_factory=dict)
    done: Mapping[str, date] = field(default_factory=dict)
    declined: Mapping[str, date] = field(default_factory=dict)
    booked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Ranked:
    """An offer for a vehicle; ``reasons`` are codes: the facts that hold, ``season``, ``learned`` with its chance."""

    offer: Offer
    vehicle_id: str
    score: float
    reasons: tuple[str, ...]
    learned: Chance | None = None


def rank(
    offers: Iterable[Offer],
    vehicles: Iterable[VehicleFacts],
    today: date,
    *,
    place: Place,
    most: int,
    learned: Mapping[tuple[str, str], Chance] | None = None,
) -> list[Ranked]:
    """Give the best offers for some vehicles, at most one of a kind per vehicle.

    Args:
        offers: the set in force.
        vehicles: of one customer, or one alone.
        today: the dealer's day.
        place: where they will be shown.
        most: how many at most.
        learned: by vehicle and offer, where something was learned.
    """
    known = learned or {}
    asked = [offer for offer in offers if place in offer.places and offer.season.holds(today)]
    found = [
        _ranked(offer, facts, today, known.get((facts.vehicle_id, offer.offer_id)))
        for facts in vehicles
        for offer in asked
        if is_eligible(offer, facts, today)
    ]
    return sorted(found, key=lambda one: (-one.score, one.offer.offer_id, one.vehicle_id))[: max(most, 0)]


def is_eligible(offer: Offer, facts: VehicleFacts, today: date) -> bool:
    """Say whether nothing speaks against an offer in its season."""
    if offer.service_id in facts.booked or (offer.fuels and facts.fuel not in offer.fuels):
        return False
    done = facts.done.get(offer.offer_id)
    if done is not None and today < done + timedelta(days=offer.interval_days):
        return False
    return all(one.holds(_value(one, offer, facts, today)) for one in offer.conditions if one.weight is None)


def _ranked(offer: Offer, facts: VehicleFacts, today: date, learned: Chance | None) -> Ranked:
    holding = [one for one in offer.conditions if one.holds(_value(one, offer, facts, today))]
    weight = (1 + _weights(holding)) / (1 + _weights(offer.conditions))
    propensity = offer.propensity if learned is None else learned.propensity
    reasons = [one.fact.value for one in sorted(holding, key=lambda one: (one.weight is not None, -(one.weight or 0)))]
    if not offer.season.whole_year:
        reasons.append(SEASON)
    if learned is not None:
        reasons.append(LEARNED)
    return Ranked(offer, facts.vehicle_id, propensity * weight, tuple(dict.fromkeys(reasons)), learned)


def _weights(conditions: Sequence[Condition]) -> float:
    return sum(one.weight for one in conditions if one.weight is not None)


def _value(condition: Condition, offer: Offer, facts: VehicleFacts, today: date) -> float | None:
    if condition.fact is Fact.DECLINED_DAYS:
        declined = facts.declined.get(offer.offer_id)
        return None if declined is None else (today - declined).days
    return facts.values.get(condition.fact)
