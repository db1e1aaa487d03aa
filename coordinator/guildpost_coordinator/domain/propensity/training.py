"""A training from the first survey to the model: what to ask next, and what a sum teaches.

    survey ──▶ ranges ──▶ step 0 (slope, curvature) ──▶ step 1 ──▶ … ──▶ learned

With noise the number of steps is the budget's. Without, training ends when the model stands still, or after the steps
that were planned.
"""

import math
from dataclasses import dataclass

import numpy as np

from guildpost_coordinator.domain.propensity.solving import Believed, Curvature, NewtonSolver, NoisySolver, start
from guildpost_coordinator.domain.propensity.surveying import Found, feature_map, read_survey
from guildpost_shared.studies.propensity.asks import Ask, RangesAsk, StepAsk, SurveyAsk
from guildpost_shared.studies.propensity.budget import Budget
from guildpost_shared.studies.propensity.columns import Floats, Integers
from guildpost_shared.studies.propensity.features import FeatureMap
from guildpost_shared.studies.propensity.steps import CURVATURE_NORM, SLOPE_NORM, curvature_of, slope_of


@dataclass(frozen=True, eq=False)
class Memory:
    """What a training with noise holds between its rounds.

    Attributes:
        found: what the survey found.
        believed: by the solver, from the first step on.
        published: SHA-256 of the file that asks the next round: who took it back, lets the training end.
    """

    found: Found
    believed: Believed | None = None
    published: bytes = b""


class Training:
    """Ask, take in the sum, ask again; ``ask`` is None when the model is learned.

    Attributes:
        ask: the present round's.
        rounds: sums taken in so far.
    """

    def __init__(self, columns: int, budget: Budget) -> None:
        """Begin.

        Args:
            columns: number of columns that the study names.
            budget: of the study.
        """
        self.ask: Ask | None = SurveyAsk(columns)
        self.rounds = 0
        self._budget = budget
        self._found: Found | None = None
        self._features: FeatureMap | None = None
        self._solver: NewtonSolver | NoisySolver | None = None

    @classmethod
    def resumed(cls, columns: int, budget: Budget, memory: Memory, ask: Ask) -> "Training":
        """Go on with the next round, or, where a round of learning was lost, with one after it.

        Args:
            columns: number of columns that the study names.
            budget: of the study, with noise.
            memory: what the training held after its last round.
            ask: what the round asked.
        """
        training = cls(columns, budget)
        training.ask, training._found = ask, memory.found
        if isinstance(ask, StepAsk):
            training._features = ask.features
            if memory.believed is not None:
                training._solver = NoisySolver(ask.features, memory.believed)
        return training

    @property
    def memory(self) -> Memory:
        """What is needed to go on; sums are not among it.

        Raises:
            ValueError: before the survey.
        """
        if self._found is None:
            raise ValueError("nothing found yet")
        return Memory(self._found, self._solver.held if isinstance(self._solver, NoisySolver) else None)

    @property
    def noisy(self) -> bool:
        """Whether the sums carry noise."""
        return self._budget.survey > 0

    @property
    def model(self) -> tuple[FeatureMap, Floats]:
        """The feature map and θ.

        Raises:
            ValueError: before the first step.
        """
        if self._features is None or self._solver is None:
            raise ValueError("nothing learned yet")
        return self._features, self._solver.theta

    def take(self, total: Integers, *, inflation: float) -> None:
        """Learn from a round's sum.

        Args:
            total: int64[ask.dimension].
            inflation: n/t, by how much the n dealers in the sum made its variance larger than promised.
        """
        ask = self.ask
        if ask is None or total.shape != (ask.dimension,):
            raise ValueError("a sum that was not asked for")
        self.rounds += 1
        match ask:
            case SurveyAsk():
                self._found = read_survey(total, columns=ask.columns, variance=self._budget.survey * inflation)
                self.ask = RangesAsk(self._found.bounds)
            case RangesAsk():
                self.ask = self._first_step(ask, total, inflation)
            case StepAsk():
                self.ask = self._step(ask, total, inflation)

    def _first_step(self, ask: RangesAsk, total: Integers, inflation: float) -> StepAsk:
        assert self._found is not None  # noqa: S101 — the survey came before
        counts = total if ask.bounds else total[:0]
        self._features = feature_map(self._found, counts, variance=self._budget.ranges * inflation)
        theta = start(self._features, self._found.answered if self.noisy else 0.5)
        return StepAsk(self._features, theta, 0, curved=True, weighted=not self.noisy)

    def _step(self, ask: StepAsk, total: Integers, inflation: float) -> StepAsk | None:
        features, size, norm = ask.features, ask.features.dimension, ask.features.norm
        slope = slope_of(total[:size], norm)
        products = curvature_of(total[size:], size, norm, weighted=ask.weighted) if ask.curved else None
        if not self.noisy:
            assert products is not None  # noqa: S101 — asked for in every step without noise
            exact = self._solver if isinstance(self._solver, NewtonSolver) else NewtonSolver(features, ask.theta)
            self._solver = exact
            moving = exact.learn(slope, products / 4)
            last = not moving or ask.at + 1 == len(self._budget.slopes)
            return None if last else StepAsk(features, exact.theta, ask.at + 1, curved=True, weighted=True)
        if products is not None:
            deviation = math.sqrt(self._budget.curvature * inflation) * (norm / CURVATURE_NORM) ** 2
            answered = float(1 / (1 + np.exp(-ask.theta[0])))
            self._solver = NoisySolver.started(features, ask.theta, Curvature(products, deviation), answered)
        solver = self._solver
        assert isinstance(solver, NoisySolver)  # noqa: S101 — made in step 0
        solver.learn(slope, math.sqrt(self._budget.slopes[ask.at] * inflation) * norm / SLOPE_NORM)
        last = ask.at + 1 == len(self._budget.slopes)
        return None if last else StepAsk(features, solver.theta, ask.at + 1, curved=False)
