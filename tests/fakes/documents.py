"""An agent's encrypted store, kept in a dict.

``store = FakeDocumentStore()`` · pass ``store.open`` wherever ``OpenDocuments`` is asked for · look at
``store.committed`` for what would survive a crash. Leaving a transaction without commit loses its changes, as in the
real store.
"""

from collections.abc import Iterator
from contextlib import contextmanager


class FakeDocuments:
    """The documents of one transaction; the transaction as well."""

    def __init__(self, store: "FakeDocumentStore") -> None:
        self._store = store
        self._seen = dict(store.committed)

    @property
    def documents(self) -> "FakeDocuments":
        return self

    def get(self, name: str) -> bytes | None:
        return self._seen.get(name)

    def put(self, name: str, body: bytes) -> None:
        self._seen[name] = body

    def delete(self, name: str) -> None:
        self._seen.pop(name, None)

    def commit(self) -> None:
        self._store.committed = dict(self._seen)


class FakeDocumentStore:
    """What has been committed so far."""

    def __init__(self) -> None:
        self.committed: dict[str, bytes] = {}

    @contextmanager
    def open(self) -> Iterator[FakeDocuments]:
        yield FakeDocuments(self)
