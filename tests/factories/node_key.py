"""A dealership's key for rounds, as the round transport takes it."""

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from guildpost_shared.entropy import OsEntropy
from guildpost_shared.identity.keys import new_flower_key


def a_node_key() -> bytes:
    """Make a private P-384 key, unencrypted PKCS #8 PEM."""
    return new_flower_key(OsEntropy()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
