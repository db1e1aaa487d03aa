"""By which channel a customer may be written to, and on what ground.

    e-mail   only with a stored permission (§ 7(2) UWG, Art. 7 GDPR), or with § 7(3) UWG where its evidence is stored;
             businesses alike. Nothing stored means no.
    letter   legitimate interest, Art. 6(1)(f) GDPR, until the customer objects (Art. 21(2)).

An advertising block is an objection for every channel. A suppressed address is none.
"""

from collections.abc import Callable, Iterable
from typing import Final

from guildpost_agent.domain.dms_rows import PURPOSE
from guildpost_agent.domain.records import Channel, Consent, Customer

_GERMAN: Final = 5  # digits of a postcode
LEGITIMATE_INTEREST: Final = "legitimate_interest"
_MAIL_BASES: Final = frozenset({"consent", "uwg_7_3"})
Suppressed = Callable[[Customer, Channel], bool]
"""Says whether a customer's address on a channel stands on the suppression list."""


def reachable(customer: Customer, channel: Channel) -> bool:
    """Say whether the record holds an address for the channel, lawful or not."""
    if channel is Channel.EMAIL:
        return bool(customer.email)
    town = bool(customer.street and customer.town and (customer.family_name or customer.company))
    return town and (customer.country != "DE" or (len(customer.postcode) == _GERMAN and customer.postcode.isdecimal()))


def basis(customer: Customer, channel: Channel, consents: Iterable[Consent], suppressed: Suppressed) -> str | None:
    """Name the ground on which the customer may be written to by a channel, or None."""
    if customer.advertising_block or not reachable(customer, channel) or suppressed(customer, channel):
        return None
    if channel is Channel.LETTER:
        return LEGITIMATE_INTEREST
    standing = (
        consent.legal_basis
        for consent in consents
        if consent.customer_id == customer.customer_id
        and consent.channel == channel
        and consent.purpose == PURPOSE
        and consent.withdrawn_at is None
        and consent.legal_basis in _MAIL_BASES
    )
    return next(standing, None)
