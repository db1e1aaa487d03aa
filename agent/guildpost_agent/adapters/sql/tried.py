"""What came of a channel's messages, by customer: counted in the database, as the sending log grows."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, exists, func, select

from guildpost_agent.adapters.sql.tables import outcomes, touchpoints

_T: Final = touchpoints.c
_MET: Final = ("sent", "unsure", "bounced")
_ANSWERS: Final = ("clicked", "answered", "booked")


def tried(connection: Connection, channel: str, since: datetime, settled: datetime) -> list[tuple[str, int, int]]:
    """Count by customer the messages since an instant, and those answered; see the port."""
    answered = exists().where(outcomes.c.touchpoint_id == _T.touchpoint_id, outcomes.c.kind.in_(_ANSWERS))
    counted = select(_T.customer_id, answered.label("answered")).where(
        _T.state.in_(_MET), _T.planned_at >= since, _T.channel == channel, (_T.planned_at <= settled) | answered
    )
    rows = counted.subquery()
    found = select(rows.c.customer_id, func.count(), func.sum(rows.c.answered)).group_by(rows.c.customer_id)
    return [(customer_id, messages, int(answers)) for customer_id, messages, answers in connection.execute(found)]
