"""The agent's key for the round transport: NIST P-384, in the OpenSSH form that the roster carries.

Light on purpose: the long-running agent makes the key at enrolment, so nothing of Flower is imported here.
"""

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from guildpost_shared.errors import ConfigurationError


def load_node_key(key_pem: bytes) -> ec.EllipticCurvePrivateKey:
    """Read a private node key.

    Raises:
        ConfigurationError: ``round_key_unusable`` when it is not a P-384 private key.
    """
    try:
        key = load_pem_private_key(key_pem, password=None)
    except (TypeError, ValueError) as exc:
        raise ConfigurationError("round_key_unusable") from exc
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP384R1):
        raise ConfigurationError("round_key_unusable")
    return key


def openssh_public(key_pem: bytes) -> str:
    """Give the public half in OpenSSH form, as the roster's ``flower_key``."""
    public = load_node_key(key_pem).public_key()
    return public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")
