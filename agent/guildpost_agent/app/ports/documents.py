"""Small named documents in the dealer's encrypted store: keys, memberships, settings."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol


class KnownDocuments(Protocol):
    """Documents that are only read."""

    def get(self, name: str, /) -> bytes | None:
        """Return a document's bytes, or None."""
        ...


class DocumentsReading(Protocol):
    """The part of a transaction that reads documents."""

    @property
    def documents(self) -> KnownDocuments:
        """The documents as of this transaction."""
        ...


class Documents(Protocol):
    """A key-value store inside one transaction."""

    def get(self, name: str) -> bytes | None:
        """Return a document's bytes, or None."""
        ...

    def put(self, name: str, body: bytes) -> None:
        """Store a document, replacing an older one."""
        ...

    def delete(self, name: str) -> None:
        """Remove a document if it is there."""
        ...


class DocumentsTransaction(Protocol):
    """The part of a unit of work that use cases around keys and memberships need."""

    @property
    def documents(self) -> Documents:
        """The documents as of this transaction."""
        ...

    def commit(self) -> None:
        """Make everything since the start durable."""
        ...


OpenDocuments = Callable[[], AbstractContextManager[DocumentsTransaction]]
"""Every ``OpenUnitOfWork`` is one of these."""
