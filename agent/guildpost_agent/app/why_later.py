"""What is not in sight yet for a vehicle that somebody asks about: when it is due, or why it never will be."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.domain.exclusions import Refusal, gone
from guildpost_agent.domain.history import histories
from guildpost_agent.domain.occasions import ahead_days, all_due
from guildpost_agent.domain.records import Occasion
from guildpost_agent.domain.subjects import Subjects
from guildpost_agent.domain.territories import Territories
from guildpost_shared.services.definition import ServiceDefinition


@dataclass(frozen=True)
class Later:
    """A vehicle's inspections that are too far away to be planned.

    Attributes:
        vehicle_id: whose.
        gone: why there is nothing to wait for.
        dues: by service, the due date and the first day on which a message may be met; in the order of the days.
    """

    vehicle_id: str
    gone: Refusal | None
    dues: Mapping[str, tuple[date, date]]


def later_dues(
    uow: UnitOfWork,
    vehicle_ids: Collection[str],
    in_sight: Iterable[Occasion],
    *,
    running: Mapping[str, ServiceDefinition],
    territories: Territories,
    today: date,
) -> tuple[Later, ...]:
    """Say of vehicles when they are due beyond what is in sight; those with nothing to say are left out.

    Args:
        uow: an open transaction.
        vehicle_ids: asked about.
        in_sight: what the plan knows of these vehicles.
        running: what the dealer runs, by id.
        territories: which brand writes about which vehicle.
        today: the dealer's local day.
    """
    vehicles = sorted(uow.records.vehicles_of(vehicle_ids), key=lambda one: one.vehicle_id)
    seen = {(occasion.vehicle_id, occasion.service_id) for occasion in in_sight}
    subjects = Subjects(vehicles, histories(uow.records.jobs_of_vehicles(vehicle_ids)))
    dues = all_due(subjects, running.values(), today, territories).dues
    place = {vehicle.vehicle_id: at for at, vehicle in enumerate(subjects.garage.vehicles)}
    found = list[Later]()
    for vehicle in vehicles:
        name = vehicle.vehicle_id
        known = {service: one for service, due in dues.items() if (one := due.at(place[name])) is not None}
        ahead = {
            service: (one.due, one.due - timedelta(days=ahead_days(running[service])))
            for service, one in sorted(known.items(), key=lambda pair: (pair[1].due, pair[0]))
            if (name, service) not in seen
        }
        left = gone(vehicle, today)
        if (ahead and left is None) or not any(name == vehicle_id for vehicle_id, _ in seen):
            found.append(Later(name, left, {} if left else ahead))
    return tuple(found)
