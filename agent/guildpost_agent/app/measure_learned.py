"""Measure whether learned times help: who came of those written to at them, and of the tenth that stays.

    1  everybody whose first message was drawn under a model, whatever became of it: by intention to treat; the few who
       explore belong to the learned side, since learning needs them. Who is carried along by such a message counts on
       the side of their own lot: whether a message carries somebody along depends on its own time
    2  one trial for each customer and service, the earliest
    3  the same days for both sides: from the first day on which the service may write to the day on which an answer to
       its last possible first message would still count. Counted from the message, whoever is written to late would
       seem to answer more often, because the due date is near
    4  windows that are over, and whose days the dealer management system has delivered

Nothing is stored; the drawn arm stands with the message and its reasons.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta

from guildpost_agent.app.dealership import zone_of
from guildpost_agent.app.measure_lift import MONTHS, Measured, visits_of
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.learning.experiment import DEFAULT_ARM, stands
from guildpost_agent.domain.learning.reading import learned_class
from guildpost_agent.domain.lift.trials import Subject, Trial, first_of_each, lifts, mature
from guildpost_agent.domain.months import add_months
from guildpost_agent.domain.records import Channel, Touchpoint
from guildpost_agent.domain.sequence import opening_of
from guildpost_shared.services.definition import ServiceDefinition


def measure_learned(
    open_uow: OpenUnitOfWork, services: Iterable[ServiceDefinition], config: AgentConfig, now: datetime, key: bytes
) -> Measured:
    """Measure.

    Args:
        open_uow: opens a transaction.
        services: what the catalogue offers; those in no learning class have no such experiment.
        config: the dealer's settings.
        now: the business clock.
        key: behind every draw of the planner.

    Returns:
        In each lift ``treated`` are those at learned times, ``held_out`` those at the recommended one.
    """
    zone = zone_of(config)
    today = now.astimezone(zone).date()
    since = add_months(today, -min(MONTHS, config.retention.send_log_months))
    by_id = {service.service_id: service for service in services}
    with open_uow() as uow:
        delivery = uow.imports.latest()
        if delivery is None:
            return Measured(since, None)
        known_until = min(today, delivery.at.astimezone(zone).date())
        found = drawn_trials(uow, by_id, key, config.services.without_learned_times)
        trials = first_of_each(trial for trial in found if trial.planned_on >= since)
        ripe = mature(trials, known_until)
        every = {cell: lift for cell, lift in lifts(ripe, visits_of(uow, by_id, ripe)).items() if cell[1] is None}
    return Measured(since, known_until, every, len(trials) - len(ripe))


def drawn_trials(
    uow: UnitOfWork, services: Mapping[str, ServiceDefinition], key: bytes, off: Collection[str]
) -> list[Trial]:
    """List everybody on whom learned times are tried, and those they are compared with.

    Args:
        uow: an open transaction.
        services: by id; those that are not named, and those in no learning class, are left out.
        key: behind every draw of the planner.
        off: services for which the dealer switched learned times off; whoever is carried along for one is not counted.
    """
    learned = {name: service for name, service in services.items() if learned_class(service) is not None}
    occasions = {occasion.occasion_id: occasion for occasion in uow.plans.occasions()}
    trials = []
    for touchpoint in uow.plans.touchpoints():
        if not _drawn_under_a_model(touchpoint):
            continue
        service = learned.get(touchpoint.service_id)
        if service is not None:
            subject = (touchpoint.customer_id, touchpoint.vehicle_id, touchpoint.service_id)
            stays = touchpoint.arm == DEFAULT_ARM
            trials.append(_trial(subject, touchpoint.channel, service, touchpoint.due_date, stays=stays))
        for one in map(occasions.get, touchpoint.bundled):
            service = None if one is None or one.service_id in off else learned.get(one.service_id)
            if one is not None and service is not None:
                subject = (one.customer_id, one.vehicle_id, one.service_id)
                stays = stands(key, one.customer_id, one.service_id)
                trials.append(_trial(subject, touchpoint.channel, service, one.due_date, stays=stays))
    return trials


def _drawn_under_a_model(touchpoint: Touchpoint) -> bool:
    return any("model" in reason for reason in touchpoint.reasons)


def _trial(subject: Subject, channel: Channel, service: ServiceDefinition, due: date, *, stays: bool) -> Trial:
    """Make a trial over the days in which an answer to the service's first message can fall."""
    window = opening_of(service)
    answered_within = max(use.attribution_days for use in service.channels)
    first, days = due - timedelta(days=window.first_day), window.first_day - window.last_day + answered_within
    return Trial(*subject, channel, held_out=stays, planned_on=first, window_days=days)
