"""Small named documents: keys, membership, trust anchors, settings."""

from typing import Final

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from guildpost_agent.adapters.sql.prepared import Prepared
from guildpost_agent.adapters.sql.tables import documents

_GET: Final = Prepared(lambda: select(documents.c.body).where(documents.c.name == bindparam("name")))


class SqlDocuments:
    """A key-value store inside the encrypted database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> bytes | None:
        """Return a document's bytes, or None."""
        row = _GET.first(self._connection, name=name)
        return None if row is None else row[0]

    def put(self, name: str, body: bytes) -> None:
        """Store a document, replacing an older one."""
        row = insert(documents).values(name=name, body=body)
        self._connection.execute(row.on_conflict_do_update(index_elements=["name"], set_={"body": row.excluded.body}))

    def delete(self, name: str) -> None:
        """Remove a document if it is there."""
        self._connection.execute(delete(documents).where(documents.c.name == name))
