"""Who must not be written to: keyed hashes of addresses, so that the list can outlive the customer's erasure.

An address is brought to one form before it is hashed: ``" Max.Muster@Münch.example "`` and
``max.muster@xn--mnch-0ra.example`` are the same address. The key never leaves the dealer's database, so nobody can try
out addresses against the list.
"""

import hashlib
import hmac
import re
import unicodedata
from functools import lru_cache
from typing import Final

from guildpost_agent.domain.consent.terms import ContactChannel
from guildpost_agent.domain.records import Customer

DEAD_ADDRESS: Final = "dead_address"
"""Stands where a channel stands: letters to this name and address came back."""
DECEASED: Final = "deceased"
"""Stands where a channel stands: a letter came back because this customer is dead."""
ALL_CHANNELS: Final = tuple(ContactChannel)
_ADDRESS: Final = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}")
_NOT_LETTERS: Final = re.compile(r"[^a-z0-9]+")
_PHONE: Final = re.compile(r"\+[1-9]\d{6,14}")
_STREET_WORD: Final = re.compile(r"str(?:asse|\.)?(?=\s|\d|$)")
_ASKED_AGAIN: Final = 1024
"""So many answers are kept: one message asks about its address several times, and is read ahead with a hundred."""


@lru_cache(maxsize=_ASKED_AGAIN)
def normalise_email(address: str) -> str | None:
    """Bring an e-mail address to its one form: lower case, IDNA domain.

    Returns:
        None when it cannot be an address that plain SMTP (RFC 5321) carries.
    """
    local, at, domain = unicodedata.normalize("NFKC", address).strip().lower().rpartition("@")
    try:
        normal = f"{local}{at}{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return None
    return normal if _ADDRESS.fullmatch(normal) else None


def normalise_phone(number: str) -> str | None:
    """Bring a telephone number to its one form, E.164; None when it is not international already."""
    digits = re.sub(r"[\s()/.-]", "", number)
    return digits if _PHONE.fullmatch(digits) else None


def normalise_postal(customer: Customer) -> str | None:
    """Bring a name with its address to one form.

    Returns:
        None without a name, street and postcode.
    """
    name = f"{customer.given_name} {customer.family_name}".strip() or customer.company
    parts = (name, _STREET_WORD.sub("str", _fold(customer.street)), customer.postcode)
    return "|".join(_NOT_LETTERS.sub("", _fold(part)) for part in parts) if all(parts) else None


@lru_cache(maxsize=_ASKED_AGAIN)
def address_hmac(key: bytes, normal_address: str) -> str:
    """Hash a normalised address with the dealer's suppression key (HMAC-SHA256, hex)."""
    return hmac.digest(key, b"guildpost/suppression/v1\0" + normal_address.encode(), hashlib.sha256).hex()


def suppression_entry(key: bytes, customer: Customer, channel: str) -> str | None:
    """Give the entry under which a customer would stand on the list for a channel; None without an address there."""
    return next(iter(suppression_entries(key, customer, channel)), None)


def suppression_entries(key: bytes, customer: Customer, channel: str) -> tuple[str, ...]:
    """Give all entries for a channel: a customer may have two telephone numbers; one listed number closes both."""
    normals: tuple[str | None, ...]
    if channel == DECEASED:
        return (address_hmac(key, f"customer|{customer.customer_id}"),)
    if channel == ContactChannel.EMAIL:
        normals = (normalise_email(customer.email),)
    elif channel in {ContactChannel.PHONE, ContactChannel.SMS}:
        normals = (normalise_phone(customer.mobile), normalise_phone(customer.phone))
    else:
        normals = (normalise_postal(customer),)
    return tuple(dict.fromkeys(address_hmac(key, normal) for normal in normals if normal is not None))


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        plain = plain.replace(umlaut, letters)
    return plain
