"""The dealer's emergency stop: everything, or single services, rest until the dealer resumes them.

What is stopped stays planned and is neither lost nor refused; only its last day may pass meanwhile. Every step is
noted with who did it, when and why.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True)
class Stop:
    """What rests; ``since`` (UTC) and ``by`` are those of the last step that stopped something more."""

    everything: bool
    services: frozenset[str]
    since: datetime
    by: str

    def covers(self, service_id: str) -> bool:
        """Say whether messages of a service rest."""
        return self.everything or service_id in self.services


class StepKind(StrEnum):
    """What was done."""

    STOP = "stop"
    RESUME = "resume"


@dataclass(frozen=True)
class Step:
    """One stop or resumption.

    Attributes:
        kind: which.
        at: UTC.
        by: who.
        services: which services; none for everything.
        reason: in that person's words; may be empty for a stop.
    """

    kind: StepKind
    at: datetime
    by: str
    services: tuple[str, ...] = ()
    reason: str = ""


def stopped(before: Stop | None, services: Collection[str], *, now: datetime, by: str) -> Stop:
    """Stop services, or everything where none is named, beside what rests already."""
    if before is None:
        return Stop(not services, frozenset(services), now, by)
    everything, named = before.everything or not services, before.services | frozenset(services)
    more = not before.everything and (everything or named > before.services)
    since, who = (now, by) if more else (before.since, before.by)
    return Stop(everything, named, since, who)


def resumed(before: Stop | None, services: Collection[str]) -> Stop | None:
    """Resume services, or everything where none is named; give what still rests, None if nothing does.

    A service that is resumed while everything rests goes on resting with everything.
    """
    if before is None or not services:
        return None
    left = replace(before, services=before.services - frozenset(services))
    return left if left.everything or left.services else None
