"""Bring a delivery's statements into the ledger: one bulk read, one bulk write, only what changed."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.domain.consent.importing import Said, Statement, ledger_events_from_import
from guildpost_agent.domain.consent.terms import EVERY
from guildpost_agent.domain.records import Consent


def apply_import(
    uow: UnitOfWork, statements: Iterable[Statement], blocked: Iterable[str], now: datetime
) -> Counter[str]:
    """Append what the statements add.

    Args:
        uow: the import's transaction; the caller commits.
        statements: every yes and no of the delivery.
        blocked: customers under an advertising block.
        now: the business clock, UTC.

    Returns:
        ``added``, and how often a statement opened nothing, by reason.
    """
    said_now, blocked_now = list(statements), list(blocked)
    book = uow.consents.book({*(one.customer_id for one in said_now), *blocked_now})
    found = ledger_events_from_import(book.of, said_now, blocked_now, now)
    uow.consents.append(found.events)
    return found.warnings + Counter({"added": len(found.events)})


def said(consents: Iterable[Consent], refused: Iterable[tuple[str, str]]) -> Iterator[Said]:
    """Read a customer row's columns as statements.

    Args:
        consents: the permissions with evidence.
        refused: customer and channel of every express no; it is about every purpose.
    """
    for one in consents:
        yield Said(one.customer_id, one.channel, one.purpose, given=True, given_at=one.granted_on, source=one.source)
    for customer_id, channel in refused:
        yield Said(customer_id, channel, EVERY, given=False)
