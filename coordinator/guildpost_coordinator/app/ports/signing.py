"""What a signer process works with: the coordinator's desk, its own key, its own memory, a reader of metadata."""

from typing import Protocol

from guildpost_coordinator.domain.catalogue import RoleListing
from guildpost_shared.catalogue_paths import SignerRole
from guildpost_shared.proposals import Proposal


class SigningDesk(Protocol):
    """The coordinator, as a signer of one role sees it. Every method raises ``Unavailable`` when it is away."""

    def pending(self) -> Proposal | None:
        """Give what awaits the role's signature, if anything does."""
        ...

    def content(self, sha256: str, limit: int) -> bytes:
        """Give contents by their hash in hex, at most ``limit`` bytes; they are not verified yet."""
        ...

    def submit(self, version: int, signature: bytes) -> bool:
        """Hand a signature in; say whether the publication is in force now."""
        ...

    def refuse(self, version: int, code: str) -> None:
        """Hand a refusal in."""
        ...


class RoleKey(Protocol):
    """The private key of one role."""

    @property
    def role(self) -> SignerRole:
        """Say whose key it is."""
        ...

    def sign(self, to_sign: bytes) -> bytes:
        """Sign with Ed25519 (RFC 8032); 64 bytes."""
        ...

    def verify_file(self, signed_file: bytes) -> bytes:
        """Check that a TUF file was signed by this very key.

        Returns:
            The canonical bytes that were signed.

        Raises:
            Untrusted: ``proposal_bad_signature``.
        """
        ...


class SignedLog(Protocol):
    """What this key has signed, kept by the signer itself."""

    def latest(self) -> bytes | None:
        """Give the canonical bytes signed last, if any."""
        ...

    def record(self, version: int, to_sign: bytes) -> None:
        """Write durably what is about to be signed, before the signature exists."""
        ...


class MetadataReader(Protocol):
    """Read the bytes that a key shall sign."""

    def read(self, to_sign: bytes) -> RoleListing:
        """Take apart role metadata.

        Raises:
            Refused: ``proposal_not_canonical``: other bytes than the canonical form of plain role metadata (further
                delegations, unknown fields, other hashes).
        """
        ...
