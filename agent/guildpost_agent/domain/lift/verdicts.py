"""What may be said about a difference: more, less, or – whenever chance alone could explain it – not yet known."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from guildpost_agent.domain.lift.intervals import Arm, Interval, difference

LEAST_PER_ARM: Final = 50
"""Customers in each arm without whom nothing is said, however large the difference looks."""


class Verdict(StrEnum):
    """Whether those who were written to come more often."""

    MORE = "more"
    LESS = "less"
    NOT_YET_KNOWN = "not_yet_known"


@dataclass(frozen=True)
class Lift:
    """Two arms by intention to treat: everybody counts where the draw put them, whatever was delivered to them."""

    treated: Arm
    held_out: Arm

    @property
    def estimate(self) -> float:
        """The difference of the visit rates, treated minus held out (-1 to 1)."""
        return self.treated.rate - self.held_out.rate

    @property
    def interval(self) -> Interval:
        """The 95 % interval of the difference."""
        return difference(self.treated, self.held_out)

    @property
    def enough(self) -> bool:
        """Say whether each arm has the least number of customers."""
        return min(self.treated.customers, self.held_out.customers) >= LEAST_PER_ARM

    @property
    def verdict(self) -> Verdict:
        """Say what is known; an interval that touches zero says nothing."""
        if not self.enough or 0.0 in self.interval:
            return Verdict.NOT_YET_KNOWN
        return Verdict.MORE if self.interval.low > 0 else Verdict.LESS
