"""Measure whether learned times help: who came of those written to at them, and of the tenth that stays.

    1  everybody whose first message was drawn under a model, whatever became of it: by intention to treat; the two in a
       hundred who explore belong to the learned side, since learning needs them
    2  one trial for each customer and service, the earliest
    3  the same days for both sides: from the first day on which the service may write to the day on which an answer to
       its last possible first message would still count. Counted from the message, whoever is written to late would
       seem to answer more often, because the due date is near
    4  windows that are over, and whose days the dealer management system has delivered

Nothing is stored; the drawn arm stands with the message and its reasons.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from guildpost_agent.app.dealership import zone_of
from guildpost_agent.app.measure_lift import MONTHS, Measured, visits_of
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.learning.experiment import DEFAULT_ARM
from guildpost_agent.domain.learning.reading import learned_class
from guildpost_agent.domain.lift.trials import Trial, first_of_each, lifts, mature
from guildpost_agent.domain.months import add_months
from guildpost_agent.domain.records import Touchpoint
from guildpost_agent.domain.sequence import opening_of
from guildpost_shared.services.definition import ServiceDefinition


def measure_learned(
    open_uow: OpenUnitOfWork, services: Iterable[ServiceDefinition], config: AgentConfig, now: datetime
) -> Measured:
    """Measure.

    Args:
        open_uow: opens a transaction.
        services: what the catalogue offers; those in no learning class have no such experiment.
        config: the dealer's settings.
        now: the business clock.

    Returns:
        In each lift ``treated`` are those at learned times, ``held_out`` those at the recommended one.
    """
    zone = zone_of(config)
    today = now.astimezone(zone).date()
    since = add_months(today, -min(MONTHS, config.retention.send_log_months))
    by_id = {service.service_id: service for service in services if learned_class(service) is not None}
    with open_uow() as uow:
        delivery = uow.imports.latest()
        if delivery is None:
            return Measured(since, None)
        known_until = min(today, delivery.at.astimezone(zone).date())
        found = (_trial(one, by_id) for one in uow.plans.touchpoints() if _drawn_under_a_model(one))
        trials = first_of_each(trial for trial in found if trial is not None and trial.planned_on >= since)
        ripe = mature(trials, known_until)
        every = {cell: lift for cell, lift in lifts(ripe, visits_of(uow, by_id, ripe)).items() if cell[1] is None}
    return Measured(since, known_until, every, len(trials) - len(ripe))


def _drawn_under_a_model(touchpoint: Touchpoint) -> bool:
    return any("model" in reason for reason in touchpoint.reasons)


def _trial(touchpoint: Touchpoint, services: Mapping[str, ServiceDefinition]) -> Trial | None:
    """Make a trial over the days in which an answer to the service's first message can fall."""
    service = services.get(touchpoint.service_id)
    if service is None:
        return None
    window = opening_of(service)
    answered_within = max(use.attribution_days for use in service.channels)
    return Trial(
        customer_id=touchpoint.customer_id,
        vehicle_id=touchpoint.vehicle_id,
        service_id=touchpoint.service_id,
        channel=touchpoint.channel,
        held_out=touchpoint.arm == DEFAULT_ARM,
        planned_on=touchpoint.due_date - timedelta(days=window.first_day),
        window_days=window.first_day - window.last_day + answered_within,
    )
