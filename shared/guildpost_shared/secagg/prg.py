"""Masks from seeds: AES-256 in counter mode, read as little-endian unsigned 64-bit integers.

Arithmetic is modulo 2^64, not 2^32: a sum of integers then cannot wrap whatever scale, cap or network size a study
states, uniform words need no rejection, and with the processor's AES instructions the doubled key stream costs less
than the key agreements. The price is four bytes per coordinate on the wire. A seed is used for one stream only, so
the counter starts at zero.
"""

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CTR

Ring = npt.NDArray[np.uint64]


def expand(seed: bytes, dimension: int) -> Ring:
    """Stretch a 32-byte seed to ``dimension`` uniform elements of Z/2^64.

    Returns:
        A read-only array.
    """
    stream = Cipher(AES256(seed), CTR(bytes(16))).encryptor().update(bytes(8 * dimension))
    return np.frombuffer(stream, dtype="<u8").astype(np.uint64, copy=False)
