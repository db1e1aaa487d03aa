"""The once-per-quarter mark of an erased customer: a keyed hash that still answers "was this one counted?"."""

import hashlib
import hmac
from collections.abc import Collection, Iterator
from typing import Final

_TAG: Final = b"guildpost/counted/v1\0"
_LENGTH: Final = 38
"""The column holds 40 characters: the sign and 152 bits of the hash."""
SIGN: Final = "~"


def pseudonym(key: bytes, customer_id: str) -> str:
    """Give what stands for an erased customer's number; one that is a pseudonym already stays as it is."""
    if customer_id.startswith(SIGN):
        return customer_id
    return SIGN + hmac.digest(key, _TAG + customer_id.encode(), hashlib.sha256).hex()[:_LENGTH]


class CountedBefore(Collection[str]):
    """Customers already counted in a quarter; an erased one is still found by the number they had."""

    def __init__(self, key: bytes, marks: Collection[str]) -> None:
        """Take the marks as stored: numbers, and pseudonyms of those who were erased since."""
        self._key = key
        self._marks = frozenset(marks)
        self._erased = any(mark.startswith(SIGN) for mark in self._marks)

    def __contains__(self, customer_id: object) -> bool:
        if customer_id in self._marks:
            return True
        return self._erased and isinstance(customer_id, str) and pseudonym(self._key, customer_id) in self._marks

    def __iter__(self) -> Iterator[str]:
        return iter(self._marks)

    def __len__(self) -> int:
        return len(self._marks)
