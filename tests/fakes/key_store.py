"""A key store in memory.

keys = FakeKeyStore(b"one")            # the same name gives the same secret
keys.locked = True                     # as if nobody had set a source up
open_core(home, key_store=keys)        # no credential and no passphrase on the disk
"""

import hashlib

from guildpost_shared.errors import ConfigurationError


class FakeKeyStore:
    """Gives a secret made from a name."""

    def __init__(self, name: bytes = b"agent") -> None:
        self._name = name
        self.locked = False

    def master_secret(self) -> bytes:
        """Return 32 bytes."""
        if self.locked:
            raise ConfigurationError("master_secret_missing")
        return hashlib.sha256(self._name).digest()
