"""The control group as trials: by which way and when each of them would have been written to.

A decision that says so is believed (``planned_days``). For any other the way is the service's first that the ledger
allowed when the decision was made, and the day is taken from the treated of that service and channel.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.domain.consent.state import fold
from guildpost_agent.domain.exclusions import Reason, lawful_channels
from guildpost_agent.domain.lift.planned_days import derived, stated
from guildpost_agent.domain.lift.trials import Subject, Trial
from guildpost_agent.domain.records import Channel, Decision, Occasion
from guildpost_agent.domain.service_work import consent_purpose
from guildpost_shared.services.definition import Channel as Via
from guildpost_shared.services.definition import ServiceDefinition

Leads = Mapping[tuple[str, Channel], Sequence[int]]
"""By service and channel: how many days before the due date the treated were planned for, ascending."""


def held_out_trials(
    uow: UnitOfWork, services: Mapping[str, ServiceDefinition], zone: ZoneInfo, leads: Leads, key: bytes
) -> tuple[list[Trial], int]:
    """List the control group.

    Args:
        uow: an open transaction.
        services: by id; others are left out.
        zone: the dealer's time zone.
        leads: of the treated.
        key: behind every draw of the planner.

    Returns:
        The trials, and how many there are beside them of whom nobody can say day or channel.
    """
    decisions = {decision.occasion_id: decision for decision in uow.plans.decisions_for(Reason.HOLDOUT)}
    occasions = [o for o in uow.plans.occasions() if o.occasion_id in decisions and o.service_id in services]
    channels = _channels(uow, services, zone, occasions, decisions)
    trials: list[Trial] = []
    for occasion in occasions:
        decision, service = decisions[occasion.occasion_id], services[occasion.service_id]
        place = stated(decision.facts)
        channel = channels.get(occasion.occasion_id)
        if place is None and channel is not None:
            decided_on = decision.decided_at.astimezone(zone).date()
            day = derived(occasion, decided_on, leads.get((occasion.service_id, channel), ()), key)
            place = None if day is None else (channel, day)
        if place is not None:
            subject = (occasion.customer_id, occasion.vehicle_id, occasion.service_id)
            trials.append(trial_of(subject, place[0], service, place[1], held_out=True))
    return trials, len(occasions) - len(trials)


def _channels(
    uow: UnitOfWork,
    services: Mapping[str, ServiceDefinition],
    zone: ZoneInfo,
    occasions: Iterable[Occasion],
    decisions: Mapping[str, Decision],
) -> dict[str, Channel]:
    """Say by which way each would have been written to: the service's first that the ledger allowed at that time."""
    silent = [o for o in occasions if stated(decisions[o.occasion_id].facts) is None]
    ids = {occasion.customer_id for occasion in silent}
    book = uow.consents.book(ids)
    customers = {customer.customer_id: customer for customer in uow.records.customers_of(ids)}
    found: dict[str, Channel] = {}
    for occasion in silent:
        customer = customers.get(occasion.customer_id)
        if customer is None:
            continue
        at = decisions[occasion.occasion_id].decided_at
        state = fold(event for event in book.events_of(customer.customer_id) if event.at <= at)
        service = services[occasion.service_id]
        wanted = [Channel(use.channel.value) for use in service.channels if use.channel != Via.CALL]
        # Whoever reached the draw was not blocked then, whatever was said later.
        then = replace(customer, advertising_block=False)
        purpose, local = consent_purpose(service), at.astimezone(zone)
        lawful = lawful_channels(then, wanted, state, lambda _customer, _channel: False, local, purpose=purpose)
        if lawful:
            found[occasion.occasion_id] = lawful[0][0]
    return found


def trial_of(subject: Subject, channel: Channel, service: ServiceDefinition, day: date, *, held_out: bool) -> Trial:
    """Make a trial with the attribution window of its service and channel."""
    window = service.attribution_days(Via(channel.value))
    return Trial(*subject, channel, held_out=held_out, planned_on=day, window_days=window)
