"""One figure, one line: value beside its peer and its goal, from the same run."""

import json
import os
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Figure:
    """A measured value.

    Attributes:
        figure: what was measured.
        value: the measurement, or None where it could not be taken.
        unit: of value, peer value and goal.
        peer: what it is compared with in the same run, or None.
        peer_value: the peer's measurement.
        goal: what is wanted.
        at_most: whether smaller is better.
    """

    figure: str
    value: float | None
    unit: str
    goal: float
    at_most: bool = True
    peer: str | None = None
    peer_value: float | None = None

    @property
    def reached(self) -> bool:
        """Say whether the goal is met; a missing value never meets it."""
        if self.value is None:
            return False
        return self.value <= self.goal if self.at_most else self.value >= self.goal


Benchmark = Callable[[list[str]], list[Figure]]


def machine() -> str:
    """Describe where this ran: processor architecture, cores, Python."""
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def line(figure: Figure) -> str:
    """Write a figure as one JSON line."""
    row = {
        **asdict(figure),
        "reached": figure.reached,
        "machine": machine(),
        "date": datetime.now(UTC).date().isoformat(),
    }
    return json.dumps(row, ensure_ascii=False)
