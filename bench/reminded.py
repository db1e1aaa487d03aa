"""Two years of reminders in a dealership's records, so that a plan has a past to read.

Every third vehicle's keeper had one reminder, or its second message, on a day of the two years before: seven in ten
went by e-mail, of which three in twenty were clicked in; one in eight was booked on. Nothing in it is true of any
dealership, only its size and shape are: about 19,000 reminders of the five learned services in a group of 53,000.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
    from guildpost_agent.domain.exclusions import Facts
    from guildpost_agent.domain.records import Occasion, Outcome, Touchpoint, Vehicle
    from guildpost_shared.services.definition import ServiceDefinition

ONE_IN: Final = 3
DAYS: Final = 730
SEED: Final = 5
_SHARES: Final = {"hu_au": 40, "inspection": 30, "wheel_change": 20, "warranty_end": 5, "win_back": 5}
_ARMS: Final = {"explore": 45, "default": 10, "learned": 25, "follow_up": 20}
_LEADS: Final = (5, 60)
_MAILED, _CLICKED, _BOOKED = 0.7, 0.15, 0.125


@dataclass(frozen=True)
class _Reminded:
    """One reminder, and all that came of it."""

    occasion: "Occasion"
    touchpoint: "Touchpoint"
    outcomes: "list[Outcome]"


def remind(open_uow: "OpenUnitOfWork", services: "Mapping[str, ServiceDefinition]", today: date, key: bytes) -> int:
    """Write the past of a dealership; return how many reminders it has.

    Args:
        open_uow: opens a transaction on records that have no reminders yet.
        services: of the catalogue, by id; the five learned ones among them.
        today: the local day; all reminders left before it.
        key: behind every draw of the dealership.
    """
    with open_uow() as uow:
        known = {one.customer_id for one in uow.records.customers()}
        kept = (one for one in uow.records.vehicles() if one.customer_id in known)
        vehicles = sorted(kept, key=lambda one: one.vehicle_id)[::ONE_IN]
        past = list(_past(vehicles, services, today, key))
        uow.plans.replace_occasions([one.occasion for one in past], vehicle_ids=[])
        uow.plans.add_touchpoints([one.touchpoint for one in past])
        uow.outcomes.add([outcome for one in past for outcome in one.outcomes])
        uow.commit()
    return len(past)


def _past(
    vehicles: "list[Vehicle]", services: "Mapping[str, ServiceDefinition]", today: date, key: bytes
) -> "Iterator[_Reminded]":
    from guildpost_agent.domain.keyed import occasion_id, touchpoint_id  # noqa: PLC0415 — measured process only
    from guildpost_agent.domain.records import Channel, Occasion, Touchpoint, Triage  # noqa: PLC0415 — as above

    rng = random.Random(SEED)  # noqa: S311 — no secret
    for vehicle in vehicles:
        (name,) = rng.choices([*_SHARES], [*_SHARES.values()])
        (arm,) = rng.choices([*_ARMS], [*_ARMS.values()])
        channel = Channel.EMAIL if rng.random() < _MAILED else Channel.LETTER
        day, lead = today - timedelta(days=rng.randint(1, DAYS)), rng.randint(*_LEADS)
        hour = rng.randint(8, 18)
        at, due = datetime.combine(day, time(hour), UTC), day + timedelta(days=lead)
        one = occasion_id(vehicle.vehicle_id, vehicle.customer_id, name, due.isoformat())
        told: tuple[Facts, ...] = (
            {"code": "due_hu_register", "due": due.isoformat()},
            {"code": f"channel_{channel.value}_consent"},
            {"code": f"lead_{arm}", "days": lead},
            {"code": f"slot_{arm}", "weekday": day.weekday(), "hour": hour},
            {"code": "pressure", "days": 14, "per_year": 8},
        )
        touchpoint = Touchpoint(
            touchpoint_id(key, one, 0), one, vehicle.customer_id, vehicle.vehicle_id, name, services[name].version,
            channel, at, at + timedelta(days=7), due, lead, day.weekday(), hour, arm, "sent", told,
            services[name].touches[0].touch_id,
        )  # fmt: skip
        occasion = Occasion(one, vehicle.customer_id, vehicle.vehicle_id, name, due, "import", 1.0, Triage.TRUSTED)
        yield _Reminded(occasion, touchpoint, list(_came(touchpoint, rng)))


def _came(touchpoint: "Touchpoint", rng: random.Random) -> "Iterator[Outcome]":
    from guildpost_agent.domain.records import Outcome  # noqa: PLC0415 — as above

    at, name = touchpoint.planned_at, touchpoint.touchpoint_id
    yield Outcome(f"{name}:delivered", name, "delivered", at)
    if touchpoint.channel == "email" and rng.random() < _CLICKED:
        yield Outcome(f"{name}:clicked", name, "clicked", at + timedelta(hours=rng.randint(1, 90)))
    if rng.random() < _BOOKED:
        yield Outcome(f"{name}:booked", name, "booked", at + timedelta(days=rng.randint(1, 20)))
