"""One transaction on the encrypted database, with its repositories."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Final

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from guildpost_agent.adapters.sql.approvals import SqlApprovals
from guildpost_agent.adapters.sql.calls import SqlCalls
from guildpost_agent.adapters.sql.consents import SqlConsents
from guildpost_agent.adapters.sql.documents import SqlDocuments
from guildpost_agent.adapters.sql.egress import SqlEgressLedger
from guildpost_agent.adapters.sql.engine import driver_of
from guildpost_agent.adapters.sql.found_alive import SqlFoundAlive
from guildpost_agent.adapters.sql.goodwill import SqlGoodwill
from guildpost_agent.adapters.sql.holds import SqlHolds
from guildpost_agent.adapters.sql.imports import SqlImports
from guildpost_agent.adapters.sql.leases import SqlLeases
from guildpost_agent.adapters.sql.lists import SqlVehicleLists
from guildpost_agent.adapters.sql.opt_in_mails import SqlOptInMails
from guildpost_agent.adapters.sql.outbox import SqlOutbox
from guildpost_agent.adapters.sql.outcomes import SqlOutcomes
from guildpost_agent.adapters.sql.people import SqlPeople
from guildpost_agent.adapters.sql.planned import SqlPlanned
from guildpost_agent.adapters.sql.plans import SqlPlans
from guildpost_agent.adapters.sql.records import SqlRecords
from guildpost_agent.adapters.sql.reminders import SqlReminders
from guildpost_agent.adapters.sql.replies import SqlReplies
from guildpost_agent.adapters.sql.retention import SqlRetention
from guildpost_agent.adapters.sql.rights import SqlRights
from guildpost_agent.adapters.sql.rounds import SqlRounds
from guildpost_agent.adapters.sql.segments import SqlSegments
from guildpost_agent.adapters.sql.staging import SqlStaging
from guildpost_agent.adapters.sql.suppressions import SqlSuppressions
from guildpost_agent.adapters.sql.wheels import SqlWheels
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_shared.errors import Unavailable

_NO_ROOM: Final = ("database or disk is full", "disk I/O error")
"""SQLite's words for a write that the system refused (SQLITE_FULL, SQLITE_IOERR)."""


class SqlUnitOfWork:
    """Repositories that share one transaction; nothing is kept without ``commit``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        connection.begin()

    @cached_property
    def documents(self) -> SqlDocuments:
        """Keys, membership and other small documents."""
        return SqlDocuments(self._connection)

    @cached_property
    def leases(self) -> SqlLeases:
        """Guards of the steps."""
        return SqlLeases(self._connection)

    @cached_property
    def imports(self) -> SqlImports:
        """Deliveries and their quarantine."""
        return SqlImports(self._connection)

    @cached_property
    def people(self) -> SqlPeople:
        """Who is who."""
        return SqlPeople(self._connection)

    @cached_property
    def staging(self) -> SqlStaging:
        """What an import has read and not yet applied."""
        return SqlStaging(self._connection)

    @cached_property
    def records(self) -> SqlRecords:
        """The mirror of the DMS."""
        return SqlRecords(self._connection)

    @cached_property
    def planned(self) -> SqlPlanned:
        """Appointments that a planner brought."""
        return SqlPlanned(self._connection)

    @cached_property
    def goodwill(self) -> SqlGoodwill:
        """Goodwill credits."""
        return SqlGoodwill(self._connection)

    @cached_property
    def wheels(self) -> SqlWheels:
        """Sets of wheels in the dealer's store."""
        return SqlWheels(self._connection)

    @cached_property
    def plans(self) -> SqlPlans:
        """Occasions, decisions, touchpoints."""
        return SqlPlans(self._connection)

    @cached_property
    def approvals(self) -> SqlApprovals:
        """What was approved, declined or lapsed."""
        return SqlApprovals(self._connection)

    @cached_property
    def outbox(self) -> SqlOutbox:
        """What was handed over."""
        return SqlOutbox(self._connection)

    @cached_property
    def outcomes(self) -> SqlOutcomes:
        """What came back."""
        return SqlOutcomes(self._connection)

    @cached_property
    def consents(self) -> SqlConsents:
        """The consent ledger."""
        return SqlConsents(self._connection)

    @cached_property
    def opt_in_mails(self) -> SqlOptInMails:
        """Mails that ask for a confirmation."""
        return SqlOptInMails(self._connection)

    @cached_property
    def suppressions(self) -> SqlSuppressions:
        """Addresses nobody may write to."""
        return SqlSuppressions(self._connection)

    @cached_property
    def egress(self) -> SqlEgressLedger:
        """The record of the one gate."""
        return SqlEgressLedger(self._connection)

    @cached_property
    def rounds(self) -> SqlRounds:
        """The memory of federated rounds."""
        return SqlRounds(self._connection)

    @cached_property
    def rights(self) -> SqlRights:
        """What people's rights ask for."""
        return SqlRights(self._connection)

    @cached_property
    def retention(self) -> SqlRetention:
        """What is old enough to go."""
        return SqlRetention(self._connection)

    @cached_property
    def segments(self) -> SqlSegments:
        """Where each customer stands."""
        return SqlSegments(self._connection)

    @cached_property
    def lists(self) -> SqlVehicleLists:
        """The dealer's lists of vehicles."""
        return SqlVehicleLists(self._connection)

    @cached_property
    def found_alive(self) -> SqlFoundAlive:
        """Who said that a customer is not dead."""
        return SqlFoundAlive(self._connection)

    @cached_property
    def holds(self) -> SqlHolds:
        """Whom nobody advertises to for now."""
        return SqlHolds(self._connection)

    @cached_property
    def reminders(self) -> SqlReminders:
        """What learning reads of reminders that left."""
        return SqlReminders(self._connection)

    @cached_property
    def replies(self) -> SqlReplies:
        """What came into the mailbox."""
        return SqlReplies(self._connection)

    @cached_property
    def calls(self) -> SqlCalls:
        """Customers to be called."""
        return SqlCalls(self._connection)

    def seen(self) -> object:
        """Name what is seen: by the connection, the commits of others that it met, and the rows that it changed."""
        driver = driver_of(self._connection)
        return driver, driver.execute("PRAGMA data_version").fetchone()[0], driver.total_changes

    def commit(self) -> None:
        """Make everything since the start durable; whatever comes after it begins another transaction."""
        self._connection.commit()

    def close(self) -> None:
        """Roll back what was not committed."""
        self._connection.rollback()


def unit_of_work_factory(engine: Engine) -> OpenUnitOfWork:
    """Give the function that opens one transaction after the other."""

    @contextmanager
    def open_uow() -> Iterator[SqlUnitOfWork]:
        with engine.connect() as connection:
            uow = SqlUnitOfWork(connection)
            try:
                yield uow
            except (sqlcipher.OperationalError, OperationalError) as error:
                raise _translated(error) from error
            finally:
                uow.close()

    return open_uow


def _translated(error: Exception) -> Exception:
    """Say what somebody can mend; anything else stays the bug that it is."""
    if any(words in str(error) for words in _NO_ROOM):
        return Unavailable("database_full", type(error).__name__)
    return error
