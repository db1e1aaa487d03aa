"""Tombstones: keyed hashes by which an erased person is known again, so that no later delivery brings them back.

A tombstone holds nothing that can be read; only who has the dealer's key *and* the person's data finds it. One person
leaves several marks:

    number   the customer's number in the dealer management system
    name     the name alone; never decides, but spares the rest of the work for everybody else
    email    name and e-mail address
    birth    name and date of birth
    post     name, street and postcode

``number`` decides alone, the other three decide because a system may give the same person a new number. A customer who
was dropped for lack of contact (retention) leaves only the number, and it gives way to a new contact.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final

from guildpost_agent.domain.records import Customer
from guildpost_agent.domain.suppression import normalise_email

_TAG: Final = b"guildpost/tombstone/v1\0"
_WORDS: Final = re.compile(r"[a-z0-9]+")
_STREET: Final = re.compile(r"str(?:asse|\.)?(?=\W|\d|$)")
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


class Kind(StrEnum):
    """What a mark was made of."""

    NUMBER = "number"
    NAME = "name"
    EMAIL = "email"
    BIRTH = "birth"
    POST = "post"


class Cause(StrEnum):
    """Why somebody is gone: by their own right, or because nobody had heard of them for years."""

    ERASURE = "erasure"
    RETENTION = "retention"


@dataclass(frozen=True, order=True)
class Tombstone:
    """One mark; ``person`` joins the marks of what was erased together, named by the keyed hash of one number."""

    mark: str
    kind: str
    person: str
    reason: str
    since: datetime


def tombstones_for(key: bytes, customer: Customer, cause: Cause, since: datetime) -> list[Tombstone]:
    """Make the marks of a customer.

    Args:
        key: the dealer's tombstone key, 32 bytes.
        customer: at least with its number; what is empty leaves no mark.
        cause: a retention leaves the number alone.
        since: UTC.
    """
    person = number_mark(key, customer.customer_id)
    marks = [(person, Kind.NUMBER)]
    if cause is Cause.ERASURE:
        for name in _names(customer):
            marks.append((_mark(key, Kind.NAME, name), Kind.NAME))
            marks.extend((_mark(key, kind, name, *parts), kind) for kind, parts in _identities(customer))
    return [Tombstone(mark, kind.value, person, cause.value, since) for mark, kind in dict.fromkeys(marks)]


def number_mark(key: bytes, customer_id: str) -> str:
    """Hash a customer's number (HMAC-SHA256, hex)."""
    return _mark(key, Kind.NUMBER, customer_id)


class Tombstones:
    """Tells who of a delivery was erased; quick for those who were not."""

    def __init__(self, key: bytes, stones: Iterable[Tombstone]) -> None:
        """Sort the marks.

        Args:
            key: the key they were made with.
            stones: all that are kept.
        """
        self._key = key
        kept = list(stones)
        self._erased = {stone.mark for stone in kept if stone.reason == Cause.ERASURE}
        self._dropped = {stone.mark for stone in kept if stone.reason == Cause.RETENTION}
        self._names = {stone.mark for stone in kept if stone.kind == Kind.NAME}

    def __bool__(self) -> bool:
        return bool(self._erased or self._dropped)

    def matching(self, customers: Iterable[Customer], *, in_contact: Collection[str] = ()) -> set[str]:
        """List the numbers of those who must not be taken in.

        Args:
            customers: of a delivery.
            in_contact: numbers with a recent visit or appointment in it; they come back after a retention, not after
                an erasure.
        """
        if not self:
            return set()
        return {c.customer_id for c in customers if self._is_gone(c.customer_id, in_contact) or self._is_known(c)}

    def erased_numbers(self, numbers: Iterable[str], *, in_contact: Collection[str] = ()) -> set[str]:
        """List which of these numbers are gone: for vehicles, orders and appointments that name only the number."""
        return {number for number in set(numbers) if self and self._is_gone(number, in_contact)}

    def dropped(self, number: str) -> str:
        """Give the mark under which a number was dropped for long silence; nothing if it was not."""
        mark = number_mark(self._key, number)
        return mark if mark in self._dropped else ""

    def _is_gone(self, number: str, in_contact: Collection[str]) -> bool:
        mark = number_mark(self._key, number)
        return mark in self._erased or (mark in self._dropped and number not in in_contact)

    def _is_known(self, customer: Customer) -> bool:
        if not self._names:
            return False
        return any(
            _mark(self._key, kind, name, *parts) in self._erased
            for name in _names(customer)
            if _name_mark(self._key, name) in self._names
            for kind, parts in _identities(customer)
        )


def _names(customer: Customer) -> Iterator[str]:
    """Give the names on a record, each as its sorted words: given and family name may stand in either field."""
    for name in (
        f"{customer.given_name} {customer.family_name}",
        f"{customer.second_given_name} {customer.second_family_name}",
        customer.company,
    ):
        if words := _words(name):
            yield words


def _identities(customer: Customer) -> Iterator[tuple[Kind, tuple[str, ...]]]:
    if customer.email and (email := normalise_email(customer.email)):
        yield Kind.EMAIL, (email,)
    if isinstance(customer.birth_date, date):
        yield Kind.BIRTH, (customer.birth_date.isoformat(),)
    if customer.street and customer.postcode:
        street = "".join(_WORDS.findall(_STREET.sub("str", _fold(customer.street))))
        yield Kind.POST, (street, customer.postcode)


@lru_cache(maxsize=65_536)
def _words(name: str) -> str:
    return " ".join(sorted(_WORDS.findall(_fold(name))))


@lru_cache(maxsize=65_536)
def _name_mark(key: bytes, name: str) -> str:
    return _mark(key, Kind.NAME, name)


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_UMLAUTS)
    return "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))


def _mark(key: bytes, kind: Kind, *parts: str) -> str:
    packed = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in (kind.value, *parts))
    return hmac.digest(key, _TAG + packed, hashlib.sha256).hex()
