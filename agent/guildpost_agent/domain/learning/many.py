"""Many reminders at once: in columns what ``reading`` says of each, since a plan reads years of them."""

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np

from guildpost_agent.domain.columns import NEVER, day_column, months_of
from guildpost_agent.domain.learning.reading import AGE_YEARS, age_group, nearest_slot
from guildpost_shared.learning.bases import nearest_lead
from guildpost_shared.learning.contexts import LETTER, Contexts, Flags, Ints, Reminders

_LONGEST_MONTH = 32
_UNKNOWN_AGE = age_group(None, date.min)


def age_groups(registered: Sequence[date | None], on: Sequence[date]) -> Ints:
    """Give the age groups of vehicles, each on its day; as ``age_group`` does for one.

    Args:
        registered: days of first registration, n of them.
        on: the local days of sending, n of them.
    """
    born, then = _in_order(registered), _in_order(on)
    ages = sum(then >= born + 12 * years * _LONGEST_MONTH for years in AGE_YEARS)
    known: Flags = np.array([day is not None for day in registered], dtype=np.bool_)
    found: Ints = np.where(known, ages, _UNKNOWN_AGE).astype(np.int64)
    return found


def _in_order(days: Sequence[date | None]) -> Ints:
    """Number days so that whole months lie equally far apart: a month is complete with its day, whichever month."""
    column = day_column(days)
    inside = np.array([0 if day is None else day.day for day in days], dtype=np.int64)
    return np.where(column == NEVER, 0, months_of(column)) * _LONGEST_MONTH + inside


def sent_many(contexts: Contexts, at: Sequence[datetime], due: Sequence[date], planned: Ints) -> Reminders:
    """Say what reminders were that nobody answered; as ``sent_of`` does for one, without a shift.

    Args:
        contexts: whom they went to.
        at: when each left, in the dealer's local time.
        due: due dates.
        planned: lead times they were planned with, in days: those of letters, which are met on another day.
    """
    letter = contexts.channel == LETTER
    slot = np.array([nearest_slot(one.weekday(), one.hour) for one in at], dtype=np.int64)
    lead = day_column(due) - day_column([one.date() for one in at])
    nobody = np.zeros(len(at), dtype=np.int64)
    return Reminders(contexts, np.where(letter, 0, slot), nearest_lead(np.where(letter, planned, lead)), nobody)
