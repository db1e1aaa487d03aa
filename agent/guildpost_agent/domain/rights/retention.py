"""How long what is kept, and what a day's walk does about it.

    rule               after                                   then
    profile_restrict   3 years without contact                 never planned or written to again
    profile_delete     5 years without contact                 erased, the number remembered as a keyed hash
    send_log           3 years after the last day to send      erased
    phone_proof        5 years after the last call             goes (of erased customers; others' with the profile)
    quarantine         30 days                                 the raw text is emptied
    letters            30 days                                 the batch's folder goes
    dms_files          30 days                                 imported and refused files go
    sign_in            expired                                 links and sessions go

Books and invoices keep their own terms (10, 8 and 6 years, § 147 AO, § 257 HGB) in the dealer management system; the
agent holds a copy for its own purposes only, so that those terms do not bind it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class Rule(StrEnum):
    """A retention rule, in the order of a walk."""

    PROFILE_DELETE = "profile_delete"
    PROFILE_RESTRICT = "profile_restrict"
    SEND_LOG = "send_log"
    PHONE_PROOF = "phone_proof"
    QUARANTINE = "quarantine"
    LETTERS = "letters"
    DMS_FILES = "dms_files"
    SIGN_IN = "sign_in"


@dataclass(frozen=True)
class Periods:
    """The dealer's terms.

    Attributes:
        profile_restrict_months: without contact until nobody writes any more.
        profile_delete_months: without contact until the profile goes; not before it is restricted.
        send_log_months: after the last day on which a message could have gone out.
        phone_proof_months: after the last use of a permission to call (§ 7a(2) UWG: five years).
        quarantine_days: for the raw text of rows that could not be read.
        letters_days: for batches in the lettershop's folder.
        letters_collected_days: until a batch counts as taken; before, an erasure leaves it to be posted.
        dms_files_days: for imported and refused export files.
    """

    profile_restrict_months: int = 36
    profile_delete_months: int = 60
    send_log_months: int = 36
    phone_proof_months: int = 60
    quarantine_days: int = 30
    letters_days: int = 30
    letters_collected_days: int = 7
    dms_files_days: int = 30


@dataclass(frozen=True)
class Due:
    """What a rule finds: how many rows or files, and the oldest of them (a day; None without any)."""

    rule: Rule
    count: int
    oldest: date | None


@dataclass(frozen=True)
class Silent:
    """How many customers the profile rules are about: silent long enough to be set aside, and of these to be erased."""

    restrict: int
    delete: int


CONTACTS: Final[tuple[tuple[str, str], ...]] = (
    ("jobs", "order_date"),
    ("jobs", "invoiced_on"),
    ("appointments", "starts_at"),
    ("vehicles", "delivered_on"),
    ("wheel_sets", "stored_on"),
    ("consent_events", "given_on"),
    ("consent_events", "confirmed_at"),
    ("phone_consent_uses", "used_at"),
    ("known_since", "on"),
)
"""Columns beside the customer's number whose dates are a contact: the customer came, bought, agreed. ``known_since``
stands in for those of whom nothing of the kind is known: their time runs from when we first saw them."""

SILENCE: Final = "retention"
"""The reason under which a retention sets somebody aside; a new contact takes it back."""

ANSWERS: Final = frozenset({"clicked", "booked", "answered", "wished"})
"""Outcomes that are a contact."""
