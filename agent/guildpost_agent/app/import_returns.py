"""Take in a file of letters that came back, as often as one likes: what is known already changes nothing."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from guildpost_agent.app.outbox_steps import step
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, OutboxJob, UnitOfWork
from guildpost_agent.domain.letter_returns import Address, Kind, Returned, ReturnRow, note_of, read_note, read_row
from guildpost_agent.domain.outbox import Event, State
from guildpost_agent.domain.records import Channel, Customer, Outcome
from guildpost_agent.domain.suppression import DEAD_ADDRESS, DECEASED, suppression_entry
from guildpost_shared.errors import GuildpostError, Refused

RETURNED: Final = "returned"
SUPPRESSED_FOR: Final = "returned"


@dataclass
class TakenReturns:
    """What a file brought: letters by class, rows known before, new addresses, and the rows that are wrong."""

    letters: Counter[Kind] = field(default_factory=Counter)
    known: int = 0
    proposals: int = 0
    problems: list[tuple[int, GuildpostError]] = field(default_factory=list)


@dataclass(frozen=True)
class Proposal:
    """A new address that the management system does not have yet, with the message and the note it comes from."""

    customer_id: str
    address: Address
    outcome: Outcome


def import_returns(
    open_uow: OpenUnitOfWork, rows: Iterable[ReturnRow], *, file: str, key: bytes, now: datetime, dry_run: bool = False
) -> TakenReturns:
    """Take in what came back, all of it in one transaction; rows that are wrong are put aside.

    Args:
        open_uow: opens a transaction.
        rows: as the file has them.
        file: its name, for the note of where an address comes from.
        key: of the suppression list.
        now: the business clock.
        dry_run: say what would happen, and store nothing.
    """
    taken = TakenReturns()
    with open_uow() as uow:
        for row in rows:
            try:
                returned = read_row(row)
                job, customer = _letter(uow, row)
            except Refused as error:
                taken.problems.append((row.row_number, error))
                continue
            _apply(uow, job, customer, returned, taken, note=note_of(returned, file, row.row_number), key=key, now=now)
        if not dry_run:
            uow.commit()
    return taken


def open_proposals(uow: UnitOfWork) -> list[Proposal]:
    """List the new addresses that the management system does not have yet, oldest first."""
    found = []
    for outcome in uow.outcomes.all():
        if outcome.kind != RETURNED:
            continue
        touchpoint = uow.plans.touchpoint(outcome.touchpoint_id)
        customer = uow.records.customer(touchpoint.customer_id) if touchpoint else None
        address = read_note(outcome.detail).address
        if address and customer is not None and not address.is_of(customer):
            found.append(Proposal(customer.customer_id, address, outcome))
    return found


def _letter(uow: UnitOfWork, row: ReturnRow) -> tuple[OutboxJob, Customer]:
    """Find the letter that a row is about.

    Raises:
        Refused: ``return_letter_unknown``, ``return_letter_ambiguous`` or ``return_letter_not_sent``.
    """
    jobs = [uow.outbox.by_message_id(row.doc_id)] if row.doc_id else _of_customer(uow, row)
    letters = [job for job in jobs if job is not None and job.channel == Channel.LETTER]
    if not letters:
        raise Refused("return_letter_unknown")
    if len(letters) > 1:
        raise Refused("return_letter_ambiguous", count=len(letters))
    job = letters[0]
    touchpoint = uow.plans.touchpoint(job.touchpoint_id)
    customer = uow.records.customer(touchpoint.customer_id) if touchpoint else None
    if customer is None or (row.customer_id and row.customer_id != customer.customer_id):
        raise Refused("return_letter_unknown")
    if job.state not in {State.SENT, State.BOUNCED}:
        raise Refused("return_letter_not_sent")
    return job, customer


def _of_customer(uow: UnitOfWork, row: ReturnRow) -> list[OutboxJob | None]:
    jobs = (uow.outbox.get(one.touchpoint_id) for one in uow.plans.touchpoints_of(row.customer_id))
    return [job for job in jobs if job is not None and job.batch_id == row.batch_id]


def _apply(
    uow: UnitOfWork,
    job: OutboxJob,
    customer: Customer,
    returned: Returned,
    taken: TakenReturns,
    *,
    note: str,
    key: bytes,
    now: datetime,
) -> None:
    outcome = Outcome(f"{RETURNED}:{job.touchpoint_id}", job.touchpoint_id, RETURNED, now, note)
    if not uow.outcomes.add([outcome]):
        taken.known += 1
        return
    kind = returned.kind
    taken.letters[kind] += 1
    taken.proposals += bool(returned.address) and not returned.address.is_of(customer)
    if kind.came_back and job.state == State.SENT:
        step(uow, replace(job, state=State.SENT), Event.RETURN, now, response=f"{RETURNED} {kind}")
        uow.outcomes.take_back([f"delivered:{job.touchpoint_id}"])
    marks = {DEAD_ADDRESS: kind.kills_address, DECEASED: kind is Kind.DECEASED}
    persons = uow.records.customers_of(uow.people.records_of(customer.customer_id)) or [customer]
    for mark in (mark for mark, set_ in marks.items() if set_):
        for one in persons if mark == DECEASED else [customer]:
            entry = suppression_entry(key, one, mark)
            if entry is not None:
                uow.suppressions.add(entry, mark, SUPPRESSED_FOR, now)
