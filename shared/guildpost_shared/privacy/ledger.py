"""The yearly ledger of a customer over all studies and brands: ε at most 4 at δ = 1e-6 within any 365 days.

An entry is made before a vector leaves and is never taken back, whatever becomes of the round; of a training, which is
charged as a whole, it holds in the end what its vectors cost. It says what the customer's record was exposed to
(sensitivity and noise of every release), not an ε: the Rényi divergences of all entries add up, which is tighter than
adding epsilons, and are turned into one ε when it is asked for.

Ledgers follow people: two records found to be one person have the union of their entries (the same entry in both counts
once), and records that turn out to be two people both keep all of them.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, TypeVar

from guildpost_shared.privacy.accountant import Expense, epsilon

YEARLY_EPSILON: Final = 4.0
YEARLY_DELTA: Final = 1e-6
"""Of a customer over all studies; no single study may state more (``studies.spec``)."""
YEAR_DAYS: Final = 365
Person = TypeVar("Person", bound=Hashable)


@dataclass(frozen=True)
class Entry:
    """One study and period in which a customer took part.

    Attributes:
        brand: whose study.
        study_id: the study.
        period: its period.
        record: the customer's record that was counted; two records of one person are two entries.
        day: when it was charged, the dealer's local day.
        expenses: every release of the study in that period.
    """

    brand: str
    study_id: str
    period: str
    record: str
    day: date
    expenses: tuple[Expense, ...]


Ledger = frozenset[Entry]


def union(ledgers: Iterable[Ledger]) -> Ledger:
    """Give the ledger of a person whose records had these."""
    return frozenset().union(*ledgers)


def spent(ledger: Ledger, day: date) -> float:
    """Compute ε of everything charged less than a year before or after a day.

    A day in the future counts, too: a restored or wrongly set clock must not make room.
    """
    near = (entry for entry in ledger if abs((entry.day - day).days) < YEAR_DAYS)
    return _epsilon(tuple(sorted((one for entry in near for one in entry.expenses), key=_order)))


def affords(ledger: Ledger, planned: Entry) -> bool:
    """Tell whether an entry fits into the year; one that is already there costs nothing again."""
    return spent(ledger | {planned}, planned.day) <= YEARLY_EPSILON


def who_affords(
    ledgers: Mapping[Person, Ledger], people: Collection[Person], planned: Iterable[Entry]
) -> dict[Person, Entry]:
    """Choose who may take part in a study.

    Args:
        ledgers: by person; somebody without one has spent nothing.
        people: who would take part, in order.
        planned: each one's entry, in the same order.

    Returns:
        The entries to charge before anything leaves; whoever is missing stays out of the sum.
    """
    pairs = zip(people, planned, strict=True)
    return {person: entry for person, entry in pairs if affords(ledgers.get(person, frozenset()), entry)}


def _order(one: Expense) -> tuple[int, int, float]:
    return one.sensitivity.l1, one.sensitivity.l2_squared, one.variance


@lru_cache(maxsize=4_096)
def _epsilon(expenses: tuple[Expense, ...]) -> float:
    return epsilon(expenses, YEARLY_DELTA)
