"""Identifiers: random, opaque, without meaning."""

import base64

from guildpost_shared.entropy import Entropy

ID_BYTES = 15


def new_id(entropy: Entropy) -> str:
    """Make a random identifier: 24 lower-case base32 characters (120 bits)."""
    return base64.b32encode(entropy.token_bytes(ID_BYTES)).decode("ascii").lower()
