"""Between signed integers and the ring Z/2^64 of the masks."""

from typing import Final

import numpy as np
import numpy.typing as npt

from guildpost_shared.secagg.prg import Ring

Integers = npt.NDArray[np.int64]
MAX_COORDINATE: Final = 2**48
"""Largest coordinate of one dealer: 2^15 dealers cannot wrap the ring."""


def to_ring(vector: npt.NDArray[np.generic], dimension: int) -> Ring:
    """Read signed integers as elements of the ring.

    Raises:
        ValueError: when the vector is not ``dimension`` signed integers of at most 2^48 (a bug of the caller).
    """
    if vector.dtype != np.int64 or vector.shape != (dimension,):
        raise ValueError(f"expected int64[{dimension}], got {vector.dtype}{vector.shape}")
    if dimension and (int(vector.max()) > MAX_COORDINATE or int(vector.min()) < -MAX_COORDINATE):
        raise ValueError("coordinate out of range")
    return vector.view(np.uint64)


def from_ring(total: Ring) -> Integers:
    """Read elements of the ring as signed integers (two's complement)."""
    return total.view(np.int64).copy()


def to_bytes(vector: Ring) -> bytes:
    """Write eight little-endian bytes per coordinate."""
    return vector.astype("<u8", copy=False).tobytes()


def from_bytes(data: bytes) -> Ring:
    """Read eight little-endian bytes per coordinate."""
    return np.frombuffer(data, dtype="<u8").astype(np.uint64, copy=False)
