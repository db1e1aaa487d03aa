"""Reminders with their days as learning takes them, of rows that a test writes down one by one."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from guildpost_agent.app.final_outcomes import Past
from guildpost_agent.domain.learning.own import Dated
from guildpost_agent.domain.learning.reading import Sent, reminders_of
from guildpost_agent.domain.records import Outcome, Touchpoint


def dated(rows: Sequence[tuple[date, Sent]]) -> Dated:
    """Gather reminders, each with the local day on which it left."""
    return Dated(reminders_of([sent for _, sent in rows]), np.array([day.toordinal() for day, _ in rows], np.int64))


def past_of(touchpoints: Sequence[Touchpoint], outcomes: Sequence[Outcome]) -> Past:
    """Give a past of touchpoints that were delivered once at most, and what came back to them."""
    delivered = {outcome.touchpoint_id: outcome.at for outcome in outcomes if outcome.kind == "delivered"}
    return Past(touchpoints, delivered, outcomes)


def listed(rows: Dated) -> list[list[int]]:
    """Write reminders down in their order: day, context, slot, step of the lead time, answered or not."""
    one = rows.reminders
    columns = (rows.day, one.contexts.cell, one.slot, one.lead, one.answered)
    return [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]
