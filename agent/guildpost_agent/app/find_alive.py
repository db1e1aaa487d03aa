"""Take back that a customer is dead: a person says so, by name; a line in the database proves it.

What comes back: from the next planning run the customer is written to and called as before, on every record of the
person. Consents, objections and dead addresses stay as they were; the letter stays one that came back.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from guildpost_agent.app.import_returns import RETURNED, SUPPRESSED_FOR
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.domain.letter_returns import FoundAlive, Kind, read_note
from guildpost_agent.domain.records import Customer, Outcome
from guildpost_agent.domain.suppression import DECEASED, suppression_entry
from guildpost_shared.errors import Refused


@dataclass(frozen=True)
class Alive:
    """What was taken back: on which records, and on which of them the management system says it all the same."""

    records: tuple[str, ...]
    dead_in_dms: tuple[str, ...]


def find_alive(open_uow: OpenUnitOfWork, customer_id: str, *, key: bytes, by: str, reason: str, now: datetime) -> Alive:
    """Take it back on all records of the person.

    Args:
        open_uow: opens a transaction.
        customer_id: any number of the person.
        key: of the suppression list.
        by: who says so.
        reason: why, in that person's words.
        now: the business clock.

    Raises:
        Refused: ``customer_unknown``; ``deceased_not_noted`` where no returned letter said so.
    """
    with open_uow() as uow:
        persons = uow.records.customers_of(uow.people.records_of(customer_id))
        if not persons:
            raise Refused("customer_unknown", customer=customer_id)
        lifted = tuple(sorted(one.customer_id for one in persons if _lift(uow, key, one)))
        if not lifted:
            raise Refused("deceased_not_noted", customer=customer_id)
        for one in lifted:
            uow.found_alive.add(FoundAlive(one, now.astimezone(UTC), by, reason))
        uow.commit()
    return Alive(lifted, tuple(sorted(one.customer_id for one in persons if one.deceased)))


def noted_dead(uow: UnitOfWork, key: bytes) -> list[tuple[Customer, Outcome]]:
    """List whom a returned letter says to be dead, with what it said, oldest first."""
    found: dict[str, tuple[Customer, Outcome]] = {}
    for outcome in uow.outcomes.all():
        if outcome.kind != RETURNED or read_note(outcome.detail).kind is not Kind.DECEASED:
            continue
        touchpoint = uow.plans.touchpoint(outcome.touchpoint_id)
        customer = uow.records.customer(touchpoint.customer_id) if touchpoint else None
        entry = None if customer is None else suppression_entry(key, customer, DECEASED)
        if customer is not None and entry is not None and uow.suppressions.contains(entry, DECEASED):
            found.setdefault(customer.customer_id, (customer, outcome))
    return list(found.values())


def _lift(uow: UnitOfWork, key: bytes, customer: Customer) -> bool:
    entry = suppression_entry(key, customer, DECEASED)
    return entry is not None and uow.suppressions.lift(entry, DECEASED, [SUPPRESSED_FOR])
