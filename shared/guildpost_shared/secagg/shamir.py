"""Shamir's secret sharing of 32-byte secrets, limb by limb over the field of 65,537 elements.

A secret is sixteen limbs of 16 bits. Each limb is the value at zero of its own uniform polynomial of degree t − 1; a
holder gets the values at its abscissa 1, 2, …, n. Fewer than t holders learn nothing about any limb (A. Shamir, *How to
share a secret*, CACM 22, 1979: any field with more than n elements), hence nothing about the secret.

Why 65,537 = 2^16 + 1, instead of one field that holds 256 bits:

- **a whole cut is a matrix product** (powers of the abscissae × coefficients). Its terms are at most 2^32, so sums of
  up to 2^21 terms are exact in float64, in whatever order they are added, and the processor's fastest routine does it:
  1,000 shares of two secrets at t = 800 take milliseconds, where 256-bit integers one by one take half a second;
- 2^32 − 1 = 65,535 · 65,537, so a 32-bit word other than 2^32 − 1 is uniform modulo the prime: no bias at all;
- 2^16 + 1 is the smallest prime above every 16-bit limb, so a share is 34 bytes for 32 of secret: the sixteen values
  modulo 2^16 (little-endian), then one bit for each that is 2^16.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.secagg.messages import SHARE_BYTES

PRIME: Final = 2**16 + 1
SECRET_BYTES: Final = 32
_LIMBS: Final = 16
_UNUSABLE_WORD: Final = 2**32 - 1
_AT_A_TIME: Final = (
    8  # powers; products as small as that stay on one thread, where waking others costs more than it saves
)

Elements = npt.NDArray[np.int64]


def split(secrets: bytes, *, threshold: int, holders: int, entropy: Entropy) -> tuple[bytes, ...]:
    """Cut secrets.

    Args:
        secrets: one or more secrets of 32 bytes, one after the other.
        threshold: how many shares rebuild them.
        holders: how many shares to cut, at the abscissae 1 to ``holders``.
        entropy: source of the coefficients, four bytes each, the first power first.

    Returns:
        Per holder its shares of 34 bytes, one after the other; those of abscissa x stand at index x − 1.
    """
    if not secrets or len(secrets) % SECRET_BYTES or not 1 <= threshold <= holders < PRIME:
        raise ValueError("secrets, threshold or holders out of range")
    at_zero = np.frombuffer(secrets, dtype="<u2").astype(np.int64)
    coefficients = _uniform((threshold - 1) * at_zero.size, entropy).reshape(threshold - 1, at_zero.size)
    polynomials = np.vstack([at_zero, coefficients])
    return tuple(row.tobytes() for row in _encode(_values(polynomials, holders)))


def combine(shares: Mapping[int, bytes]) -> tuple[bytes, ...]:
    """Rebuild secrets from exactly as many holders as their threshold.

    Args:
        shares: per abscissa that holder's shares, one after the other, of the same secrets in the same order.

    Returns:
        The secrets of 32 bytes; from wrong shares wrong ones, which only a commitment can tell.

    Raises:
        ProtocolViolation: ``secagg_undecodable`` when the shares fit no 32-byte secret.
    """
    limbs = values_at(0, {position: elements(row) for position, row in shares.items()})
    if np.any(limbs == PRIME - 1):
        raise ProtocolViolation("secagg_undecodable", detail="not a 32-byte secret")
    rebuilt = limbs.astype("<u2").tobytes()
    return tuple(rebuilt[at : at + SECRET_BYTES] for at in range(0, len(rebuilt), SECRET_BYTES))


def values_at(x: int, rows: Mapping[int, Elements]) -> Elements:
    """Evaluate the polynomials through some points at another abscissa: int64[columns].

    Args:
        x: not one of theirs.
        rows: values int64[columns] by abscissa, as many as the polynomials have coefficients.
    """
    positions = np.array(sorted(rows), dtype=np.int64)
    total = np.int64(0)
    for position, weight in zip(positions.tolist(), _weights_at(x, positions).tolist(), strict=True):
        total = total + weight * rows[position]  # below 2^32 each: 2^31 of them fit
    return np.asarray(total % PRIME)


def dual_weights(positions: Elements) -> Elements:
    """Compute 1 / Π (x_i − x_j) over j ≠ i: with them, values of degree below n − 1 add up to zero."""
    apart = (positions[:, np.newaxis] - positions[np.newaxis, :]) % PRIME
    np.fill_diagonal(apart, 1)
    return np.array([pow(one, -1, PRIME) for one in _products(apart).tolist()], dtype=np.int64)


def elements(shares: bytes) -> Elements:
    """Read one holder's shares as field elements int64[16·m]; any bytes mean some elements."""
    rows = np.frombuffer(shares, dtype=np.uint8).reshape(-1, SHARE_BYTES)
    low = np.ascontiguousarray(rows[:, :SECRET_BYTES]).view("<u2").astype(np.int64)
    high = np.unpackbits(rows[:, SECRET_BYTES:], axis=-1, bitorder="little").astype(np.int64)
    return (low + (high << 16)).reshape(-1)


def _uniform(count: int, entropy: Entropy) -> Elements:
    """Draw field elements without bias; one word in 2^32 has to be drawn again."""
    words = np.frombuffer(entropy.token_bytes(4 * count), dtype="<u4").astype(np.int64)
    while (again := np.flatnonzero(words == _UNUSABLE_WORD)).size:
        words[again] = np.frombuffer(entropy.token_bytes(4 * again.size), dtype="<u4")
    return words % PRIME


def _values(polynomials: Elements, holders: int) -> Elements:
    """Evaluate polynomials int64[threshold, columns] at 1 to ``holders``: int64[holders, columns]."""
    x = np.arange(1, holders + 1, dtype=np.int64)
    power = np.ones(holders, dtype=np.int64)
    total = np.zeros((holders, polynomials.shape[1]))
    for start in range(0, len(polynomials), _AT_A_TIME):
        block = polynomials[start : start + _AT_A_TIME].astype(np.float64)
        powers = np.empty((len(block), holders))
        for row in powers:
            row[:] = power
            power = power * x
            power -= power // PRIME * PRIME
        total += powers.T @ block
    return total.astype(np.int64) % PRIME


def _weights_at(x: int, positions: Elements) -> Elements:
    """Compute Lagrange's weights, Π (x − x_j) / (x_i − x_j) over j ≠ i."""
    others = np.broadcast_to((x - positions) % PRIME, (len(positions), len(positions))).copy()
    np.fill_diagonal(others, 1)
    return _products(others) * dual_weights(positions) % PRIME


def _products(rows: Elements) -> Elements:
    """Multiply along the rows, modulo the prime."""
    product = np.ones(len(rows), dtype=np.int64)
    for column in rows.T:
        product = product * column % PRIME
    return product


def _encode(values: Elements) -> npt.NDArray[np.uint8]:
    """Write field elements int64[holders, 16·m] as uint8[holders, 34·m]."""
    limbs = values.reshape(len(values), -1, _LIMBS)
    low = np.ascontiguousarray((limbs & 0xFFFF).astype("<u2")).view(np.uint8)
    high = np.packbits(limbs >> 16 == 1, axis=-1, bitorder="little")
    return np.concatenate([low, high], axis=-1).reshape(len(values), -1)
