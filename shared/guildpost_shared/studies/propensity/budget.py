"""How ε is shared out over the rounds of a training, and each dealer's part of the noise.

With Δ₂²/v = share/c for every release, the Gaussian part of the Rényi divergences adds up to α/(2c), however the shares
are chosen; c is the least with which the whole training costs ε (``accountant.variances_for``). The slope of the last
rounds matters most: it is taken where the model nearly is, so what it says is least falsified by curvature.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from guildpost_shared.privacy import accountant
from guildpost_shared.privacy.accountant import Expense
from guildpost_shared.studies.propensity.steps import CURVATURE, SLOPE
from guildpost_shared.studies.propensity.survey import survey_sensitivity
from guildpost_shared.studies.propensity.terms import FIRST_STEP, RANGES, SLOPES, SURVEY

_SURVEY_SHARE: Final = 0.06
_RANGES_SHARE: Final = 0.04
_CURVATURE_SHARE: Final = 0.2
_GROWTH: Final = 1.3


@dataclass(frozen=True)
class Budget:
    """σ² per coordinate of every release; all zero without noise (a comparison on data that are nobody's secret)."""

    survey: int
    ranges: int
    curvature: int
    slopes: tuple[int, ...]

    @classmethod
    def of(cls, epsilon: float, delta: float, *, columns: int) -> "Budget":
        """Share out a budget.

        Args:
            epsilon: of the whole training.
            delta: δ of the whole training.
            columns: how many the study names; ranges are charged as if all were numbers.
        """
        growing = [_GROWTH**at for at in range(SLOPES)]
        left = 1 - _SURVEY_SHARE - _RANGES_SHARE - _CURVATURE_SHARE
        parts = [
            (survey_sensitivity(columns), _SURVEY_SHARE),
            (survey_sensitivity(columns), _RANGES_SHARE),
            (CURVATURE, _CURVATURE_SHARE),
            *((SLOPE, left * part / sum(growing)) for part in growing),
        ]
        survey, ranges, curvature, *slopes = accountant.variances_for(epsilon, delta, parts)
        return cls(survey, ranges, curvature, tuple(slopes))

    @classmethod
    def without_noise(cls, slopes: int) -> "Budget":
        """Plan rounds of learning that add nothing."""
        return cls(0, 0, 0, (0,) * slopes)

    def expenses(self, columns: int) -> list[Expense]:
        """List what the training costs every customer in it."""
        surveyed = survey_sensitivity(columns)
        return [
            Expense(surveyed, self.survey),
            Expense(surveyed, self.ranges),
            Expense(CURVATURE, self.curvature),
            *(Expense(SLOPE, variance) for variance in self.slopes),
        ]


def expenses_of_rounds(expenses: Sequence[Expense], steps: Collection[int]) -> tuple[Expense, ...]:
    """Give what some rounds of a training cost.

    Args:
        expenses: of the whole training, as ``Budget.expenses`` lists them.
        steps: numbers of the rounds whose vectors were made.
    """
    survey, ranges, curvature, *slopes = expenses
    first, *later = slopes
    by_round = {SURVEY: (survey,), RANGES: (ranges,), FIRST_STEP: (curvature, first)}
    by_round |= {step: (slope,) for step, slope in enumerate(later, start=FIRST_STEP + 1)}
    return tuple(one for step in sorted(steps) for one in by_round[step])
