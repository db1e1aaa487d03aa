"""Enter by hand what a customer said: with the proof, or not at all."""

from datetime import datetime
from typing import Final

from guildpost_agent.app.consents.close import LISTED, OBJECTION
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.domain.consent.events import ConsentEvent, Evidence, evidence_gap
from guildpost_agent.domain.consent.preferences import Preferences, check
from guildpost_agent.domain.consent.state import ConsentState, outweighs
from guildpost_agent.domain.consent.terms import (
    ADVERTISING,
    EVERY,
    OPENING,
    Basis,
    Kind,
    Purpose,
)
from guildpost_agent.domain.records import Customer
from guildpost_agent.domain.suppression import suppression_entries
from guildpost_shared.errors import Refused

LIFTABLE: Final = (OBJECTION,)
"""A new consent takes an address off the list if an objection put it there; a dead address stays on it."""


def record_grant(uow: UnitOfWork, event: ConsentEvent, key: bytes) -> None:
    """Append an opening entry; a consent given after an objection lifts the suppression of its channel.

    Args:
        uow: the open transaction; the caller commits.
        event: what was given, with its evidence.
        key: of the suppression list.

    Raises:
        Refused: nobody has that number (``customer_unknown``), evidence is missing (``consent_unproved``), or an
            objection stands that the entry does not outweigh (``consent_closed``).
    """
    customer = existing(uow, event.customer_id)
    if event.kind not in OPENING or event.purpose not in set(Purpose) - {Purpose.TRANSACTIONAL}:
        raise Refused("consent_unproved", missing="purpose")
    gap = evidence_gap(event)
    if gap is not None:
        raise Refused("consent_unproved", missing=gap)
    state = uow.consents.state_of(event.customer_id)
    closings = (*state.closed.get((event.purpose, event.channel), ()), *_listed(uow, customer, event, key))
    if not outweighs(event, closings):
        raise Refused("consent_closed", day=closings[-1].at.date())
    if event.basis is Basis.CONSENT:
        _lift(uow, customer, event, state, key)
    uow.consents.append([event])


def _listed(uow: UnitOfWork, customer: Customer, event: ConsentEvent, key: bytes) -> list[ConsentEvent]:
    """Read the suppression list as objections: after an erasure it is all that is left of them."""
    days = (uow.suppressions.since(entry, event.channel) for entry in suppression_entries(key, customer, event.channel))
    evidence = Evidence(source=LISTED)
    return [
        ConsentEvent(event.customer_id, Kind.OBJECTED, event.channel, event.purpose, at, evidence=evidence)
        for at in days
        if at is not None
    ]


def _lift(uow: UnitOfWork, customer: Customer, event: ConsentEvent, state: ConsentState, key: bytes) -> None:
    """Take the addresses off the list, for this purpose: the objection to the others goes on in the ledger.

    The ledger may not know of it any more (an erasure leaves only the list), so it is entered anew.
    """
    entries = suppression_entries(key, customer, event.channel)
    lifted = [entry for entry in entries if uow.suppressions.lift(entry, event.channel, LIFTABLE)]
    if not lifted:
        return
    others = (purpose for purpose in ADVERTISING if purpose != event.purpose)
    evidence = Evidence(source=LISTED)
    uow.consents.append(
        [
            ConsentEvent(event.customer_id, Kind.OBJECTED, event.channel, purpose, event.at, evidence=evidence)
            for purpose in others
            if (purpose, event.channel) not in state.closed
        ]
    )


def record_preferences(
    uow: UnitOfWork, customer_id: str, preferences: Preferences, now: datetime, evidence: Evidence | None = None
) -> None:
    """Replace a customer's wishes, in one entry.

    Args:
        uow: the open transaction; the caller commits.
        customer_id: whose.
        preferences: all of them.
        now: an aware instant.
        evidence: where and by whom they were taken, as far as known.

    Raises:
        Refused: nobody has that number, or the wishes cannot be followed.
    """
    existing(uow, customer_id)
    wishes = check(preferences)
    uow.consents.append(
        [
            ConsentEvent(
                customer_id, Kind.PREFERRED, EVERY, EVERY, now, evidence=evidence or Evidence(), preferences=wishes
            )
        ]
    )


def existing(uow: UnitOfWork, customer_id: str) -> Customer:
    """Find a customer.

    Raises:
        Refused: nobody has that number (``customer_unknown``).
    """
    customer = uow.records.customer(customer_id)
    if customer is None:
        raise Refused("customer_unknown", customer=customer_id)
    return customer
