"""Where the secret comes from that opens everything else."""

from typing import Protocol


class KeyStore(Protocol):
    """Give the 32-byte master secret of this agent."""

    def master_secret(self) -> bytes:
        """Return 32 bytes.

        Raises:
            ConfigurationError: no source of the secret is set up, or it is malformed.
        """
        ...
