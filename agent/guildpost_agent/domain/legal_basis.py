"""By which channel a customer may be written to, and on what ground: the ledger's decision plus an address.

    e-mail   only with a consent, an ordered reminder service, or § 7(3) UWG with its stored evidence; businesses alike
    letter   legitimate interest, Art. 6(1)(f) GDPR, until the customer objects (Art. 21(2))

The rules themselves are in ``consent.decide``.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from guildpost_agent.domain.consent.decide import DEFAULTS, Approach, Decision, Facts, Rules, decide
from guildpost_agent.domain.consent.state import ConsentState
from guildpost_agent.domain.consent.terms import Basis, ContactChannel, ContentClass, Purpose
from guildpost_agent.domain.records import Customer
from guildpost_agent.domain.suppression import DEAD_ADDRESS

_GERMAN: Final = 5  # digits of a postcode
_EMAIL: Final = ContactChannel.EMAIL
_LETTER: Final = ContactChannel.LETTER
LEGITIMATE_INTEREST: Final = Basis.LEGITIMATE_INTEREST.value
Suppressed = Callable[[Customer, str], bool]
"""Says whether a customer's address on a channel stands on the suppression list."""


def reachable(customer: Customer, channel: str) -> bool:
    """Say whether the record holds an address for the channel, lawful or not."""
    if channel == _EMAIL:
        return bool(customer.email)
    if channel == _LETTER:
        return _has_address(customer)
    return bool(customer.mobile or (channel == ContactChannel.PHONE and customer.phone))


def _has_address(customer: Customer) -> bool:
    town = bool(customer.street and customer.town and (customer.family_name or customer.company))
    return town and (customer.country != "DE" or (len(customer.postcode) == _GERMAN and customer.postcode.isdecimal()))


def dead_letter_box(customer: Customer, channel: str, suppressed: Suppressed) -> bool:
    """Say whether letters to the address on record came back, so that nothing may go there, not even a notice."""
    return channel == _LETTER and suppressed(customer, DEAD_ADDRESS)


def permission(
    customer: Customer,
    channel: str,
    state: ConsentState,
    suppressed: Suppressed,
    now: datetime,
    *,
    purpose: Purpose = Purpose.SERVICE_REMINDERS,
    content: ContentClass = ContentClass.OWN_SIMILAR,
    rules: Rules = DEFAULTS,
) -> Decision:
    """Decide about one customer and channel, with the reason or the proof.

    Args:
        customer: as the database has it now.
        channel: by which way.
        state: the customer's ledger.
        suppressed: asks the suppression list.
        now: an aware instant in the dealer's time zone.
        purpose: what for.
        content: what the message contains; the services' reminders are the dealer's own and similar to what was sold.
        rules: the dealer's settings.
    """
    listed = frozenset({channel}) if suppressed(customer, channel) else frozenset[str]()
    facts = Facts(customer.is_business, customer.advertising_block, listed)
    return decide(state, facts, Approach(purpose, ContactChannel(channel), content), now, rules)


def basis(
    customer: Customer,
    channel: str,
    state: ConsentState,
    suppressed: Suppressed,
    now: datetime,
    *,
    purpose: Purpose = Purpose.SERVICE_REMINDERS,
    rules: Rules = DEFAULTS,
) -> str | None:
    """Name the ground on which the customer may be written to or called by a channel, or None.

    A notice (``TRANSACTIONAL``) needs no permission, but an address that works: a suppressed e-mail address may be a
    dead one, so that the notice goes by post.
    """
    if not reachable(customer, channel) or dead_letter_box(customer, channel, suppressed):
        return None
    content = ContentClass.TRANSACTIONAL if purpose is Purpose.TRANSACTIONAL else ContentClass.OWN_SIMILAR
    if purpose is Purpose.TRANSACTIONAL and channel == ContactChannel.EMAIL and suppressed(customer, channel):
        return None
    decision = permission(customer, channel, state, suppressed, now, purpose=purpose, content=content, rules=rules)
    return decision.basis.value if decision.allowed and decision.basis is not None else None
