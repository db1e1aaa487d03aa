"""Contacts and the audit log in SQL."""

from sqlalchemy import Connection, insert, select, update

from guildpost_coordinator.adapters.sql.tables import audit_log, presence
from guildpost_coordinator.app.ports.unit_of_work import AuditEntry, Contact


class SqlPresence:
    """Last contact with each agent."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def record(self, contact: Contact) -> None:
        """Store an agent's latest contact, replacing the one before."""
        values = {
            "last_contact": contact.last_contact,
            "connected": contact.connected,
            "agent_version": contact.agent_version,
        }
        where = presence.c.agent_id == contact.agent_id
        if self._connection.execute(update(presence).where(where).values(values)).rowcount == 0:
            self._connection.execute(insert(presence).values(agent_id=contact.agent_id, **values))

    def disconnect_all(self) -> None:
        """Mark everybody as away."""
        self._connection.execute(update(presence).values(connected=False))

    def all(self) -> list[Contact]:
        """List contacts by agent id."""
        query = select(presence).order_by(presence.c.agent_id)
        return [Contact(**row) for row in self._connection.execute(query).mappings()]


class SqlAuditLog:
    """The append-only record of decisions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, entry: AuditEntry) -> None:
        """Add an entry."""
        self._connection.execute(
            insert(audit_log).values(at=entry.at, actor=entry.actor, action=entry.action, subject=entry.subject)
        )

    def latest(self, limit: int) -> list[AuditEntry]:
        """List the newest entries, newest first."""
        columns = (audit_log.c.at, audit_log.c.actor, audit_log.c.action, audit_log.c.subject)
        query = select(*columns).order_by(audit_log.c.entry_id.desc()).limit(limit)
        return [AuditEntry(**row) for row in self._connection.execute(query).mappings()]
