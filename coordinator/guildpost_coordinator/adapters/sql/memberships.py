"""Memberships and join codes in SQL."""

from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from guildpost_coordinator.adapters.sql.engine import READ_ONLY
from guildpost_coordinator.adapters.sql.tables import join_codes, memberships
from guildpost_coordinator.domain.join_codes import JoinCodeRecord
from guildpost_coordinator.domain.membership import Membership, State


class SqlMemberships:
    """The dealerships of the network."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, membership: Membership) -> None:
        """Store a new membership."""
        self._connection.execute(insert(memberships).values(_row(membership)))

    def get(self, agent_id: str) -> Membership | None:
        """Return a membership, or None; on PostgreSQL nobody else changes it until a writing transaction ends."""
        query = select(memberships).where(memberships.c.agent_id == agent_id)
        if not self._connection.get_execution_options().get(READ_ONLY, False):
            query = query.with_for_update()
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else _membership(row)

    def save(self, membership: Membership) -> None:
        """Store a changed membership."""
        where = memberships.c.agent_id == membership.agent_id
        self._connection.execute(update(memberships).where(where).values(_row(membership)))

    def all(self) -> list[Membership]:
        """List all memberships by id."""
        query = select(memberships).order_by(memberships.c.agent_id)
        return [_membership(row) for row in self._connection.execute(query).mappings()]

    def inactive(self) -> list[Membership]:
        """List the memberships that are not in force."""
        query = select(memberships).where(memberships.c.state != State.ACTIVE.value)
        return [_membership(row) for row in self._connection.execute(query).mappings()]


class SqlJoinCodes:
    """Issued join codes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, record: JoinCodeRecord) -> None:
        """Store an issued code."""
        self._connection.execute(
            insert(join_codes).values(
                secret_hash=record.secret_hash,
                agent_id=record.agent_id,
                expires_at=record.expires_at,
                used_at=record.used_at,
                used_by=record.used_by,
                cancelled=record.cancelled,
            )
        )

    def get(self, secret_hash: bytes) -> JoinCodeRecord | None:
        """Return a code's record, or None."""
        query = select(join_codes).where(join_codes.c.secret_hash == secret_hash)
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else JoinCodeRecord(**row)

    def use(self, secret_hash: bytes, *, at: datetime, used_by: bytes) -> bool:
        """Mark a code as used if it is still open; the condition is part of the statement, so one caller wins."""
        still_open = (
            (join_codes.c.secret_hash == secret_hash)
            & join_codes.c.used_at.is_(None)
            & join_codes.c.cancelled.is_(False)
            & (join_codes.c.expires_at > at)
        )
        changed = self._connection.execute(update(join_codes).where(still_open).values(used_at=at, used_by=used_by))
        return changed.rowcount == 1

    def cancel_open(self, agent_id: str) -> int:
        """Cancel the open codes of a membership; return how many."""
        still_open = (
            (join_codes.c.agent_id == agent_id) & join_codes.c.used_at.is_(None) & join_codes.c.cancelled.is_(False)
        )
        return self._connection.execute(update(join_codes).where(still_open).values(cancelled=True)).rowcount


def _row(membership: Membership) -> dict[str, object]:
    return {
        "agent_id": membership.agent_id,
        "company": membership.company,
        "legal_entity": membership.legal_entity,
        "state": membership.state.value,
        "generation": membership.generation,
        "identity_key": membership.identity_key,
        "flower_key": membership.flower_key,
        "sealing_key": membership.sealing_key,
        "agent_version": membership.agent_version,
        "enrolled_at": membership.enrolled_at,
    }


def _membership(row: RowMapping) -> Membership:
    return Membership(**{**row, "state": State(row["state"])})
