"""The best time of a call: the day by its lead time and the hour of the week, as for messages (``learned_time``).

    whose       calls that come instead of a message, of services whose times are learned; not those after messages in
                vain, as with messages only the first contact of a cycle has a learned time
    not         those who stay with the recommended time, or explore: nothing is said to whoever calls them
    free        working days of both states within the call's days, in the hours of calls
    the hour    the recommended one, as long as the network says nothing about the hours of calls

It is what is thought best, no trial: what becomes of a call is no part of what the network learns from. Nobody has to
keep to it either; it orders the list of calls.
"""

from datetime import date, datetime, timedelta
from typing import Final

from guildpost_agent.domain.call_planning import CallDays
from guildpost_agent.domain.call_steps import END_CALL_HOUR, FIRST_CALL_HOUR
from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.learning.buckets import MEAN
from guildpost_agent.domain.learning.experiment import LEARNED_ARM, Way, arm_of
from guildpost_agent.domain.learning.grounds import Ground
from guildpost_agent.domain.learning.picking import pick, step_of
from guildpost_agent.domain.learning.reading import nearest_slot
from guildpost_agent.domain.records import Occasion
from guildpost_agent.domain.timing import Dealer
from guildpost_agent.domain.working_days import is_working_day, to_utc
from guildpost_shared.services.definition import Channel, ServiceDefinition

_DAY: Final = timedelta(days=1)


@frozen
class CallTime:
    """When a call is best made, and what speaks for it.

    Attributes:
        at: the instant.
        business: of the customer.
        lead: of the day, beside the recommended lead time.
        slot: of weekday and hour, beside the recommended ones; None where nothing is known about the hours of calls.
    """

    at: datetime
    business: bool
    lead: Ground
    slot: Ground | None


def call_time(
    service: ServiceDefinition, occasion: Occasion, days: CallDays, dealer: Dealer, states: frozenset[str]
) -> CallTime | None:
    """Choose it; None where nothing is learned for such a call.

    Args:
        service: as the dealer runs it.
        occasion: what the call is about.
        days: in which somebody calls.
        dealer: how the dealer plans.
        states: whose holidays count.
    """
    learning, use = dealer.learning, service.channel(Channel.CALL)
    if use is None or days.unanswered or learning.way(service) is not Way.LEARNED:
        return None
    free = _free(days, dealer, states)
    if not free or arm_of(dealer.key, Way.LEARNED, occasion) != LEARNED_ARM:
        return None
    addressed, grounds = learning.addressed(service, Channel.CALL, occasion), learning.grounds_for(service)
    usual_lead = dealer.first_step(service, occasion.due_date).window.default_lead
    leads = [((occasion.due_date - day).days, day.weekday()) for day in free]
    best = pick(leads, learning.times_for(service).values(addressed, MEAN), usual_lead)
    day, usual_hour = free[best.at], min(max(use.default_slot.hour or 0, FIRST_CALL_HOUR), END_CALL_HOUR - 1)
    ground = grounds.slot(
        addressed, nearest_slot(day.weekday(), best.hour), nearest_slot(use.default_slot.weekday, usual_hour)
    )
    known = ground.percent != 0
    at = to_utc(day, best.hour if known else usual_hour, dealer.zone)
    lead = grounds.lead(addressed, step_of(leads[best.at][0]), step_of(usual_lead))
    return CallTime(at, bool(addressed.recipient.business), lead, ground if known else None)


def _free(days: CallDays, dealer: Dealer, states: frozenset[str]) -> list[date]:
    """List the days on which calls are made, without today once its hours of calls are over."""
    count = (days.closes - days.opens).days + 1
    free = (days.opens + _DAY * number for number in range(count))
    return [
        day for day in free if is_working_day(day, states) and to_utc(day, END_CALL_HOUR - 1, dealer.zone) >= dealer.now
    ]
