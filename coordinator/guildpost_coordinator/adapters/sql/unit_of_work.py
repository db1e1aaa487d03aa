"""One transaction on the coordinator's database, with the repositories of membership."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from sqlalchemy import Connection, Engine

from guildpost_coordinator.adapters.sql.certificates import SqlCertificates, SqlSignerCertificates
from guildpost_coordinator.adapters.sql.engine import READ_ONLY
from guildpost_coordinator.adapters.sql.memberships import SqlJoinCodes, SqlMemberships
from guildpost_coordinator.adapters.sql.records import SqlAuditLog, SqlPresence
from guildpost_coordinator.app.ports.unit_of_work import OpenUnitOfWork


class SqlUnitOfWork:
    """Repositories that share one transaction; nothing is kept without ``commit``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._transaction = connection.begin()

    @cached_property
    def memberships(self) -> SqlMemberships:
        """The dealerships."""
        return SqlMemberships(self._connection)

    @cached_property
    def join_codes(self) -> SqlJoinCodes:
        """Issued join codes."""
        return SqlJoinCodes(self._connection)

    @cached_property
    def certificates(self) -> SqlCertificates:
        """Issued certificates."""
        return SqlCertificates(self._connection)

    @cached_property
    def signer_certificates(self) -> SqlSignerCertificates:
        """Who may connect to sign."""
        return SqlSignerCertificates(self._connection)

    @cached_property
    def presence(self) -> SqlPresence:
        """Last contacts."""
        return SqlPresence(self._connection)

    @cached_property
    def audit(self) -> SqlAuditLog:
        """The record of decisions."""
        return SqlAuditLog(self._connection)

    def commit(self) -> None:
        """Make everything since the start durable; the unit of work ends with it."""
        self._transaction.commit()

    def close(self) -> None:
        """Roll back what was not committed."""
        if self._transaction.is_active:
            self._transaction.rollback()


def unit_of_work_factory(engine: Engine, *, read_only: bool = False) -> OpenUnitOfWork:
    """Give the function that opens one transaction after the other.

    Args:
        engine: the database.
        read_only: transactions see a snapshot and wait for no writer; writing in one fails.
    """

    @contextmanager
    def open_uow() -> Iterator[SqlUnitOfWork]:
        with engine.connect().execution_options(**{READ_ONLY: read_only}) as connection:
            uow = SqlUnitOfWork(connection)
            try:
                yield uow
            finally:
                uow.close()

    return open_uow
