"""Builders for offers and facts: say what matters in a test, the rest is an offer for everybody all year round."""

from typing import Any

from guildpost_agent.domain.offers.offer import Offer
from guildpost_agent.domain.offers.scoring import VehicleFacts
from guildpost_shared.services.work import Work


def an_offer(offer_id: str = "battery_check", **changes: Any) -> Offer:
    """Build an offer that is taken by every second customer and done once a year."""
    values: dict[str, Any] = {
        "service_id": "winter_check",
        "label": {"de": offer_id, "en": offer_id},
        "pitch": {"de": offer_id, "en": offer_id},
        "propensity": 0.5,
        "work": Work(("batterietest",), ()),
        "interval_days": 365,
    }
    return Offer(offer_id, **(values | changes))


def facts(vehicle_id: str = "V1", **changes: Any) -> VehicleFacts:
    """Build the facts of a vehicle of which nothing is known."""
    return VehicleFacts(vehicle_id, **changes)
