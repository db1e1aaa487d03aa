"""The payload: chunks that can neither be changed nor swapped, left out or cut off.

A chunk's nonce is its number (11 bytes, big-endian) and one byte that marks the last. Every chunk but the last is
full; the last is empty only where the whole payload is.
"""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from guildpost_agent.domain.age.header import broken, derived

NONCE_BYTES: Final = 16
CHUNK_BYTES: Final = 64 * 1024
_TAG_BYTES: Final = 16
_COUNTER_BYTES: Final = 11


def encrypt(file_key: bytes, nonce: bytes, plain: bytes) -> bytes:
    """Encrypt a payload of any length."""
    cipher = ChaCha20Poly1305(derived(file_key, salt=nonce, info=b"payload"))
    view, last = memoryview(plain), max(0, (len(plain) - 1) // CHUNK_BYTES)
    chunks = (view[number * CHUNK_BYTES : (number + 1) * CHUNK_BYTES] for number in range(last + 1))
    return b"".join(cipher.encrypt(_nonce(n, last=n == last), chunk, None) for n, chunk in enumerate(chunks))


def decrypt(file_key: bytes, sealed: bytes) -> bytes:
    """Decrypt a payload, its nonce in front.

    Raises:
        ProtocolViolation: ``sealed_file_broken``.
    """
    if len(sealed) < NONCE_BYTES + _TAG_BYTES:
        raise broken("payload cut off")
    cipher = ChaCha20Poly1305(derived(file_key, salt=sealed[:NONCE_BYTES], info=b"payload"))
    view, step = memoryview(sealed)[NONCE_BYTES:], CHUNK_BYTES + _TAG_BYTES
    last = (len(view) - 1) // step
    chunks = [
        _opened(cipher, _nonce(number, last=number == last), view[number * step : (number + 1) * step])
        for number in range(last + 1)
    ]
    if last and not chunks[-1]:
        raise broken("empty last chunk")
    return b"".join(chunks)


def _opened(cipher: ChaCha20Poly1305, nonce: bytes, chunk: memoryview) -> bytes:
    try:
        return cipher.decrypt(nonce, chunk, None)
    except InvalidTag as error:
        raise broken("payload changed or cut off") from error


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_COUNTER_BYTES, "big") + bytes([last])
