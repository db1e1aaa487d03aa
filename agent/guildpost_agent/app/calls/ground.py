"""On what ground a call rests, for people: the basis in words, and each entry of the ledger that proves it."""

from datetime import tzinfo

from guildpost_agent.app.calls.list_calls import Call
from guildpost_agent.app.consents.view import entry_line
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_shared.catalog import Catalog


def ground_line(call: Call, texts: Catalog) -> str:
    """Say the basis, with the numbers of the entries."""
    basis = texts.text(f"consent.basis.{call.ground.basis}")
    proof = ", ".join(map(str, call.ground.proof))
    return texts.text("call.ground", basis=basis, proof=proof) if proof else basis


def proof_lines(uow: UnitOfWork, call: Call, texts: Catalog, zone: tzinfo) -> tuple[str, ...]:
    """Say the entries with their evidence, whichever record of the person they stand on.

    Args:
        uow: an open transaction.
        call: one that may be made.
        texts: the language.
        zone: the dealer's time zone.
    """
    numbers = uow.people.records_of(call.customer.customer_id)
    entries = {event.seq: event for number in numbers for event in uow.consents.events_of(number)}
    return tuple(entry_line(entries[seq], texts, zone, uow) for seq in call.ground.proof if seq in entries)
