"""What this agent did in federated rounds: durable before anything leaves."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from guildpost_agent.adapters.sql.tables import contributed_customers, contributions, rounds


class SqlRounds:
    """Snapshots, the one upload per study and period, and who was counted when."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def snapshot(self, round_id: str) -> bytes | None:
        """Return the participant's stored state."""
        return self._connection.scalar(select(rounds.c.snapshot).where(rounds.c.round_id == round_id))

    def save(
        self,
        *,
        round_id: str,
        study_id: str,
        period: str,
        state: str,
        now: datetime,
        snapshot: bytes,
    ) -> None:
        """Store the participant's state, answers included, before a reply leaves."""
        row = insert(rounds).values(
            round_id=round_id, study_id=study_id, period=period, state=state, changed_at=now, snapshot=snapshot
        )
        self._connection.execute(
            row.on_conflict_do_update(
                index_elements=["round_id"],
                set_={
                    "state": row.excluded.state,
                    "changed_at": row.excluded.changed_at,
                    "snapshot": row.excluded.snapshot,
                },
            )
        )

    def charge(self, *, study_id: str, period: str, round_id: str, now: datetime) -> bool:
        """Charge the one masked upload of a study and period; False if another round already did."""
        row = insert(contributions).values(study_id=study_id, period=period, round_id=round_id, charged_at=now)
        self._connection.execute(row.on_conflict_do_nothing())
        holder = self._connection.scalar(
            select(contributions.c.round_id).where(
                contributions.c.study_id == study_id, contributions.c.period == period
            )
        )
        return holder == round_id

    def contributed(self, study_id: str, quarter: str) -> set[str]:
        """List the customers already counted in that quarter."""
        rows = self._connection.scalars(
            select(contributed_customers.c.customer_id).where(
                contributed_customers.c.study_id == study_id, contributed_customers.c.quarter == quarter
            )
        )
        return set(rows)

    def spent(self, year: int) -> dict[str, float]:
        """Sum up by customer the ε of everything that they were counted in during a year."""
        rows = self._connection.execute(
            select(contributed_customers.c.customer_id, func.sum(contributed_customers.c.epsilon))
            .where(contributed_customers.c.quarter.startswith(f"{year}-"))
            .group_by(contributed_customers.c.customer_id)
        )
        return {customer: float(total) for customer, total in rows}

    def mark_contributed(self, study_id: str, quarter: str, customer_ids: Iterable[str], epsilon: float) -> None:
        """Note who was counted; the mark is never taken back."""
        rows = [
            {"study_id": study_id, "customer_id": customer, "quarter": quarter, "epsilon": epsilon}
            for customer in customer_ids
        ]
        if rows:
            self._connection.execute(insert(contributed_customers).on_conflict_do_nothing(), rows)

    def all(self) -> list[tuple[str, str, str, str]]:
        """List (round_id, study_id, period, state), newest first."""
        rows = self._connection.execute(
            select(rounds.c.round_id, rounds.c.study_id, rounds.c.period, rounds.c.state).order_by(
                rounds.c.changed_at.desc()
            )
        )
        return [tuple(row) for row in rows]
