"""Masks from seeds: AES-256 in counter mode, read as little-endian unsigned 64-bit integers.

Arithmetic is modulo 2^64, not 2^32: a sum of integers then cannot wrap whatever scale, cap or network size a study
states, uniform words need no rejection, and with the processor's AES instructions the doubled key stream costs less
than the key agreements. The price is four bytes per coordinate on the wire. A seed is used for one stream only, so
the counter starts at zero.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CTR

Ring = npt.NDArray[np.uint64]
_BLOCK_BYTES: Final = 16
_FROM_ZERO: Final = CTR(bytes(_BLOCK_BYTES))


class KeyStream:
    """Stretches seeds for vectors of one dimension, one after the other into the same memory."""

    def __init__(self, dimension: int) -> None:
        """Set the memory aside; ``dimension`` coordinates of eight bytes."""
        self._zeros: Final = bytes(8 * dimension)
        self._memory: Final = bytearray(len(self._zeros) + _BLOCK_BYTES - 1)  # as much as the cipher asks for
        self._words: Final = np.frombuffer(self._memory, dtype="<u8", count=dimension).view(np.uint64)

    def words(self, seed: bytes) -> Ring:
        """Stretch a 32-byte seed to uniform elements of Z/2^64, which stand until the next call."""
        Cipher(AES256(seed), _FROM_ZERO).encryptor().update_into(self._zeros, self._memory)
        return self._words
