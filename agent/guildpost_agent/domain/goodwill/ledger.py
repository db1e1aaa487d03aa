"""The ledger's entries, and what they add up to.

    requested ──approved──┐
                          ├──► open ──redeemed (in parts)──► spent
    granted ──────────────┘      └─────────expired─────────► expired        requested ──expired──► expired

``granted`` is a credit within the limit of the staff, ``requested`` one that waits for an approval. Entries are only
ever added; what is left is their sum, never a figure of its own. Amounts are cents, above 0 but for a request that
expires. A credit counts to the end of its last day, whether its expiry is entered already or not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from guildpost_agent.domain.frozen import frozen


class Kind(StrEnum):
    """What happened to a credit."""

    GRANTED = "granted"
    REQUESTED = "requested"
    APPROVED = "approved"
    REDEEMED = "redeemed"
    EXPIRED = "expired"


@frozen
class Entry:
    """One line of the ledger.

    Attributes:
        credit_id: which credit; the same in all of its lines.
        cents: granted, requested, approved, redeemed, or lost by expiry.
        by_whom: the person who did it; empty for an expiry, which nobody does.
        expires_on: the credit's last day, in its first line only.
    """

    credit_id: str
    kind: Kind
    at: datetime
    customer_id: str
    cents: int
    reason: str
    by_whom: str
    expires_on: date | None = None


class State(StrEnum):
    """Where a credit stands."""

    PENDING = "pending"
    OPEN = "open"
    SPENT = "spent"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Credit:
    """What the lines of one credit add up to.

    Attributes:
        left: cents that may still be redeemed; 0 unless open.
        approved_by: empty within the limit and while pending.
        needed_approval: it was above the limit.
    """

    credit_id: str
    customer_id: str
    cents: int
    reason: str
    granted_by: str
    granted_at: datetime
    expires_on: date
    state: State
    left: int
    approved_by: str = ""
    needed_approval: bool = False


def credits_of(entries: Iterable[Entry]) -> list[Credit]:
    """Add up a ledger, in its order, to its credits.

    Raises:
        ValueError: the lines are no ledger: one of a credit that was never granted, or in a state that does not allow
            it.
    """
    found: dict[str, Credit] = {}
    for entry in entries:
        found[entry.credit_id] = _after(found.get(entry.credit_id), entry)
    return list(found.values())


def balance(credits_: Sequence[Credit], today: date) -> int:
    """Say how many cents may be redeemed on a day."""
    return sum(credit.left for credit in credits_ if usable(credit, today))


def usable(credit: Credit, today: date) -> bool:
    """Say whether a credit may be redeemed on a day."""
    return credit.state is State.OPEN and credit.expires_on >= today


def _after(credit: Credit | None, entry: Entry) -> Credit:
    match entry.kind, credit.state if credit else None:
        case ((Kind.GRANTED | Kind.REQUESTED), None) if entry.expires_on is not None and entry.cents > 0:
            return _first(entry, entry.expires_on)
        case Kind.APPROVED, State.PENDING if credit and entry.cents == credit.cents:
            return replace(credit, state=State.OPEN, left=credit.cents, approved_by=entry.by_whom)
        case Kind.REDEEMED, State.OPEN if credit and 0 < entry.cents <= credit.left:
            left = credit.left - entry.cents
            return replace(credit, state=State.OPEN if left else State.SPENT, left=left)
        case Kind.EXPIRED, (State.OPEN | State.PENDING) if credit and entry.cents == credit.left:
            return replace(credit, state=State.EXPIRED, left=0)
    raise ValueError(f"{entry.kind} of credit {entry.credit_id}")


def _first(entry: Entry, expires_on: date) -> Credit:
    within = entry.kind is Kind.GRANTED
    return Credit(
        credit_id=entry.credit_id,
        customer_id=entry.customer_id,
        cents=entry.cents,
        reason=entry.reason,
        granted_by=entry.by_whom,
        granted_at=entry.at,
        expires_on=expires_on,
        state=State.OPEN if within else State.PENDING,
        left=entry.cents if within else 0,
        needed_approval=not within,
    )
