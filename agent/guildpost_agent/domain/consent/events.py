"""An entry of the ledger with its evidence, and whether that evidence is enough.

What has to be there (Art. 7 (1) GDPR: the controller must be able to demonstrate consent); one gap and the entry
opens nothing:

    consent, entered here       day, where, who took it, the text shown (version and SHA-256)
    consent, double opt-in      the text shown (SHA-256), the instant of the confirmation; e-mail only: the link in a
                                mail proves who reads the mailbox, not who answers the telephone (BGH I ZR 164/09)
    consent, from the DMS       day and where
    § 7 (3) UWG                 see ``existing_customer``
    contract                    service reminders only: the order, and its day
    presumed consent            telephone only: what shows the concrete interest, and its day
"""

from dataclasses import field
from datetime import date, datetime, timedelta
from typing import Final

from guildpost_agent.domain.consent.existing_customer import missing_condition
from guildpost_agent.domain.consent.preferences import Preferences
from guildpost_agent.domain.consent.terms import Basis, ContactChannel, Kind, Origin, Purpose
from guildpost_agent.domain.frozen import frozen

LATEST_ZONE: Final = timedelta(hours=14)
"""No place on earth is further ahead of UTC: the latest local day that an instant can belong to."""


@frozen
class Evidence:
    """What proves an entry.

    Attributes:
        source: where it was said: form, page, counter, file of the DMS.
        collected_by: who took it.
        given_on: the local day on which the customer said so.
        text_version: name and version of the text that was shown.
        text_sha256: SHA-256 (hex) of that text.
        confirmed_at: the instant of a double opt-in's confirmation.
        ip: address of the confirming request, only if it was given.
        reference: order, invoice or inquiry that it rests on.
        reference_on: that document's day.
        own_similar: used for the dealer's own similar goods or services only.
        in_every_message: every message carries the right to object.
    """

    source: str = ""
    collected_by: str = ""
    given_on: date | None = None
    text_version: str = ""
    text_sha256: str = ""
    confirmed_at: datetime | None = None
    ip: str = ""
    reference: str = ""
    reference_on: date | None = None
    own_similar: bool = False
    in_every_message: bool = False


@frozen
class ConsentEvent:
    """One entry.

    Attributes:
        customer_id: the DMS number.
        kind: what happened.
        channel: by which way; ``*`` closes every one.
        purpose: what for; ``*`` closes every advertising purpose.
        at: when the ledger learned of it, UTC.
        basis: the ground that an opening entry gives.
        origin: who told.
        evidence: the proof.
        valid_from: first local day.
        valid_to: last local day.
        preferences: the wishes of a ``PREFERRED`` entry.
        seq: the entry's number, given by the ledger; entries count in this order.
    """

    customer_id: str
    kind: Kind
    channel: str
    purpose: str
    at: datetime
    basis: Basis | None = None
    origin: Origin = Origin.HERE
    evidence: Evidence = field(default_factory=Evidence)
    valid_from: date | None = None
    valid_to: date | None = None
    preferences: Preferences | None = None
    seq: int = 0


def evidence_gap(event: ConsentEvent) -> str | None:
    """Name the first piece of evidence that an opening entry lacks; None when it is complete."""
    proof = event.evidence
    if proof.given_on is not None and proof.given_on > (event.at + LATEST_ZONE).date():
        return "given_on"
    if event.basis is Basis.UWG_7_3:
        return missing_condition(event.kind, event.purpose, event.channel, proof)
    if event.basis is Basis.CONSENT:
        return _consent_gap(event)
    return _other_gap(event)


def _consent_gap(event: ConsentEvent) -> str | None:
    proof = event.evidence
    if event.kind is Kind.IMPORTED:
        return _first_empty(given_on=proof.given_on, source=proof.source)
    if event.kind is Kind.CONFIRMED:
        if event.channel != ContactChannel.EMAIL:
            return "channel"
        return _first_empty(text_sha256=proof.text_sha256, confirmed_at=proof.confirmed_at)
    if event.kind is not Kind.GRANTED:
        return "kind"
    return _first_empty(
        given_on=proof.given_on,
        source=proof.source,
        collected_by=proof.collected_by,
        text_version=proof.text_version,
        text_sha256=proof.text_sha256,
    )


def _other_gap(event: ConsentEvent) -> str | None:
    if event.basis not in {Basis.CONTRACT, Basis.PRESUMED} or event.kind is not Kind.GRANTED:
        return "basis"
    if event.basis is Basis.CONTRACT and event.purpose != Purpose.SERVICE_REMINDERS:
        return "purpose"
    if event.basis is Basis.PRESUMED and event.channel != ContactChannel.PHONE:
        return "channel"
    return _first_empty(given_on=event.evidence.given_on, reference=event.evidence.reference)


def _first_empty(**pieces: object) -> str | None:
    return next((name for name, piece in pieces.items() if not piece), None)
