"""An objection or withdrawal: at once, for every purpose, in the transaction of whoever heard it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.domain.consent.events import ConsentEvent, Evidence
from guildpost_agent.domain.consent.opt_in import OptInState, Step, advance
from guildpost_agent.domain.consent.terms import CHANNELS, EVERY, ContactChannel, Kind, Origin
from guildpost_agent.domain.suppression import suppression_entries

OBJECTION: Final = "objection"
LISTED: Final = "suppression_list"
"""Source of entries that carry a listed objection on for the purposes that a new consent does not name."""
WAITING: Final = (OptInState.PENDING, OptInState.MAILED)


def close_consents(
    uow: UnitOfWork,
    customer_id: str,
    kind: Kind,
    channels: Iterable[str],
    *,
    key: bytes,
    source: str,
    at: datetime,
    purpose: str = EVERY,
    collected_by: str = "",
) -> None:
    """Enter it, suppress the addresses, cancel what is planned and what waits for a confirmation.

    Args:
        uow: the open transaction; the caller commits.
        customer_id: who.
        kind: ``OBJECTED`` or ``WITHDRAWN``.
        channels: by which ways nothing may come any more.
        key: of the suppression list.
        source: how we heard of it.
        at: when the customer said so, UTC.
        purpose: a single purpose leaves addresses and other purposes alone.
        collected_by: who took it, if a person did.
    """
    closed = frozenset(map(str, channels))
    evidence = Evidence(source=source, collected_by=collected_by)
    named = [EVERY] if closed == frozenset(CHANNELS) else sorted(closed)
    uow.consents.append([ConsentEvent(customer_id, kind, channel, purpose, at, evidence=evidence) for channel in named])
    if ContactChannel.EMAIL in closed:
        waiting = uow.consents.requests(*WAITING, customer_id=customer_id)
        mine = [request for request in waiting if purpose in {EVERY, request.purpose}]
        uow.consents.move_requests([advance(r, Step.CANCEL, at) for r in mine], expected=WAITING)
    if purpose == EVERY:
        _suppress(uow, customer_id, closed, key, at)
    uow.plans.cancel(t.touchpoint_id for t in uow.plans.touchpoints_of(customer_id) if t.channel in closed)


def suppress_closed(uow: UnitOfWork, customer_ids: Iterable[str], key: bytes, at: datetime) -> None:
    """Put on the list whatever was objected to in general; to be called before an erasure takes the ledger's entries.

    A later consent for one purpose may have taken an address off the list; with the consent's proof gone, the older
    objection counts again, and for everything.
    """
    for customer_id in customer_ids:
        general = {
            channel
            for (_, channel), closings in uow.consents.state_of(customer_id).closed.items()
            for closing in closings
            if closing.origin is Origin.HERE and (closing.purpose == EVERY or closing.evidence.source == LISTED)
        }
        _suppress(uow, customer_id, general, key, at)


def _suppress(uow: UnitOfWork, customer_id: str, channels: Iterable[str], key: bytes, at: datetime) -> None:
    customer = uow.records.customer(customer_id)
    if customer is None:
        return
    for channel in sorted(channels):
        for entry in suppression_entries(key, customer, channel):
            uow.suppressions.add(entry, channel, OBJECTION, at)
