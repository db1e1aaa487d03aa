"""§ 7 (3) UWG: electronic advertising to one's own customers without consent, as a predicate with stored evidence.

    1  this dealer got the address from the customer in connection with a sale of goods or services:
       ``reference`` (order or invoice) and ``reference_on``
    2  it is used for the dealer's own similar goods or services: ``own_similar``, and the content of each message
    3  the customer has not objected: no closing entry stands (``state``)
    4  the right to object was told clearly when the address was collected (``text_version``, ``text_sha256``,
       ``given_on``) and is told in every message (``in_every_message``)

Missing evidence means no. Businesses are treated the same. It never carries the manufacturer's own advertising.
"""

from typing import TYPE_CHECKING, Final

from guildpost_agent.domain.consent.terms import ContactChannel, Kind, Purpose

if TYPE_CHECKING:
    from guildpost_agent.domain.consent.events import Evidence

# A birthday is no goods or service; a car for sale is nothing similar to a workshop order.
PURPOSES: Final = frozenset({Purpose.SERVICE_REMINDERS, Purpose.OFFERS, Purpose.SATISFACTION})
# "Electronic mail" in the Directive's sense (2002/58/EC, Art. 2 (h)) covers text messages, not calls.
ELECTRONIC: Final = frozenset({ContactChannel.EMAIL, ContactChannel.SMS})


def missing_condition(kind: Kind, purpose: str, channel: str, evidence: "Evidence") -> str | None:
    """Name the first condition whose evidence is not stored; None when all four are (objections aside)."""
    if kind is not Kind.NOTICED:
        return "kind"
    if channel not in ELECTRONIC:
        return "channel"
    if purpose not in PURPOSES:
        return "purpose"
    pieces = {
        "reference": evidence.reference,
        "reference_on": evidence.reference_on,
        "own_similar": evidence.own_similar,
        "text_version": evidence.text_version,
        "text_sha256": evidence.text_sha256,
        "given_on": evidence.given_on,
        "in_every_message": evidence.in_every_message,
    }
    return next((name for name, piece in pieces.items() if not piece), None)
