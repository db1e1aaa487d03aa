"""The keys of an agent, each with one purpose, made from given randomness.

    identity   Ed25519   long-lived, in the roster; signs secure-aggregation messages and vouches for the other keys
    TLS        P-256     fresh with each certificate
    Flower     P-384     authenticates the node at the SuperLink
    sealing    X25519    the relay seals answers to it

Elliptic-curve scalars are taken with 64 extra bits and reduced (FIPS 186-5, A.2.1), so that no value is favoured.
"""

import re
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_ssh_public_key,
)

from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import ProtocolViolation, Untrusted

RAW_KEY_BYTES: Final = 32
_EXTRA_BYTES: Final = 8
_ORDERS: Final = {  # SEC 2, sections 2.4.2 and 2.5.1
    "secp256r1": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "secp384r1": int(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16
    ),
}
_OPENSSH_LINE: Final = re.compile(r"ecdsa-sha2-nistp384 [A-Za-z0-9+/=]{100,300}")

PrivateKey = Ed25519PrivateKey | X25519PrivateKey | ec.EllipticCurvePrivateKey


def new_identity_key(entropy: Entropy) -> Ed25519PrivateKey:
    """Make an identity key."""
    return Ed25519PrivateKey.from_private_bytes(entropy.token_bytes(RAW_KEY_BYTES))


def new_sealing_key(entropy: Entropy) -> X25519PrivateKey:
    """Make a sealing key."""
    return X25519PrivateKey.from_private_bytes(entropy.token_bytes(RAW_KEY_BYTES))


def new_tls_key(entropy: Entropy) -> ec.EllipticCurvePrivateKey:
    """Make a key for one certificate."""
    return new_curve_key(ec.SECP256R1(), entropy)


def new_flower_key(entropy: Entropy) -> ec.EllipticCurvePrivateKey:
    """Make a node key for Flower."""
    return new_curve_key(ec.SECP384R1(), entropy)


def new_curve_key(curve: ec.EllipticCurve, entropy: Entropy) -> ec.EllipticCurvePrivateKey:
    """Make a key on P-256 or P-384 (FIPS 186-5, A.2.1: key pair generation using extra random bits)."""
    order = _ORDERS[curve.name]
    wide = int.from_bytes(entropy.token_bytes(curve.key_size // 8 + _EXTRA_BYTES), "big")
    return ec.derive_private_key(wide % (order - 1) + 1, curve)


def private_bytes(key: PrivateKey) -> bytes:
    """Serialise a private key for the agent's encrypted store (PKCS #8, DER, not encrypted again)."""
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def load_identity_key(data: bytes) -> Ed25519PrivateKey:
    """Read an identity key that ``private_bytes`` wrote.

    Raises:
        TypeError: the bytes hold another kind of key (a bug or a damaged store).
    """
    key = load_der_private_key(data, None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("not an Ed25519 key")
    return key


def load_sealing_key(data: bytes) -> X25519PrivateKey:
    """Read a sealing key that ``private_bytes`` wrote.

    Raises:
        TypeError: the bytes hold another kind of key (a bug or a damaged store).
    """
    key = load_der_private_key(data, None)
    if not isinstance(key, X25519PrivateKey):
        raise TypeError("not an X25519 key")
    return key


def load_curve_key(data: bytes) -> ec.EllipticCurvePrivateKey:
    """Read a TLS or Flower key that ``private_bytes`` wrote.

    Raises:
        TypeError: the bytes hold another kind of key (a bug or a damaged store).
    """
    key = load_der_private_key(data, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("not an elliptic-curve key")
    return key


def raw_public(key: Ed25519PrivateKey | X25519PrivateKey) -> bytes:
    """Give the 32 bytes of a public identity or sealing key."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def openssh_public(key: ec.EllipticCurvePrivateKey) -> str:
    """Give a public Flower key as Flower wants it: one OpenSSH line without comment."""
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")


def check_flower_key(line: str) -> None:
    """Check that a line is a P-384 public key in OpenSSH form.

    Raises:
        ProtocolViolation: ``enrolment_key_invalid``.
    """
    try:
        key = load_ssh_public_key(line.encode("ascii")) if _OPENSSH_LINE.fullmatch(line) else None
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP384R1):
        raise ProtocolViolation("enrolment_key_invalid", detail="flower key")


def check_identity_proof(identity_key: bytes, proof: bytes, statement: bytes) -> None:
    """Check that an identity key signed a statement.

    Raises:
        ProtocolViolation: ``enrolment_key_invalid``: not an Ed25519 key.
        Untrusted: ``identity_proof_invalid``: not its signature.
    """
    if len(identity_key) != RAW_KEY_BYTES:
        raise ProtocolViolation("enrolment_key_invalid", detail="identity key")
    try:
        Ed25519PublicKey.from_public_bytes(identity_key).verify(proof, statement)
    except InvalidSignature as error:
        raise Untrusted("identity_proof_invalid") from error
