"""How an agent proves to the relay that it may read a dealer's answers: every request is signed.

Four headers carry the proof; the signature (Ed25519, the dealer's relay key) covers

    guildpost/relay-request/v1 ⏎ METHOD ⏎ path with query ⏎ SHA-256 of the body, hex ⏎ timestamp ⏎ nonce

The relay accepts a timestamp within five minutes of its own (wall) clock and each nonce once, so that a recorded
request cannot be played again.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from guildpost_shared.answers.tokens import key_id
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import Untrusted

KEY_HEADER: Final = "guildpost-key"
TIME_HEADER: Final = "guildpost-time"
NONCE_HEADER: Final = "guildpost-nonce"
SIGNATURE_HEADER: Final = "guildpost-signature"
TOLERANCE: Final = timedelta(minutes=5)
_NONCE_BYTES: Final = 16


def sign_request(
    key: Ed25519PrivateKey, *, method: str, target: str, body: bytes, now: datetime, entropy: Entropy
) -> dict[str, str]:
    """Make the headers that prove a request.

    Args:
        key: the dealer's relay key.
        method: in capitals.
        target: path with query, as on the wire.
        body: the exact body.
        now: wall clock.
        entropy: gives the nonce.
    """
    time, nonce = str(int(now.timestamp())), entropy.token_bytes(_NONCE_BYTES).hex()
    signature = key.sign(_statement(method, target, body, time, nonce))
    return {
        KEY_HEADER: key_id(key.public_key()).hex(),
        TIME_HEADER: time,
        NONCE_HEADER: nonce,
        SIGNATURE_HEADER: signature.hex(),
    }


def check_request(
    key: Ed25519PublicKey, headers: Mapping[str, str], *, method: str, target: str, body: bytes, now: datetime
) -> str:
    """Check the proof.

    Returns:
        The nonce; the caller refuses one it has seen within twice the tolerance.

    Raises:
        Untrusted: ``relay_request_unproved``.
    """
    time, nonce = headers.get(TIME_HEADER, ""), headers.get(NONCE_HEADER, "")
    if not (time.isascii() and time.isdecimal() and len(time) <= 12 and len(nonce) == 2 * _NONCE_BYTES):  # noqa: PLR2004 — twelve digits reach far beyond year 9999
        raise Untrusted("relay_request_unproved", detail="malformed")
    try:
        signed_at = datetime.fromtimestamp(int(time), UTC)
        key.verify(bytes.fromhex(headers.get(SIGNATURE_HEADER, "")), _statement(method, target, body, time, nonce))
    except (InvalidSignature, ValueError, OverflowError) as error:
        raise Untrusted("relay_request_unproved", detail=type(error).__name__) from error
    if abs(now - signed_at) > TOLERANCE:
        raise Untrusted("relay_request_unproved", detail="time")
    return nonce


def _statement(method: str, target: str, body: bytes, time: str, nonce: str) -> bytes:
    digest = hashlib.sha256(body).hexdigest()
    return f"guildpost/relay-request/v1\n{method}\n{target}\n{digest}\n{time}\n{nonce}".encode()
