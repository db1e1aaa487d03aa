"""What the life of material needs from outside: one transaction over materials, people, publications and audit log."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from guildpost_coordinator.app.ports.catalogue import Publications
from guildpost_coordinator.app.ports.unit_of_work import AuditLog
from guildpost_coordinator.domain.material import Material, State
from guildpost_coordinator.domain.people import Person


class Materials(Protocol):
    """Materials with all that happened to them, and their contents by hash."""

    def save(self, material: Material) -> Material:
        """Keep a new material, or the new state and steps of a known one.

        Returns:
            The material as it is stored now.

        Raises:
            Conflict: ``material_changed``: somebody else took a step since it was read.
        """
        ...

    def latest(self, key: str) -> Material | None:
        """Give the newest edition under a key, or None."""
        ...

    def editions(self, key: str) -> list[Material]:
        """List every edition under a key, oldest first."""
        ...

    def latest_of_all(self) -> list[Material]:
        """List the newest edition of every key, by key."""
        ...

    def in_state(self, *states: State) -> list[Material]:
        """List materials in certain states, oldest first."""
        ...

    def keep(self, contents: Mapping[str, bytes]) -> None:
        """Keep contents by SHA-256 in hex; those that are kept already stay as they are."""
        ...

    def content(self, sha256: str) -> bytes:
        """Give contents by their hash.

        Raises:
            Refused: ``catalogue_file_missing``.
        """
        ...


class People(Protocol):
    """The register of the brand's people."""

    def save(self, person: Person) -> None:
        """Keep a new person, or a known one's new name, rights and token."""
        ...

    def all(self) -> list[Person]:
        """List everybody by e-mail, those removed included; a transaction that changes the register begins here."""
        ...

    def by_token(self, token_hash: str) -> Person | None:
        """Find whose token has this SHA-256 (hex); None for nobody, and for the empty text."""
        ...


class Lifecycle(Protocol):
    """One transaction."""

    @property
    def materials(self) -> Materials:
        """Materials."""
        ...

    @property
    def people(self) -> People:
        """The brand's people."""
        ...

    @property
    def publications(self) -> Publications:
        """What is on its way into the catalogue."""
        ...

    @property
    def audit(self) -> AuditLog:
        """The record of decisions."""
        ...


OpenLifecycle = Callable[[], AbstractContextManager[Lifecycle]]
"""Open a transaction: it commits at the end of the ``with`` block and rolls back when the block raises."""
