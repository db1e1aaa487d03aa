"""What the console shows: membership, catalogue, releases. Never a figure of one dealer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guildpost_coordinator.domain.rounds import Round


@dataclass(frozen=True)
class MemberRow:
    """One dealership as the network page lists it."""

    agent_id: str
    company: str
    legal_entity: str
    state: str
    connected: bool
    last_contact: datetime | None
    agent_version: str


@dataclass(frozen=True)
class TargetRow:
    """One file of the published catalogue: who lists it, and its hash."""

    path: str
    roles: tuple[str, ...]
    length: int
    sha256: str


@dataclass(frozen=True)
class PublicationRow:
    """One publication on its way: what it changes and whose signature is missing."""

    publication_id: str
    state: str
    created_at: datetime
    paths: tuple[str, ...]
    missing: tuple[str, ...]


class ReadModel(Protocol):
    """Reads for people; snapshots, never locks."""

    def members(self) -> list[MemberRow]:
        """List the dealerships by company."""
        ...

    def publications(self, limit: int) -> list[PublicationRow]:
        """List the newest publications, newest first."""
        ...

    def rounds(self) -> list[Round]:
        """List the rounds, newest first."""
        ...

    def releases(self) -> list[bytes]:
        """List the bodies of the releases, newest first."""
        ...

    def published_content(self, path: str) -> bytes | None:
        """Give what the newest publication in force put under a path, or None."""
        ...
