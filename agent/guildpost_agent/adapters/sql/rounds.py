"""What this agent did in federated rounds: durable before anything leaves."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from sqlalchemy import ColumnElement, Connection, select, update
from sqlalchemy.dialects.sqlite import insert

from guildpost_agent.adapters.sql.tables import contributed_customers, contributions, rounds
from guildpost_shared.privacy.accountant import Expense, variance_for
from guildpost_shared.privacy.ledger import YEARLY_DELTA, Entry, Ledger
from guildpost_shared.privacy.sensitivity import Sensitivity, of_increments

_FINE: Final = of_increments(64)
"""So large that whole numbers of variance lie close together."""


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

    def ledgers(self) -> dict[str, Ledger]:
        """Give by customer everything that they were counted in, in any study of any brand."""
        found: defaultdict[str, set[Entry]] = defaultdict(set)
        for row in self._connection.execute(select(contributed_customers)):
            day = row.day or _end(row.quarter)
            found[row.customer_id].add(
                Entry(row.brand, row.study_id, row.period, row.customer_id, day, _expenses(row.expenses, row.epsilon))
            )
        return {customer: frozenset(entries) for customer, entries in found.items()}

    def seated(self, like: Entry) -> set[str]:
        """List the customers who were charged for the same study, brand and period exactly this."""
        return set(self._connection.scalars(select(contributed_customers.c.customer_id).where(*_charged_like(like))))

    def mark_contributed(self, quarter: str, entries: Iterable[Entry], epsilon: float) -> None:
        """Note who was counted, and what it cost; the mark is never taken back."""
        rows = [
            {
                "study_id": entry.study_id,
                "customer_id": entry.record,
                "quarter": quarter,
                "epsilon": epsilon,
                "brand": entry.brand,
                "period": entry.period,
                "day": entry.day,
                "expenses": _written(entry.expenses),
            }
            for entry in entries
        ]
        if rows:
            self._connection.execute(insert(contributed_customers).on_conflict_do_nothing(), rows)

    def settle(self, like: Entry, made: tuple[Expense, ...]) -> None:
        """Note what was made in the end of what was charged; see the port."""
        rows = update(contributed_customers).where(*_charged_like(like))
        self._connection.execute(rows.values(expenses=_written(made)))

    def all(self) -> list[tuple[str, str, str, str]]:
        """List (round_id, study_id, period, state), newest first."""
        rows = self._connection.execute(
            select(rounds.c.round_id, rounds.c.study_id, rounds.c.period, rounds.c.state).order_by(
                rounds.c.changed_at.desc()
            )
        )
        return [tuple(row) for row in rows]


def _charged_like(entry: Entry) -> tuple[ColumnElement[bool], ...]:
    """Choose the rows of everybody who was charged the same for the same study and period, whoever it was."""
    return (
        contributed_customers.c.brand == entry.brand,
        contributed_customers.c.study_id == entry.study_id,
        contributed_customers.c.period == entry.period,
        contributed_customers.c.expenses == _written(entry.expenses),
    )


@lru_cache(maxsize=64)
def _written(expenses: tuple[Expense, ...]) -> str:
    return json.dumps([[one.sensitivity.l1, one.sensitivity.l2_squared, one.variance] for one in expenses])


@lru_cache(maxsize=1_024)
def _expenses(written: str | None, epsilon: float) -> tuple[Expense, ...]:
    """Give what a contribution cost; of an old one as much as is known: the least noise that costs its ε or more."""
    if written is None:
        return (Expense(_FINE, variance_for(epsilon, YEARLY_DELTA, _FINE) - 1),)
    return tuple(Expense(Sensitivity(l1, l2_squared), variance) for l1, l2_squared, variance in json.loads(written))


def _end(quarter: str) -> date:
    """Give the last day of a quarter (``2027-Q1``): for longest, an old contribution counts from there."""
    year, number = int(quarter[:4]), int(quarter[-1])
    return date(year + number // 4, 3 * number % 12 + 1, 1) - timedelta(days=1)
