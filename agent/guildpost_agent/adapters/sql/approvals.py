"""The record of what was approved, declined or lapsed."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, insert, select

from guildpost_agent.adapters.sql.tables import approvals, touchpoints
from guildpost_agent.domain.approvals import Approval, Verdict

# Within SQLite's limit of variables per statement (SQLITE_MAX_VARIABLE_NUMBER, 32,766 since 3.32).
_CHUNK = 5_000


class SqlApprovals:
    """An ``Approvals`` on the agent's database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, rows: Sequence[Approval]) -> None:
        """Add verdicts at the end."""
        if rows:
            values = [{**vars(row), "verdict": row.verdict.value} for row in rows]
            self._connection.execute(insert(approvals), values)

    def of(self, touchpoint_ids: Iterable[str]) -> list[Approval]:
        """List the verdicts about some messages, oldest first."""
        ids, c = sorted(set(touchpoint_ids)), approvals.c
        found = select(c.seq, c.touchpoint_id, c.verdict, c.at, c.by_whom)
        rows = [
            row
            for start in range(0, len(ids), _CHUNK)
            for row in self._connection.execute(found.where(c.touchpoint_id.in_(ids[start : start + _CHUNK])))
        ]
        rows.sort(key=lambda row: row.seq)
        return [Approval(row.touchpoint_id, Verdict(row.verdict), row.at, row.by_whom) for row in rows]

    def declined(self) -> frozenset[str]:
        """Name the occasions whose message a person declined."""
        joined = select(touchpoints.c.occasion_id).join(
            approvals, approvals.c.touchpoint_id == touchpoints.c.touchpoint_id
        )
        return frozenset(self._connection.scalars(joined.where(approvals.c.verdict == Verdict.NO.value)))
