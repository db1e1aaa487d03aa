"""Find every reason to write that the dealer's data give, and store what changed."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from guildpost_agent.app.dealership import Dealership, zone_of
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.history import histories
from guildpost_agent.domain.occasions import SIGHT_DAYS, after_days, all_due, in_sight
from guildpost_agent.domain.records import Occasion
from guildpost_agent.domain.subjects import Subjects
from guildpost_agent.domain.territories import Territories
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.services.event_rules import AbsenceRule, AfterEventRule, ContractEndRule, ListRule, NoticeRule
from guildpost_shared.services.occasion_rules import HuRule


def refresh_occasions(
    uow: UnitOfWork,
    dealership: Dealership,
    services: Iterable[ServiceDefinition],
    config: AgentConfig,
    now: datetime,
    *,
    sight_days: int = SIGHT_DAYS,
    vehicle_ids: Collection[str] | None = None,
) -> tuple[list[Occasion], int, list[Occasion]]:
    """Store the occasions that hold now, so many days ahead, and cancel what was planned for others; no commit.

    Args:
        uow: an open transaction.
        dealership: everybody, or the households concerned.
        services: the services that the dealer runs.
        config: the dealer's settings.
        now: the business clock.
        sight_days: how far ahead.
        vehicle_ids: the vehicles concerned; None for all.

    Returns:
        The occasions, how many planned touchpoints were cancelled because theirs is due at another time, and
        the occasions that vanished so.
    """
    today = now.astimezone(zone_of(config)).date()
    running, subjects = tuple(services), dealership.subjects
    territories = config.territories
    due = all_due(subjects, running, today, territories)
    uow.plans.replace_due_dates(due, vehicle_ids)
    found = in_sight(due, subjects, running, today, sight_days, territories=territories)
    stored = uow.plans.occasions(vehicle_ids)
    current = {occasion.occasion_id for occasion in found} if stored else frozenset[str]()
    known = (o for o in stored if o.occasion_id not in current)
    by_id = {service.service_id: service for service in running}
    vanished = [
        o
        for o in known
        if o.due_date >= today
        or _others(o, subjects, territories)
        or _recalled(o, by_id.get(o.service_id), subjects, today)
    ]
    cancelled = uow.plans.cancel_planned(occasion_ids=[o.occasion_id for o in vanished])
    uow.plans.replace_occasions(found, vehicle_ids, stored)
    return found, cancelled, vanished


def _others(occasion: Occasion, subjects: Subjects, territories: Territories) -> bool:
    """Say whether another brand writes about the vehicle now."""
    meant = territories.meant(occasion.service_id)
    vehicle = None if meant is None else subjects.by_id.get(occasion.vehicle_id)
    return meant is not None and vehicle is not None and not meant(vehicle)


def _recalled(occasion: Occasion, service: ServiceDefinition | None, subjects: Subjects, today: date) -> bool:
    """Say whether what is overdue was taken back: done, struck off its list, here again, moved on in the DMS.

    One whose due date is simply over keeps its touchpoint: it may belong to a window that ends after the due date.
    """
    if service is None or occasion.due_date < today - timedelta(days=after_days(service)):
        return False
    if isinstance(service.occasion, HuRule):
        vehicle = subjects.by_id.get(occasion.vehicle_id)
        return vehicle is not None and vehicle.next_hu is not None and vehicle.next_hu > occasion.due_date
    return isinstance(service.occasion, ContractEndRule | ListRule | NoticeRule | AfterEventRule | AbsenceRule)


def refresh_due_dates(
    open_uow: OpenUnitOfWork,
    services: Iterable[ServiceDefinition],
    config: AgentConfig,
    now: datetime,
    vehicle_ids: Collection[str] | None = None,
) -> dict[tuple[str, str], int]:
    """Store when vehicles are due, all of them or those that a delivery touched; planning reads the rest anew.

    Returns:
        How many due dates there are, by service and triage class.
    """
    today = now.astimezone(zone_of(config)).date()
    with open_uow() as uow:
        records = uow.records
        vehicles = records.vehicles() if vehicle_ids is None else records.vehicles_of(vehicle_ids)
        jobs = records.jobs(plain=True) if vehicle_ids is None else records.jobs_of_vehicles(vehicle_ids)
        due = all_due(Subjects(vehicles, histories(jobs)), services, today, config.territories)
        uow.plans.replace_due_dates(due, vehicle_ids)
        counts = uow.plans.triage()
        uow.commit()
    return counts
