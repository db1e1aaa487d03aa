"""What may be entered in the ledger of goodwill credits.

grant     without approval while all credits of the person of the last thirty days that nobody approved stay within
the limit together, so that nobody parts a large credit into small ones; else it waits for an approval
approve   by a named person other than the one who granted; by one of the approvers where the dealer names any
redeem    from the credits that expire first, never more than is left
expire    what is left after the last day
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from guildpost_agent.domain.goodwill.ledger import Credit, Entry, Kind, State, balance, usable
from guildpost_shared.errors import Conflict, Refused

MOST_CENTS: Final = 1_000_000
"""Nobody grants more than ten thousand euros out of goodwill; more is a slip of the finger."""
LIMIT_DAYS: Final = 30
LONGEST_REASON: Final = 300
LONGEST_NAME: Final = 80


@dataclass(frozen=True)
class Moment:
    """When something is entered: the instant, and the dealer's day."""

    now: datetime
    today: date


def grant(
    credits_: Iterable[Credit],
    first: Entry,
    limit_cents: int,
) -> Entry:
    """Decide whether a credit needs an approval.

    Args:
        credits_: all credits of the person so far.
        first: the wish, with amount, reason, name and last day; its kind is decided here.
        limit_cents: the dealer's limit for staff; 0 means that every credit needs an approval.

    Raises:
        Refused: ``goodwill_amount``, ``goodwill_words`` (no reason or no name, or too long).
    """
    if not 0 < first.cents <= MOST_CENTS:
        raise Refused("goodwill_amount", most=MOST_CENTS // 100)
    _require_words(first)
    since = first.at - timedelta(days=LIMIT_DAYS)
    recent = sum(one.cents for one in credits_ if not one.needed_approval and one.granted_at > since)
    kind = Kind.GRANTED if recent + first.cents <= limit_cents else Kind.REQUESTED
    return Entry(**{**vars(first), "kind": kind})


def approve(credit: Credit, by: str, approvers: Collection[str], moment: Moment) -> Entry:
    """Approve a credit that waits.

    Raises:
        Conflict: ``goodwill_not_pending``.
        Refused: ``goodwill_own`` or ``goodwill_not_approver``.
    """
    if credit.state is not State.PENDING or credit.expires_on < moment.today:
        raise Conflict("goodwill_not_pending", credit=credit.credit_id)
    name = _plain(by)
    if name == _plain(credit.granted_by):
        raise Refused("goodwill_own", credit=credit.credit_id)
    if approvers and name not in {_plain(one) for one in approvers}:
        raise Refused("goodwill_not_approver", name=by)
    entry = _entry(credit, Kind.APPROVED, credit.cents, by, credit.reason, moment)
    _require_words(entry)
    return entry


def redeem(credits_: Sequence[Credit], cents: int, by: str, reason: str, moment: Moment) -> list[Entry]:
    """Take an amount from the credits that expire first.

    Args:
        credits_: all of the person.
        cents: how much, above 0.
        by: who redeems it.
        reason: what for, such as an order's number.
        moment: now.

    Raises:
        Refused: ``goodwill_amount``, ``goodwill_words``, or ``goodwill_balance`` when less is left.
    """
    if not 0 < cents <= MOST_CENTS:
        raise Refused("goodwill_amount", most=MOST_CENTS // 100)
    if cents > balance(credits_, moment.today):
        raise Refused("goodwill_balance")
    entries: list[Entry] = []
    for credit in sorted(credits_, key=lambda one: (one.expires_on, one.granted_at, one.credit_id)):
        part = min(cents, credit.left) if usable(credit, moment.today) else 0
        if part:
            entries.append(_entry(credit, Kind.REDEEMED, part, by, reason, moment))
            cents -= part
    for entry in entries:
        _require_words(entry)
    return entries


def expire(credits_: Iterable[Credit], moment: Moment) -> Iterator[Entry]:
    """Enter what is left of credits whose last day is over."""
    for credit in credits_:
        if credit.state in {State.OPEN, State.PENDING} and credit.expires_on < moment.today:
            yield _entry(credit, Kind.EXPIRED, credit.left, "", credit.reason, moment)


def _entry(credit: Credit, kind: Kind, cents: int, by: str, reason: str, moment: Moment) -> Entry:  # noqa: PLR0917 — a line's fields
    return Entry(credit.credit_id, kind, moment.now, credit.customer_id, cents, reason.strip(), by.strip())


def _require_words(entry: Entry) -> None:
    for text, longest in ((entry.reason, LONGEST_REASON), (entry.by_whom, LONGEST_NAME)):
        if not text.strip() or len(text) > longest or not text.isprintable():
            raise Refused("goodwill_words")


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
