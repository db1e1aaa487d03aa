"""Whom a reminder goes to and what came of it: the dealership's records, as the integers of ``learning.contexts``.

    learning class   of the service; only the five classes of ``CLASSES`` are learned, a notice never is
    business         the customer's record says so
    age              of the vehicle on the day, in the trade's three segments: under 4 years, under 8, and older;
                     the middle one where the first registration is not known
    loyal            the customer was in the workshop within the 24 months before the day (afterwards he counts as lost)

Everything is as it was known on the day of sending, and of this customer's records alone: a visit under an earlier
keeper, or the registration of a vehicle that went to somebody else, would let one customer move another one's record.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.months import add_months, months_between
from guildpost_agent.domain.records import Customer, Touchpoint, Vehicle
from guildpost_agent.domain.service_work import is_notice
from guildpost_shared.learning.bases import FIRST_HOUR, HOURS, nearest_lead, slot_of
from guildpost_shared.learning.contexts import CHANNELS, CLASSES, LETTER, Contexts, Reminders
from guildpost_shared.services.definition import LearningClass, ServiceDefinition

AGE_YEARS: Final = (4, 8)
"""Segments I, II and III of the trade end with these years."""
LOYAL_MONTHS: Final = 24
_AGE_MONTHS: Final = tuple(years * 12 for years in AGE_YEARS)
_UNKNOWN_AGE: Final = 1
_NO_SLOT: Final = 0
_LEARNED: Final[Mapping[LearningClass, int]] = MappingProxyType(
    {
        LearningClass.HU: CLASSES.index("inspection"),
        LearningClass.MAINTENANCE: CLASSES.index("maintenance"),
        LearningClass.TYRES: CLASSES.index("tyres"),
        LearningClass.WARRANTY: CLASSES.index("warranty"),
        LearningClass.WINBACK: CLASSES.index("winback"),
    }
)
_CHANNELS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "email": CHANNELS.index("email"),
        "letter": CHANNELS.index("letter"),
        "call": CHANNELS.index("phone"),
    }
)


class Recipient(NamedTuple):
    """What of a context the customer and the vehicle give: ``business`` and ``loyal`` 0 or 1, ``age`` 0 to 2."""

    business: int
    age: int
    loyal: int


class Addressed(NamedTuple):
    """One reminder's context: index into ``CLASSES``, index into ``CHANNELS``, and whom it goes to."""

    learning_class: int
    channel: int
    recipient: Recipient


@frozen
class Sent:
    """One reminder whose outcome is final; ``slot`` has no meaning for letters, ``lead`` is in days."""

    addressed: Addressed
    slot: int
    lead: int
    answered: bool


def learned_class(service: ServiceDefinition) -> int | None:
    """Give the index of a service's class; None where lead time and slot are not learned for it."""
    return None if is_notice(service) else _LEARNED.get(service.learning_class)


def channel_index(channel: str) -> int:
    """Give the index of ``email``, ``letter`` or ``call``."""
    return _CHANNELS[channel]


def age_group(first_registration: date | None, on: date) -> int:
    """Give a vehicle's age group on a day, 0 to 2; a registration that lies ahead is a new vehicle."""
    if first_registration is None:
        return _UNKNOWN_AGE
    months = months_between(first_registration, on) - (on.day < first_registration.day)
    return bisect_right(_AGE_MONTHS, months)


def is_loyal(visits: Iterable[date], on: date) -> bool:
    """Say whether one of a customer's visits lies in the 24 months before a day; the day itself is too late."""
    since = add_months(on, -LOYAL_MONTHS)
    for day in visits:  # noqa: SIM110 — asked of every reminder, and for most of them there is nothing to look at
        if since <= day < on:
            return True
    return False


def recipient(customer: Customer, vehicle: Vehicle | None, visits: Iterable[date], on: date) -> Recipient:
    """Say whom a reminder goes to.

    Args:
        customer: the keeper.
        vehicle: what it is about; one that is somebody else's by now tells nothing.
        visits: days on which this customer had an order in the workshop, whichever vehicle it was for.
        on: the local day of sending.
    """
    own = vehicle if vehicle is not None and vehicle.customer_id == customer.customer_id else None
    age = age_group(None if own is None else own.first_registration, on)
    return Recipient(int(customer.is_business), age, int(is_loyal(visits, on)))


def sent_of(touchpoint: Touchpoint, learning_class: int, who: Recipient, at: datetime, *, answered: bool) -> Sent:
    """Say what a reminder was that has left, its lead time as it would have been for the average dealership.

    Args:
        touchpoint: the reminder, with the shift that is taken off (``centring``). A letter's lead time is that of the
            day on which it was to arrive.
        learning_class: of its service.
        who: its recipient on the day of sending.
        at: when it left, in the dealer's local time.
        answered: a booking followed in the attribution window.
    """
    addressed = Addressed(learning_class, channel_index(touchpoint.channel.value), who)
    if addressed.channel == LETTER:
        slot, lead = _NO_SLOT, touchpoint.lead_days
    else:
        slot, lead = nearest_slot(at.weekday(), at.hour), (touchpoint.due_date - at.date()).days
    return Sent(addressed, slot, lead - touchpoint.lead_shift, answered)


@cache
def nearest_slot(weekday: int, hour: int) -> int:
    """Give the slot of a local time; an hour that the grid does not have counts as its first or last one."""
    return slot_of(weekday, min(max(hour, FIRST_HOUR), FIRST_HOUR + HOURS - 1))


def contexts_of(rows: Sequence[Addressed]) -> Contexts:
    """Gather contexts."""
    columns = (
        [row.learning_class for row in rows],
        [row.channel for row in rows],
        [row.recipient.business for row in rows],
        [row.recipient.age for row in rows],
        [row.recipient.loyal for row in rows],
    )
    return Contexts(*(np.array(column, dtype=np.int64) for column in columns))


def reminders_of(rows: Sequence[Sent]) -> Reminders:
    """Gather reminders, in their order."""
    slot, lead, answered = (
        np.array(column, dtype=np.int64)
        for column in ([r.slot for r in rows], [r.lead for r in rows], [r.answered for r in rows])
    )
    return Reminders(contexts_of([row.addressed for row in rows]), slot, nearest_lead(lead), answered)
