"""Shamir's secret sharing of 32-byte secrets over the prime field of 2^256 + 297 elements (the first prime above).

Shares are the values of a random polynomial of degree t − 1 at 1, 2, …, n; fewer than t of them say nothing.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import ProtocolViolation

PRIME: Final = 2**256 + 297
SECRET_BYTES: Final = 32
SHARE_BYTES: Final = 33
_WIDE_BYTES: Final = 49  # reduced mod PRIME, 128 bits more than needed leave a bias below 2^-128


def split(secret: bytes, *, threshold: int, holders: int, entropy: Entropy) -> tuple[bytes, ...]:
    """Cut a secret.

    Args:
        secret: 32 bytes.
        threshold: how many shares rebuild it.
        holders: how many shares to cut, at the abscissae 1 to ``holders``.
        entropy: source of the coefficients.

    Returns:
        Shares of 33 bytes; the share of abscissa x stands at index x − 1.
    """
    if len(secret) != SECRET_BYTES or not 1 <= threshold <= holders:
        raise ValueError("secret, threshold or holders out of range")
    drawn = entropy.token_bytes(_WIDE_BYTES * (threshold - 1))
    random = [int.from_bytes(drawn[at : at + _WIDE_BYTES], "big") % PRIME for at in range(0, len(drawn), _WIDE_BYTES)]
    polynomial = [*random, int.from_bytes(secret, "big")]
    return tuple(_value(polynomial, x).to_bytes(SHARE_BYTES, "big") for x in range(1, holders + 1))


def combine(shares: Mapping[int, bytes]) -> bytes:
    """Rebuild a secret from exactly as many shares as its threshold, by abscissa.

    Raises:
        ProtocolViolation: ``secagg_undecodable`` when the shares fit no 32-byte secret.
    """
    positions = tuple(sorted(shares))
    total = sum(
        weight * int.from_bytes(shares[x], "big")
        for x, weight in zip(positions, _weights_at_zero(positions), strict=True)
    )
    value = total % PRIME
    if value >= 1 << 8 * SECRET_BYTES:
        raise ProtocolViolation("secagg_undecodable", detail="not a 32-byte secret")
    return value.to_bytes(SECRET_BYTES, "big")


def _value(polynomial: list[int], x: int) -> int:
    result = 0
    for coefficient in polynomial:
        result = (result * x + coefficient) % PRIME
    return result


@lru_cache(maxsize=64)
def _weights_at_zero(positions: tuple[int, ...]) -> tuple[int, ...]:
    """Lagrange's weights at zero; all secrets of a round share them."""
    weights = []
    for x in positions:
        above, below = 1, 1
        for other in positions:
            if other != x:
                above = above * other % PRIME
                below = below * (other - x) % PRIME
        weights.append(above * pow(below, -1, PRIME) % PRIME)
    return tuple(weights)
