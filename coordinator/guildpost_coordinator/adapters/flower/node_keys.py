"""The two spellings of a node key: OpenSSH in the roster, PEM in Flower's headers and tables."""

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
    load_ssh_public_key,
)

from guildpost_shared.errors import ProtocolViolation


def from_openssh(text: str) -> ec.EllipticCurvePublicKey:
    """Read a roster's ``flower_key``.

    Raises:
        ProtocolViolation: ``round_node_key_invalid`` when it is not a P-384 key.
    """
    try:
        key = load_ssh_public_key(text.encode("ascii"))
    except (ValueError, UnicodeError) as exc:
        raise ProtocolViolation("round_node_key_invalid") from exc
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP384R1):
        raise ProtocolViolation("round_node_key_invalid")
    return key


def to_pem(key: ec.EllipticCurvePublicKey) -> bytes:
    """Write a key as Flower's client sends it and Flower's tables hold it."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def openssh_from_pem(pem: bytes) -> str:
    """Turn Flower's spelling into the roster's."""
    return load_pem_public_key(pem).public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")
