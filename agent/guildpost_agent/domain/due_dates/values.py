"""What a due date says, and many of them in columns."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from guildpost_agent.domain.columns import EPOCH, Bools, Days
from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.records import Triage

CONFIDENCE_AGREED: Final = 0.98
CONFIDENCE_DMS: Final = 0.95
CONFIDENCE_JOB: Final = 0.9
CONFIDENCE_DOUBTED: Final = 0.75
CONFIDENCE_REGISTRATION: Final = 0.6
LEAST_CONFIDENCE: Final = 0.0001

DMS, JOB, ROLLED, REGISTRATION, MILEAGE = range(5)
SOURCES: Final = ("dms", "job", "rolled", "registration", "mileage")
TRUSTED, ESTIMATED, STALE = range(3)
TRIAGES: Final = (Triage.TRUSTED, Triage.ESTIMATED, Triage.STALE)

Codes = NDArray[np.uint8]
Shares = NDArray[np.float64]


@frozen
class DueDate:
    """The last day on which one may still come, where it comes from, and how far it can be trusted (0 … 1)."""

    due: date
    source: str
    confidence: float
    triage: Triage


@dataclass(frozen=True)
class Due:
    """Due dates in columns, all of one length.

    Attributes:
        known: whether anything is known; where not, the others mean nothing.
        due: days since 1970-01-01.
        source: index into ``SOURCES``.
        confidence: 0 … 1.
        triage: index into ``TRIAGES``.
    """

    known: Bools
    due: Days
    source: Codes
    confidence: Shares
    triage: Codes

    @classmethod
    def unknown(cls, length: int) -> "Due":
        """Begin with nothing known."""
        return cls(
            np.zeros(length, np.bool_),
            np.zeros(length, np.int64),
            np.zeros(length, np.uint8),
            np.zeros(length, np.float64),
            np.zeros(length, np.uint8),
        )

    def put(self, where: Bools, other: "Due") -> None:
        """Fill in the due dates of some; ``other`` holds these alone, in their order."""
        self.known[where], self.due[where], self.source[where] = other.known, other.due, other.source
        self.confidence[where], self.triage[where] = other.confidence, other.triage

    def at(self, index: int) -> DueDate | None:
        """Give one of them."""
        if not self.known[index]:
            return None
        day = date.fromordinal(EPOCH + int(self.due[index]))
        confidence, triage = float(self.confidence[index]), TRIAGES[self.triage[index]]
        return DueDate(day, SOURCES[self.source[index]], confidence, triage)
