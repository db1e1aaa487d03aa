"""Identifiers and draws that come out the same every time: repeatable from the dealer's key, unforeseeable without it.

An occasion's id is made of vehicle, keeper, service and due cycle alone, so that every run finds the same one. Draws
(arm, lead time, slot, holdout) and touchpoint ids need the key: nobody outside can work them out from a customer's id.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

import numpy as np

_ID_BYTES: Final = 15
_LETTER_BITS: Final = 5
_ID_LETTERS: Final = _ID_BYTES * 8 // _LETTER_BITS
_LETTERS: Final = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", np.uint8)  # RFC 4648, small letters
_PLACES: Final = np.array([16, 8, 4, 2, 1], np.uint8)
_TAG: Final = "guildpost/plan/v1"
_SHORT: Final = 64
_LENGTHS: Final = tuple(length.to_bytes(4, "big") for length in range(_SHORT))


def _pack(parts: tuple[str, ...]) -> bytes:
    packed: list[bytes] = []
    for part in parts:
        text = part.encode()
        packed += (_length(text), text)
    return b"".join(packed)


def _length(text: bytes) -> bytes:
    length = len(text)
    return _LENGTHS[length] if length < _SHORT else length.to_bytes(4, "big")


def _identifier(digest: bytes) -> str:
    return base64.b32encode(digest[:_ID_BYTES]).decode("ascii").lower()


def occasion_id(vehicle_id: str, customer_id: str, service_id: str, cycle: str) -> str:
    """Name the occasion of a vehicle with its keeper, a service and a due cycle (a month, or a day): 24 characters."""
    parts = ("occasion", vehicle_id, customer_id, service_id, cycle)
    return _identifier(hashlib.blake2b(_pack(parts), digest_size=_ID_BYTES).digest())


def occasion_ids(rows: Sequence[tuple[str, str, str, str]]) -> list[str]:
    """Name many occasions, each given as vehicle, customer, service and due cycle; as ``occasion_id`` does."""
    head, tails = _pack(("occasion",)), {cycle: _pack(cycle) for cycle in {row[2:] for row in rows}}
    digests: list[bytes] = []
    for row in rows:
        vehicle, customer = row[0].encode(), row[1].encode()
        packed = (head, _length(vehicle), vehicle, _length(customer), customer, tails[row[2:]])
        digests.append(hashlib.blake2b(b"".join(packed), digest_size=_ID_BYTES).digest())
    joined = b"".join(digests)
    bits = np.unpackbits(np.frombuffer(joined, np.uint8)).reshape(-1, _LETTER_BITS)
    text = _LETTERS[bits @ _PLACES].tobytes().decode("ascii")
    return [text[at : at + _ID_LETTERS] for at in range(0, len(text), _ID_LETTERS)]


def touchpoint_id(key: bytes, occasion: str, attempt: int) -> str:
    """Name the n-th touchpoint planned for an occasion (a cancelled one may be followed by another)."""
    return _identifier(_digest(key, "touchpoint", occasion, str(attempt)))


def _digest(key: bytes, *parts: str) -> bytes:
    return hmac.digest(key, _pack((_TAG, *parts)), hashlib.sha256)


def draw(key: bytes, *parts: str) -> float:
    """Draw a number in [0, 1) with 53 bits, the same for the same key and parts."""
    return (int.from_bytes(_digest(key, *parts)[:8], "big") >> 11) / (1 << 53)


def choose(key: bytes, low: int, high: int, *parts: str) -> int:
    """Draw a whole number from the closed range, evenly (up to the rounding of 53 bits)."""
    return low + int(draw(key, *parts) * (high - low + 1))
