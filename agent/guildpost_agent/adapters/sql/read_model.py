"""The screens' reads as SQL on a read-only snapshot."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, and_, case, func, or_, select, union
from sqlalchemy.sql import Select

from guildpost_agent.adapters.sql.engine import READ_ONLY
from guildpost_agent.adapters.sql.tables import (
    customers,
    decisions,
    imports,
    occasions,
    opt_in_mails,
    opt_in_requests,
    outbox,
    outcomes,
    touchpoints,
    vehicles,
)
from guildpost_agent.app.ports.read_model import RefusalCount, Totals, WeekRow

_ASKED: Final = (
    select(func.min(opt_in_requests.c.requested_at))
    .join(opt_in_mails, opt_in_mails.c.request_id == opt_in_requests.c.request_id, isouter=True)
    .where(opt_in_requests.c.state == "pending", opt_in_mails.c.request_id.is_(None))
)
_ASKED_AGAIN: Final = select(func.min(opt_in_mails.c.next_attempt_at)).where(
    opt_in_mails.c.state.in_(("ready", "sending"))
)


class SqlReadModel:
    """Reads for people."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(**{READ_ONLY: True})

    def week(self, start: datetime, end: datetime) -> list[WeekRow]:
        """List the touchpoints with ``start <= planned_at < end``, oldest first."""
        name = case(
            (customers.c.company != "", customers.c.company),
            else_=func.trim(customers.c.given_name + " " + customers.c.family_name),
        )
        statement = (
            select(
                touchpoints.c.touchpoint_id,
                touchpoints.c.planned_at,
                touchpoints.c.channel,
                touchpoints.c.service_id,
                touchpoints.c.state,
                func.coalesce(outbox.c.state, "").label("outbox_state"),
                func.coalesce(name, "").label("recipient_name"),
                func.coalesce(customers.c.town, "").label("town"),
                func.trim(func.coalesce(vehicles.c.make + " " + vehicles.c.model, "")).label("vehicle"),
                func.coalesce(vehicles.c.plate, "").label("plate"),
                touchpoints.c.due_date,
                touchpoints.c.lead_days,
            )
            .join(customers, customers.c.customer_id == touchpoints.c.customer_id, isouter=True)
            .join(vehicles, vehicles.c.vehicle_id == touchpoints.c.vehicle_id, isouter=True)
            .join(outbox, outbox.c.touchpoint_id == touchpoints.c.touchpoint_id, isouter=True)
            .where(touchpoints.c.planned_at >= start, touchpoints.c.planned_at < end)
            .order_by(touchpoints.c.planned_at, touchpoints.c.touchpoint_id)
        )
        with self._engine.connect() as connection:
            return [WeekRow(**row._asdict()) for row in connection.execute(statement)]

    def totals(self) -> Totals:
        """Count everything."""
        with self._engine.connect() as connection:
            sent = outbox.c.state == "sent"
            return Totals(
                rows_imported=self._sum(connection, select(func.coalesce(func.sum(imports.c.rows_imported), 0))),
                rows_quarantined=self._sum(connection, select(func.coalesce(func.sum(imports.c.rows_quarantined), 0))),
                occasions=self._sum(connection, select(func.count()).select_from(occasions)),
                occasions_stale=self._sum(
                    connection, select(func.count()).select_from(occasions).where(occasions.c.triage == "stale")
                ),
                planned=self._sum(connection, select(func.count()).select_from(touchpoints)),
                sent=self._sum(connection, select(func.count()).where(sent, outbox.c.channel == "email")),
                letters=self._sum(connection, select(func.count()).where(sent, outbox.c.channel == "letter")),
                bounced=self._sum(connection, select(func.count()).where(outbox.c.state == "bounced")),
                unsure=self._sum(connection, select(func.count()).where(outbox.c.state == "unsure")),
                clicked=self._touched(connection, "clicked"),
                booked=self._touched(connection, "booked"),
                unsubscribed=self._touched(connection, "unsubscribed"),
            )

    def refusals(self) -> list[RefusalCount]:
        """Count the refused occasions by reason, most frequent first."""
        statement = (
            select(decisions.c.reason, func.count())
            .where(decisions.c.kept.is_(False))
            .group_by(decisions.c.reason)
            .order_by(func.count().desc(), decisions.c.reason)
        )
        with self._engine.connect() as connection:
            return [RefusalCount(*row.tuple()) for row in connection.execute(statement)]

    def next_due(self) -> datetime | None:
        """Say when the next planned, put-off or asked-for message wants to go out; None when there is none."""
        planned = (
            select(func.min(touchpoints.c.planned_at))
            .join(outbox, outbox.c.touchpoint_id == touchpoints.c.touchpoint_id, isouter=True)
            .where(touchpoints.c.state == "planned", outbox.c.touchpoint_id.is_(None))
        )
        waiting = select(func.min(outbox.c.next_attempt_at)).where(outbox.c.state.in_(("ready", "sending")))
        with self._engine.connect() as connection:
            found = [connection.scalar(statement) for statement in (planned, waiting, _ASKED, _ASKED_AGAIN)]
        return min((at for at in found if at is not None), default=None)

    def confirmation_due(self, now: datetime) -> bool:
        """Say whether a mail that asks for a confirmation wants to go out now, or was interrupted on its way."""
        with self._engine.connect() as connection:
            found = [connection.scalar(statement) for statement in (_ASKED, _ASKED_AGAIN)]
        return any(at is not None and at <= now for at in found)

    def due_channels(self, now: datetime) -> set[str]:
        """Name the channels on which a message wants to go out now, or was interrupted on its way."""
        planned = select(touchpoints.c.channel).where(touchpoints.c.state == "planned", touchpoints.c.planned_at <= now)
        ready = and_(outbox.c.state == "ready", outbox.c.next_attempt_at <= now)
        waiting = select(outbox.c.channel).where(or_(ready, outbox.c.state == "sending"))
        with self._engine.connect() as connection:
            return set(connection.scalars(union(planned, waiting)))

    @staticmethod
    def _sum(connection: Connection, statement: Select[int]) -> int:
        return int(connection.scalar(statement) or 0)

    def _touched(self, connection: Connection, kind: str) -> int:
        distinct = select(func.count(outcomes.c.touchpoint_id.distinct())).where(outcomes.c.kind == kind)
        return self._sum(connection, distinct)
