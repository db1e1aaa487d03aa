"""What the sequence of a service holds for an occasion after the messages that were met or are planned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from guildpost_agent.domain.sequence import first_step, follow_up
from guildpost_shared.services.definition import ServiceDefinition


class Next(StrEnum):
    """What comes next, or why nothing does."""

    FOLLOW_UP = "follow_up"
    FIRST = "first"
    ANSWERED = "answered"
    HELD_OUT = "held_out"
    OVER = "over"


@dataclass(frozen=True)
class Sequel:
    """What comes next, with the first and the last day of its window where it has one."""

    next: Next
    opens: date | None = None
    closes: date | None = None


def sequel_of(service: ServiceDefinition, due: date, met: Sequence[date], today: date) -> Sequel:
    """Find what comes after messages of one due cycle, as long as nobody booked or answered.

    Args:
        service: with its sequence.
        due: the due date.
        met: the days on which messages of this cycle were or will be met; none before the first.
        today: the dealer's local day.
    """
    if not met:
        window = first_step(service, due, today).window
        closes = due - timedelta(days=window.last_day)
        if closes < today:
            return Sequel(Next.OVER)
        return Sequel(Next.FIRST, due - timedelta(days=window.first_day), closes)
    step = follow_up(service, due, met, today) if len(service.touches) > 1 else None
    if step is None:
        return Sequel(Next.OVER)
    opens = max(due - timedelta(days=step.window.first_day), step.not_before)
    return Sequel(Next.FOLLOW_UP, opens, due - timedelta(days=step.window.last_day))
