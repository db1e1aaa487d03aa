"""Segments and potentials: replaced as a whole, read by customer, by service, or as counts."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select

from guildpost_agent.adapters.sql.tables.segments import customer_segments, service_potential
from guildpost_agent.domain.segments.potential import Potential
from guildpost_agent.domain.segments.segment import CustomerSegment

_COLUMNS: Final = [customer_segments.c[field.name] for field in fields(CustomerSegment)]
_POTENTIAL: Final = [service_potential.c[field.name] for field in fields(Potential)]


class SqlSegments:
    """Where each customer stands."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def replace(self, segments: Sequence[CustomerSegment], potentials: Sequence[Potential]) -> None:
        """Store what was computed, in place of everything earlier."""
        self._connection.execute(delete(customer_segments))
        self._connection.execute(delete(service_potential))
        if segments:
            self._connection.execute(insert(customer_segments), [vars(one) for one in segments])
        if potentials:
            self._connection.execute(insert(service_potential), [vars(one) for one in potentials])

    def of(self, customer_id: str) -> CustomerSegment | None:
        """Find where a customer stands."""
        row = self._connection.execute(
            select(*_COLUMNS).where(customer_segments.c.customer_id == customer_id)
        ).one_or_none()
        return None if row is None else CustomerSegment(*row)

    def best(self, service_id: str, count: int) -> list[Potential]:
        """List the most promising vehicles of a service, the best first."""
        theirs = select(*_POTENTIAL).where(service_potential.c.service_id == service_id)
        order = (service_potential.c.score.desc(), service_potential.c.vehicle_id)
        return [_potential(row) for row in self._connection.execute(theirs.order_by(*order).limit(count))]

    def counts(self, field: str) -> Mapping[str, int]:
        """Count the customers by one field."""
        column = customer_segments.c[field]
        return dict(self._connection.execute(select(column, func.count()).group_by(column)).tuples().all())

    def potential_counts(self) -> Mapping[str, int]:
        """Count the potentials by service."""
        column = service_potential.c.service_id
        return dict(self._connection.execute(select(column, func.count()).group_by(column)).tuples().all())

    def computed_on(self) -> date | None:
        """Give the day of the last computation."""
        day: date | None = self._connection.scalar(select(func.max(customer_segments.c.computed_on)))
        return day


def _potential(row: Row[Any]) -> Potential:
    reasons = tuple((name, share) for name, share in row.reasons)
    return Potential(row.customer_id, row.vehicle_id, row.service_id, row.score, reasons)
