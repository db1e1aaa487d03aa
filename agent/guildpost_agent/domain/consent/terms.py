"""The words of the consent ledger: what for, by which way, on which ground, and why not."""

from enum import StrEnum
from typing import Final

EVERY: Final = "*"
"""In a closing event: every advertising purpose, or every channel. A grant always names one of each."""


class Purpose(StrEnum):
    """What a customer is approached for; everything but ``TRANSACTIONAL`` is advertising in the sense of § 7 UWG."""

    SERVICE_REMINDERS = "service_reminders"
    OFFERS = "offers"
    SATISFACTION = "satisfaction"
    BIRTHDAY = "birthday"
    SALES = "sales"
    MAKER_OFFERS = "maker_offers"
    TRANSACTIONAL = "transactional"


class ContactChannel(StrEnum):
    """By which way; wider than the channels that the agent itself serves."""

    EMAIL = "email"
    LETTER = "letter"
    PHONE = "phone"
    SMS = "sms"


class ContentClass(StrEnum):
    """What a message really contains, whatever it is called."""

    TRANSACTIONAL = "transactional"  # recall, appointment confirmation, acute notice, without any advertising
    OWN_SIMILAR = "own_similar"  # the dealer's own goods or services, similar to what the customer bought
    OWN_OTHER = "own_other"  # the dealer's own, but of another sort
    MAKER = "maker"  # the manufacturer's own advertising


class Kind(StrEnum):
    """What happened."""

    GRANTED = "granted"  # given to us, entered by a person with the proof
    CONFIRMED = "confirmed"  # double opt-in: the link in the confirmation mail was used
    IMPORTED = "imported"  # stated by the dealer management system
    NOTICED = "noticed"  # § 7 (3) UWG: address got with a sale, right to object told
    OBJECTED = "objected"  # Art. 21 (2) GDPR
    WITHDRAWN = "withdrawn"  # Art. 7 (3) GDPR
    PREFERRED = "preferred"  # the preference centre


class Basis(StrEnum):
    """The legal ground."""

    CONSENT = "consent"  # Art. 6 (1) (a) GDPR, § 7 (2) UWG
    UWG_7_3 = "uwg_7_3"  # § 7 (3) UWG
    LEGITIMATE_INTEREST = "legitimate_interest"  # Art. 6 (1) (f) GDPR, addressed post
    CONTRACT = "contract"  # Art. 6 (1) (b) GDPR: the customer ordered a reminder service
    DUTY = "duty"  # Art. 6 (1) (b), (c) or (d) GDPR: recall, appointment confirmation, acute notice
    PRESUMED = "presumed"  # § 7 (2) no. 1 UWG: a business with a concrete interest


class Origin(StrEnum):
    """Who told the ledger."""

    HERE = "here"
    DMS = "dms"


class Refusal(StrEnum):
    """Why not, in words of the law."""

    ADVERTISING_INSIDE = "ADVERTISING_INSIDE"
    CONTENT_MISMATCH = "CONTENT_MISMATCH"
    ADVERTISING_BLOCK = "ADVERTISING_BLOCK"
    SUPPRESSED = "SUPPRESSED"
    OBJECTED = "OBJECTED"
    WITHDRAWN = "WITHDRAWN"
    MAKER_CONTENT = "MAKER_CONTENT"
    PAUSED = "PAUSED"
    PREFERENCE = "PREFERENCE"
    DORMANT = "DORMANT"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    NO_BUSINESS = "NO_BUSINESS"
    NOT_SIMILAR = "NOT_SIMILAR"
    NO_EVIDENCE = "NO_EVIDENCE"
    NO_CONSENT = "NO_CONSENT"


ADVERTISING: Final = tuple(purpose for purpose in Purpose if purpose is not Purpose.TRANSACTIONAL)
CHANNELS: Final = tuple(ContactChannel)
CLOSING: Final = frozenset({Kind.OBJECTED, Kind.WITHDRAWN})
OPENING: Final = frozenset({Kind.GRANTED, Kind.CONFIRMED, Kind.IMPORTED, Kind.NOTICED})
