"""One transaction over materials, people, publications and the audit log (port ``Lifecycle``)."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from sqlalchemy import Connection, Engine

from guildpost_coordinator.adapters.sql.materials import SqlMaterials
from guildpost_coordinator.adapters.sql.people import SqlPeople
from guildpost_coordinator.adapters.sql.publications import SqlPublications
from guildpost_coordinator.adapters.sql.records import SqlAuditLog
from guildpost_coordinator.app.ports.lifecycle import OpenLifecycle


class SqlLifecycle:
    """Repositories that share one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @cached_property
    def materials(self) -> SqlMaterials:
        """Materials."""
        return SqlMaterials(self._connection)

    @cached_property
    def people(self) -> SqlPeople:
        """The brand's people."""
        return SqlPeople(self._connection)

    @cached_property
    def publications(self) -> SqlPublications:
        """What is on its way into the catalogue."""
        return SqlPublications(self._connection)

    @cached_property
    def audit(self) -> SqlAuditLog:
        """The record of decisions."""
        return SqlAuditLog(self._connection)


def lifecycle_factory(engine: Engine) -> OpenLifecycle:
    """Give the function that opens one transaction after the other; each commits when its block ends well."""

    @contextmanager
    def open_lifecycle() -> Iterator[SqlLifecycle]:
        with engine.begin() as connection:
            yield SqlLifecycle(connection)

    return open_lifecycle
