"""What publishing needs from outside: the signed repository, the record of publications, a way to tell the agents."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guildpost_coordinator.domain.catalogue import Listing, Publication, RoleListing, State
from guildpost_shared.catalogue_paths import Role


@dataclass(frozen=True)
class SignedRole:
    """New metadata of a role: the canonical bytes and the signature over them (Ed25519, 64 bytes)."""

    to_sign: bytes
    signature: bytes


class CatalogueRepository(Protocol):
    """The published catalogue: a TUF repository, whose online keys it holds."""

    def published(self, role: Role) -> RoleListing:
        """Give a role's metadata as it is published now."""
        ...

    def published_file(self, role: Role) -> bytes:
        """Give the same as the signed file."""
        ...

    def draft(self, role: Role, version: int, targets: Mapping[str, Listing], *, now: datetime) -> bytes:
        """Write new, unsigned metadata of a role as the canonical bytes to sign."""
        ...

    def sign_online(self, role: Role, to_sign: bytes) -> bytes | None:
        """Sign with the role's key if the coordinator holds it (``models``), else None."""
        ...

    def verify(self, role: Role, signed: SignedRole) -> None:
        """Check a signature against the key that the catalogue names for the role.

        Raises:
            Untrusted: ``proposal_bad_signature``.
        """
        ...

    def publish(self, roles: Mapping[Role, SignedRole], contents: Mapping[str, bytes], *, now: datetime) -> int:
        """Put signed metadata and contents (by SHA-256 in hex) into force at once.

        Returns:
            The new version of the catalogue (TUF snapshot).

        Raises:
            Untrusted: ``proposal_bad_signature``.
        """
        ...

    def refresh(self, *, now: datetime) -> bool:
        """Re-sign the timestamp (and the snapshot) when it is due; say whether it was."""
        ...


class CatalogueFiles(Protocol):
    """The published files, as agents fetch them."""

    def metadata(self, name: str) -> bytes | None:
        """Give a metadata file, or None."""
        ...

    def target(self, name: str) -> bytes | None:
        """Give a target by its hashed name, or None."""
        ...


class Publications(Protocol):
    """The record of publications, inside one transaction."""

    def add(self, publication: Publication, contents: Mapping[str, bytes]) -> None:
        """Keep a new publication and its contents by SHA-256 in hex."""
        ...

    def save(self, publication: Publication) -> None:
        """Keep a publication's new state."""
        ...

    def get(self, publication_id: str) -> Publication | None:
        """Find a publication."""
        ...

    def in_state(self, state: State) -> list[Publication]:
        """List the publications in a state as they were handed in, recalls (``alone``) before others."""
        ...

    def latest_change(self, path: str) -> Publication | None:
        """Give the publication handed in last among those that change a path, whatever became of it."""
        ...

    def standing(self, prefix: str) -> set[str]:
        """List the paths below a prefix that are handed in or in force, and neither withdrawn nor removed since."""
        ...

    def content(self, sha256: str) -> bytes:
        """Give contents by their hash.

        Raises:
            Refused: ``catalogue_file_missing``.
        """
        ...

    def highest_signed_version(self, role: Role) -> int:
        """Give the highest version of a role that somebody has signed, published or not; 0 if none."""
        ...


OpenPublications = Callable[[], AbstractContextManager[Publications]]
"""Open a transaction: it commits at the end of the ``with`` block and rolls back when the block raises."""


Announce = Callable[[int], None]
"""Tell connected agents that a new version of the catalogue is in force."""
