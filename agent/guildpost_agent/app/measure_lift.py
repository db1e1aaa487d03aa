"""Measure what writing brings: count who came of those planned for and of the control group, service by service.

    1  treated: every occasion that was ever planned for, from the day its first touchpoint was planned for, whatever
       became of it (cancelled, bounced, refused in the moment of sending): by intention to treat
    2  held out: every occasion that the draw took out, from the day on which it would have been written to
    3  one trial for each customer and service, of the months that the send log covers in both arms
    4  windows that are over, and whose days the dealer management system has delivered
    5  a visit is a job card of the service's work, or an appointment for it that was not called off

Nothing is stored: decisions, touchpoints, job cards and appointments say it all, and say the same again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.app.control_group import Leads, held_out_trials, trial_of
from guildpost_agent.app.dealership import zone_of
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.appointments import is_cancelled, works_in
from guildpost_agent.domain.brands import signed_name
from guildpost_agent.domain.lift.trials import Trial, Visit, first_of_each, lifts, mature
from guildpost_agent.domain.lift.verdicts import Lift
from guildpost_agent.domain.months import add_months
from guildpost_agent.domain.records import Channel
from guildpost_agent.domain.service_work import answers, is_notice
from guildpost_shared.services.definition import ServiceDefinition

MONTHS: Final = 24
"""How far back is looked; not further than the send log, which forgets the treated before the control group."""

Cell = tuple[str, Channel | None]
"""A service, and a channel or all of them."""


@dataclass(frozen=True)
class Measured:
    """What can be said.

    Attributes:
        since: the first day on which a trial may begin.
        known_until: the day of the last delivery; None before the first.
        lifts: both arms by service and channel (None: all channels).
        waiting: customers whose window is not over yet.
        unplaced: of the control group, those of whom nobody can say when they would have been written to.
    """

    since: date
    known_until: date | None
    lifts: Mapping[Cell, Lift] = field(default_factory=dict)
    waiting: int = 0
    unplaced: int = 0


def measure_lift(
    open_uow: OpenUnitOfWork, services: Iterable[ServiceDefinition], config: AgentConfig, now: datetime, key: bytes
) -> Measured:
    """Measure.

    Args:
        open_uow: opens a transaction.
        services: what the catalogue offers, with the attribution windows; notices have no control group.
        config: the dealer's settings.
        now: the business clock.
        key: behind every draw of the planner.
    """
    zone = zone_of(config)
    today = now.astimezone(zone).date()
    since = add_months(today, -min(MONTHS, config.retention.send_log_months))
    by_id = {service.service_id: service for service in services if not is_notice(service)}
    with open_uow() as uow:
        delivery = uow.imports.latest()
        if delivery is None:
            return Measured(since, None)
        known_until = min(today, delivery.at.astimezone(zone).date())
        treated, leads = _treated(uow, by_id, zone)
        held_out, unplaced = held_out_trials(uow, by_id, zone, leads, key)
        trials = first_of_each(trial for trial in (*treated, *held_out) if trial.planned_on >= since)
        ripe = mature(trials, known_until)
        found = lifts(ripe, visits_of(uow, by_id, ripe))
    return Measured(since, known_until, found, len(trials) - len(ripe), unplaced)


def stated_trials(uow: UnitOfWork, services: Mapping[str, ServiceDefinition], zone: ZoneInfo) -> list[Trial]:
    """List the trials of both arms that say themselves when and by which way, each from its own customer's records.

    A derived day rests on the days of all those who were written to; in a sum that hides one customer it has no place.
    """
    treated, _leads = _treated(uow, services, zone)
    held_out, _unplaced = held_out_trials(uow, services, zone, {}, b"")
    return [*treated, *held_out]


def _treated(uow: UnitOfWork, services: Mapping[str, ServiceDefinition], zone: ZoneInfo) -> tuple[list[Trial], Leads]:
    """List those who were planned for, and how long before the due date by service and channel, ascending.

    An occasion that another one's message carried along was planned for like any other.
    """
    occasions = {occasion.occasion_id: occasion for occasion in uow.plans.occasions()}
    trials: dict[str, Trial] = {}
    leads: defaultdict[tuple[str, Channel], list[int]] = defaultdict(list)
    for touchpoint in uow.plans.touchpoints():
        day = touchpoint.planned_at.astimezone(zone).date()
        for occasion_id in (touchpoint.occasion_id, *touchpoint.bundled):
            occasion = occasions.get(occasion_id)
            service = None if occasion is None else services.get(occasion.service_id)
            if occasion is None or service is None or occasion_id in trials:
                continue
            leads[occasion.service_id, touchpoint.channel].append((occasion.due_date - day).days)
            subject = (occasion.customer_id, occasion.vehicle_id, occasion.service_id)
            trials[occasion_id] = trial_of(subject, touchpoint.channel, service, day, held_out=False)
    return list(trials.values()), {cell: sorted(days) for cell, days in leads.items()}


def visits_of(uow: UnitOfWork, services: Mapping[str, ServiceDefinition], trials: Iterable[Trial]) -> list[Visit]:
    """List who came, or said that they would, of those that the trials are about."""
    about: defaultdict[tuple[str, str], list[ServiceDefinition]] = defaultdict(list)
    first = date.max
    for trial in trials:
        about[trial.customer_id, trial.vehicle_id].append(services[trial.service_id])
        first = min(first, trial.planned_on)
    came = [
        Visit(job.customer_id, job.vehicle_id, service.service_id, job.order_date)
        for job in (uow.records.jobs(since=first) if about else ())
        for service in about.get((job.customer_id, job.vehicle_id), ())
        if answers(service, job)
    ]
    named: defaultdict[str, list[str]] = defaultdict(list)
    for service_id in services:
        named[signed_name(service_id)].append(service_id)
    booked = [
        Visit(a.customer_id, a.vehicle_id, service_id, a.created_on)
        for a in uow.records.appointments()
        for work in (() if is_cancelled(a) else sorted(works_in(a)))
        for service_id in named.get(work, ())
    ]
    return [*came, *booked]
