"""Which appointments a customer is to be told of: made, moved or called off, each version once.

What was told, or is about to be, is an entry of a list (``vehicle_lists``); its reference names the appointment and the
version:

    <appointment>@<start>    it stands at this time
    <appointment>!<start>    it was called off

    no entry, lies ahead                ─▶ new "@"
    other start than the open "@"       ─▶ the old one is closed, new "@"
    called off, its "@" was told        ─▶ the "@" is closed, new "!"
    called off, nobody was told         ─▶ the "@" is closed
    over                                ─▶ whatever is open is closed

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
_STANDS, _CALLED_OFF = "@", "!"
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


def reference_of(appointment: Appointment, *, called_off: bool = False) -> str:
    """Name a version of an appointment."""
    start = f"{appointment.starts_at.astimezone(UTC):%Y%m%dT%H%MZ}"
    return f"{key_of(appointment)}{_CALLED_OFF if called_off else _STANDS}{start}"


def is_called_off(entry: ListEntry) -> bool:
    """Say whether an entry tells that an appointment was called off."""
    return _CALLED_OFF in entry.reference


def version_of(appointment: Appointment, entries: Iterable[ListEntry], entry: ListEntry) -> int:
    """Count the versions of an appointment that were entered before this one."""
    mine = [one for one in entries if one.reference.startswith(key_of(appointment))]
    return sum((one.entered_on, is_called_off(one)) < (entry.entered_on, is_called_off(entry)) for one in mine)


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
        known = mine[key_of(appointment)]
        wanted = _wanted(appointment, known, told, now)
        still_open = [one for one in known if one.reference in open_references]
        found.closed.extend(one for one in still_open if wanted is None or one.reference != wanted)
        if wanted is not None and all(one.reference != wanted for one in known):
            found.new.append(ListEntry(APPOINTMENTS, vehicle_id, wanted, _free_day(today, days.get(vehicle_id))))
    return found


def _wanted(appointment: Appointment, known: Sequence[ListEntry], told: Told, now: datetime) -> str | None:
    """Name the version that the customer should know of; None where there is nothing to tell."""
    if appointment.starts_at <= now:
        return None
    if not is_cancelled(appointment):
        return reference_of(appointment)
    return reference_of(appointment, called_off=True) if any(told(one) for one in known) else None


def _busy_days(entries: Iterable[ListEntry], told: Told) -> Mapping[str, date]:
    """Give the last day of each vehicle on which it had its message."""
    days: dict[str, date] = {}
    for entry in entries:
        if told(entry):
            days[entry.vehicle_id] = max(entry.entered_on, days.get(entry.vehicle_id, entry.entered_on))
    return days


def _free_day(today: date, busy: date | None) -> date:
    return today if busy is None or busy < today else busy + timedelta(days=1)
