"""Which appointments a customer is to be told of: made, moved or called off, each change once.

What was told, or is about to be, is an entry of a list (``vehicle_lists``); its reference names the appointment, what
there is to say of it, and the how-manieth word about it this is:

    <appointment>@<start>#<number>    it stands at this time
    <appointment>!<start>#<number>    it was called off

    lies ahead, and nobody was told of this time            ─▶ a new "@"; one that waits with another time is closed
    called off, and the customer was last told it stands    ─▶ a new "!"; an "@" that waits is closed
    called off, and nobody was told                         ─▶ an "@" that waits is closed
    back at the time that was told last                     ─▶ whatever waits is closed
    over                                                    ─▶ whatever waits is closed

A vehicle has one message a day: what changes after the day's message left is told on the next day.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Final

from guildpost_agent.domain.appointments import is_cancelled
from guildpost_agent.domain.records import Appointment
from guildpost_agent.domain.vehicle_lists import ListEntry

APPOINTMENTS: Final = "appointments"
"""The list; a service of the catalogue with this list confirms appointments."""
KNOWN: Final = "known"
"""The text of an entry that was never told and never will be: booked before confirming began."""
_STANDS, _CALLED_OFF, _NUMBER = "@", "!", "#"
_ID_DIGITS: Final = 20

Told = Callable[[ListEntry], bool]
"""Says whether the message of an entry left, or may have left."""


@dataclass(frozen=True)
class News:
    """What to enter and what to close."""

    new: list[ListEntry] = field(default_factory=list)
    closed: list[ListEntry] = field(default_factory=list)


def key_of(appointment: Appointment) -> str:
    """Name an appointment in a reference."""
    return sha256(appointment.appointment_id.encode()).hexdigest()[:_ID_DIGITS]


def word_of(appointment: Appointment) -> str:
    """Say what there is to tell of an appointment."""
    start = f"{appointment.starts_at.astimezone(UTC):%Y%m%dT%H%MZ}"
    return f"{key_of(appointment)}{_CALLED_OFF if is_cancelled(appointment) else _STANDS}{start}"


def an_entry(appointment: Appointment, vehicle_id: str, number: int, day: date, text: str = "") -> ListEntry:
    """Make the entry of a word about an appointment."""
    return ListEntry(APPOINTMENTS, vehicle_id, f"{word_of(appointment)}{_NUMBER}{number}", day, text)


def is_called_off(entry: ListEntry) -> bool:
    """Say whether an entry tells that an appointment was called off."""
    return _CALLED_OFF in entry.reference


def word_in(entry: ListEntry) -> str:
    """Say what an entry tells."""
    return entry.reference.partition(_NUMBER)[0]


def number_of(entry: ListEntry) -> int:
    """Say the how-manieth word about its appointment an entry is, from 0."""
    return int(entry.reference.partition(_NUMBER)[2])


def news(  # noqa: PLR0917 — what is known, what was told, and when it is
    appointments: Iterable[tuple[Appointment, str]],
    entries: Sequence[ListEntry],
    open_references: frozenset[str],
    told: Told,
    now: datetime,
    today: date,
) -> News:
    """Find what to tell.

    Args:
        appointments: all that are known, each with its vehicle.
        entries: of the list, done or not.
        open_references: of the entries that are not done.
        told: says whether an entry's message left.
        now: the business clock.
        today: the dealer's local day.
    """
    found = News()
    mine: defaultdict[str, list[ListEntry]] = defaultdict(list)
    for entry in entries:
        mine[entry.reference[:_ID_DIGITS]].append(entry)
    days = _busy_days(entries, told)
    for appointment, vehicle_id in appointments:
        known = sorted(mine[key_of(appointment)], key=number_of)
        waiting = [one for one in known if one.reference in open_references]
        last = next((one for one in reversed(known) if told(one) or one.text == KNOWN), None)
        wanted = _wanted(appointment, last, now)
        found.closed.extend(one for one in waiting if word_in(one) != wanted)
        if wanted is not None and wanted not in {word_in(one) for one in (*waiting, *([last] if last else []))}:
            number = number_of(known[-1]) + 1 if known else 0
            found.new.append(an_entry(appointment, vehicle_id, number, _free_day(today, days.get(vehicle_id))))
    return found


def _wanted(appointment: Appointment, last: ListEntry | None, now: datetime) -> str | None:
    """Name what the customer should know; None where there is nothing to tell."""
    if appointment.starts_at <= now:
        return None
    if is_cancelled(appointment) and (last is None or last.text == KNOWN or is_called_off(last)):
        return None
    return word_of(appointment)


def _busy_days(entries: Iterable[ListEntry], told: Told) -> Mapping[str, date]:
    """Give the last day of each vehicle on which it had its message."""
    days: dict[str, date] = {}
    for entry in entries:
        if told(entry):
            days[entry.vehicle_id] = max(entry.entered_on, days.get(entry.vehicle_id, entry.entered_on))
    return days


def _free_day(today: date, busy: date | None) -> date:
    return today if busy is None or busy < today else busy + timedelta(days=1)
