"""When a service turns to the telephone, who calls, and why.

    no message     no channel before the call in the customer's order is lawful (none stands before it: the call comes
                   first): from the first day of the message's window to its last
    no answer      every message of the sequence was met, nobody booked or answered, and the call comes later in the
                   customer's order: from the contact gap after the last message on, for two weeks

The customer's order is the service's, changed by wishes, past success and cost (``channel_chain``).

Where a call comes first and a message is planned all the same, the call keeps the contact gap before it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from guildpost_agent.domain.cadence import GAP_DAYS
from guildpost_agent.domain.call_tasks import CallReason, Desk, Priority
from guildpost_agent.domain.consent.terms import Purpose
from guildpost_agent.domain.sequence import first_step, follow_up
from guildpost_agent.domain.service_work import consent_purpose
from guildpost_shared.services.definition import Channel, LearningClass, ServiceDefinition
from guildpost_shared.services.event_rules import AfterEventRule, Event, ListRule

CALL_DAYS: Final = 14
AHEAD_DAYS: Final = 7
"""Tasks are made so many days before they begin: planning comes once a week."""
_GAP: Final = timedelta(days=GAP_DAYS)
_BY_CLASS: Final = {
    LearningClass.LEASE: CallReason.LEASE_END,
    LearningClass.WARRANTY: CallReason.WARRANTY_END,
    LearningClass.WINBACK: CallReason.WIN_BACK,
}
_BY_EVENT: Final = {
    Event.DECLINED: CallReason.DECLINED_WORK,
    Event.DELIVERY: CallReason.NEW_VEHICLE,
    Event.WORK: CallReason.SATISFACTION,
    Event.VISIT: CallReason.SATISFACTION,
}


@dataclass(frozen=True)
class Written:
    """What the customer was or will be written about an occasion.

    Attributes:
        met: the days on which messages were met.
        coming: the day on which the next one is met, where one is planned.
        lawful: the channels by which the service may write.
        order: the service's channels, the call among them, as they are used for this customer; the service's own
            order where it is empty.
    """

    met: Sequence[date] = ()
    coming: date | None = None
    lawful: Collection[Channel] = ()
    order: Sequence[Channel] = ()


@dataclass(frozen=True)
class CallDays:
    """From which day to which somebody calls, and whether because no message was answered."""

    opens: date
    closes: date
    unanswered: bool = False


def call_days(service: ServiceDefinition, due: date, today: date, written: Written) -> CallDays | None:
    """Say when to call about an occasion; None while it is not a call's turn.

    Args:
        service: as the dealer runs it.
        due: the due date.
        today: the dealer's local day.
        written: what came before.
    """
    before = _before_the_call(service, written.order)
    if before is None:
        return None
    found = _after_messages(service, due, today, written) if written.met else _instead(service, due, today, written)
    if found is None or (written.met and not before):
        return None
    opens = max(found.opens, today)
    if opens > found.closes or opens > today + timedelta(days=AHEAD_DAYS):
        return None
    return CallDays(opens, found.closes, found.unanswered)


def call_reason(service: ServiceDefinition, days: CallDays, due: date) -> CallReason:
    """Say why somebody is called."""
    rule = service.occasion
    if isinstance(rule, ListRule):
        return CallReason.RECALL
    if isinstance(rule, AfterEventRule):
        return _BY_EVENT[rule.event]
    if service.learning_class in _BY_CLASS:
        return _BY_CLASS[service.learning_class]
    if days.unanswered:
        return CallReason.NO_ANSWER
    return CallReason.OVERDUE if due < days.opens else CallReason.DUE


def desk_of(service: ServiceDefinition) -> Desk:
    """Say who calls: sales where the next vehicle is the subject."""
    rule = service.occasion
    new = isinstance(rule, AfterEventRule) and rule.event is Event.DELIVERY
    return Desk.SALES if new or consent_purpose(service) is Purpose.SALES else Desk.WORKSHOP


def priority_of(reason: CallReason) -> Priority:
    """Say what comes first."""
    if reason in {CallReason.RECALL, CallReason.ASKED, CallReason.WANTS_APPOINTMENT}:
        return Priority.HIGH
    return Priority.LOW if reason in {CallReason.WIN_BACK, CallReason.SATISFACTION} else Priority.NORMAL


def _before_the_call(service: ServiceDefinition, order: Sequence[Channel]) -> tuple[Channel, ...] | None:
    channels = list(order) or [use.channel for use in service.channels]
    return tuple(channels[: channels.index(Channel.CALL)]) if Channel.CALL in channels else None


def _instead(service: ServiceDefinition, due: date, today: date, written: Written) -> CallDays | None:
    before = _before_the_call(service, written.order) or ()
    if any(channel in written.lawful for channel in before):
        return None
    window = first_step(service, due, today).window
    opens, closes = due - timedelta(days=window.first_day), due - timedelta(days=window.last_day)
    return CallDays(opens, closes if written.coming is None else min(closes, written.coming - _GAP))


def _after_messages(service: ServiceDefinition, due: date, today: date, written: Written) -> CallDays | None:
    goes_on = written.lawful and follow_up(service, due, written.met, today) is not None
    if written.coming is not None or goes_on:
        return None
    opens = max(written.met) + _GAP
    return CallDays(opens, opens + timedelta(days=CALL_DAYS), unanswered=True)
