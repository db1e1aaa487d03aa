"""Identifiers and draws that come out the same every time: repeatable from the dealer's key, unforeseeable without it.

An occasion's id is made of vehicle, keeper, service and due cycle alone, so that every run finds the same one. Draws
(arm, lead time, slot, holdout) and touchpoint ids need the key: nobody outside can work them out from a customer's id.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

import numpy as np

_ID_BYTES: Final = 15
_BLOCK: Final = hashlib.sha256().block_size
_LETTER_BITS: Final = 5
_ID_LETTERS: Final = _ID_BYTES * 8 // _LETTER_BITS
_LETTERS: Final = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", np.uint8)  # RFC 4648, small letters
_PLACES: Final = np.array([16, 8, 4, 2, 1], np.uint8)
_TAG: Final = "guildpost/plan/v1"
_SHORT: Final = [f"\0\0\0{chr(length)}" for length in range(128)]
"""A length of four bytes, as the characters that are the same bytes in UTF-8."""


def _pack(parts: Sequence[str]) -> bytes:
    """Join texts, each behind the length of its bytes; most are short and plain, and joined at once."""
    try:
        packed = "".join([_SHORT[len(part)] + part for part in parts])
    except IndexError:
        return _pack_any(parts)
    return packed.encode() if packed.isascii() else _pack_any(parts)


def _pack_any(parts: Sequence[str]) -> bytes:
    texts = [part.encode() for part in parts]
    return b"".join([len(text).to_bytes(4, "big") + text for text in texts])


def _identifier(digest: bytes) -> str:
    return base64.b32encode(digest[:_ID_BYTES]).decode("ascii").lower()


def occasion_id(vehicle_id: str, customer_id: str, service_id: str, cycle: str) -> str:
    """Name the occasion of a vehicle with its keeper, a service and a due cycle (a month, or a day): 24 characters."""
    parts = ("occasion", vehicle_id, customer_id, service_id, cycle)
    return _identifier(hashlib.blake2b(_pack(parts), digest_size=_ID_BYTES).digest())


def occasion_ids(rows: Sequence[tuple[str, str, str, str]]) -> list[str]:
    """Name many occasions, each given as vehicle, customer, service and due cycle; as ``occasion_id`` does."""
    digest, size = hashlib.blake2b, _ID_BYTES
    joined = b"".join([digest(packed, digest_size=size).digest() for packed in _packed(rows)])
    bits = np.unpackbits(np.frombuffer(joined, np.uint8)).reshape(-1, _LETTER_BITS)
    text = _LETTERS[bits @ _PLACES].tobytes().decode("ascii")
    return [text[at : at + _ID_LETTERS] for at in range(0, len(text), _ID_LETTERS)]


def _packed(rows: Sequence[tuple[str, str, str, str]]) -> Iterable[bytes]:
    """Pack what occasions are named by, all at once where all of it is short and plain."""
    head, short = _pack(("occasion",)).decode(), _SHORT
    try:
        packed = [
            f"{head}{short[len(one)]}{one}{short[len(two)]}{two}{short[len(three)]}{three}{short[len(four)]}{four}"
            for one, two, three, four in rows
        ]
    except IndexError:
        packed = ["\x80"]
    return map(str.encode, packed) if "".join(packed).isascii() else (_pack(("occasion", *row)) for row in rows)


def touchpoint_id(key: bytes, occasion: str, attempt: int) -> str:
    """Name the n-th touchpoint planned for an occasion (a cancelled one may be followed by another)."""
    return _identifier(_digest(key, "touchpoint", occasion, str(attempt)))


def _digest(key: bytes, *parts: str) -> bytes:
    """Give HMAC-SHA-256 of the tag and the parts; both hashes go on from where the key's two blocks left them."""
    begun, last = _begun(key)
    inner, outer = begun.copy(), last.copy()
    inner.update(_pack(parts))
    outer.update(inner.digest())
    return outer.digest()


@lru_cache(maxsize=4)
def _begun(key: bytes) -> tuple["hashlib._Hash", "hashlib._Hash"]:
    """Begin HMAC-SHA-256 (RFC 2104) with a key: the inner hash, with the tag, and the outer one."""
    block = (key if len(key) <= _BLOCK else hashlib.sha256(key).digest()).ljust(_BLOCK, b"\0")
    inner, outer = (hashlib.sha256(bytes(one ^ pad for one in block)) for pad in (0x36, 0x5C))
    inner.update(_pack((_TAG,)))
    return inner, outer


def draw(key: bytes, *parts: str) -> float:
    """Draw a number in [0, 1) with 53 bits, the same for the same key and parts."""
    return (int.from_bytes(_digest(key, *parts)[:8], "big") >> 11) / (1 << 53)


def choose(key: bytes, low: int, high: int, *parts: str) -> int:
    """Draw a whole number from the closed range, evenly (up to the rounding of 53 bits)."""
    return low + int(draw(key, *parts) * (high - low + 1))
