"""From slope and curvature to the model.

**Without noise** Newton's method on the penalised log-likelihood ``L(θ) − ½·Σθ_i²/τ²``, with a fresh Hessian in every
round, from θ = 0, where the Hessian is largest; a step after which more is left to win than before is halved. The
penalty is 1 per squared coefficient of a category, and of a number per standard deviation of its column.

**With noise** θ is a belief N(θ, P), and every slope an observation of where the maximum θ* lies:

    g = H·(θ* − θ) + noise,  noise ~ N(0, σ²I)
    K = P·H·(H·P·H + σ²I)⁻¹,  θ ← θ + K·g,  P ← P − K·H·P + drift

so that what was learned at some θ is never forgotten and later slopes average its noise away; *drift* is the room for H
being wrong. H comes from one noised sum of products G, taken at the start: ``H = a·p̄(1 − p̄)·G``. Eigenvalues of G
below half the edge 2s√d of pure noise (E. Wigner's semicircle; s the deviation of an entry) are raised to it: steps
become shorter in directions about which G says nothing. The factor a follows what a step really changed: from the
second round on ``a = d·(g_before − g_now) / d·H·d`` for the step d just made, between 1/2 and 4.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from guildpost_shared.studies.propensity.columns import Floats
from guildpost_shared.studies.propensity.features import FeatureMap

CATEGORY_DEVIATION: Final = 0.3
NUMERIC_DEVIATION: Final = 0.6
MOST_DEVIATION: Final = 3.0
"""Prior τ with noise: of a category; of a number per standard deviation of its column, and at most. Constants."""
_INTERCEPT_DEVIATION: Final = 10.0
_DRIFT: Final = 0.1
_FLOOR: Final = 0.5
_LEAST_FACTOR: Final = 0.5
_MOST_FACTOR: Final = 4.0


def start(features: FeatureMap, answered: float) -> Floats:
    """Begin with a model that says the overall share for everybody."""
    theta = np.zeros(features.dimension)
    theta[0] = math.log(answered / (1 - answered))
    return theta


class NewtonSolver:
    """Exact sums: Newton's method, damped."""

    def __init__(self, features: FeatureMap, theta: Floats) -> None:
        self.theta = theta
        self._penalty = np.ones(features.dimension)
        self._penalty[1 : 1 + len(features.numeric)] = [(one.deviation / one.reach) ** 2 for one in features.numeric]
        self._penalty[0] = _INTERCEPT_DEVIATION**-2
        self._step: Floats = np.zeros(features.dimension)
        self._steepness = math.inf

    def learn(self, slope: Floats, hessian: Floats) -> bool:
        """Take a step.

        Args:
            slope: of the log-likelihood at ``theta``.
            hessian: its negative second derivative there.

        Returns:
            Whether the model still moves.
        """
        steep = slope - self._penalty * self.theta
        step: Floats = np.linalg.solve(hessian + np.diag(self._penalty), steep).astype(np.float64)
        decrement = float(steep @ step)
        if decrement > self._steepness:
            self._step = self._step / 2
            self.theta = self.theta - self._step
        else:
            self._step, self._steepness = step, decrement
            self.theta = self.theta + step
        return decrement > _STILL


_STILL: Final = 0.5
"""Newton decrement: half of it is how much log-likelihood is left to win, over all customers together."""


@dataclass(frozen=True)
class Curvature:
    """A noised sum of products: the matrix, and the deviation of the noise on an entry."""

    matrix: Floats
    deviation: float

    def hessian(self, answered: float) -> Floats:
        """Make it safe to divide by."""
        values, vectors = np.linalg.eigh(self.matrix)
        edge = 2 * self.deviation * math.sqrt(len(values))
        raised = np.maximum(values, max(_FLOOR * edge, 1e-9))
        return np.asarray((vectors * raised) @ vectors.T * (answered * (1 - answered)), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Believed:
    """What is believed between two slopes.

    Attributes:
        theta: float64[d].
        covariance: P, float64[d, d].
        hessian: H before the factor, float64[d, d].
        factor: a.
        before: the last slope and the step that followed, float64[d] each; None before the first.
    """

    theta: Floats
    covariance: Floats
    hessian: Floats
    factor: float = 1.0
    before: tuple[Floats, Floats] | None = None


class NoisySolver:
    """Noised sums: a belief that every slope narrows.

    Attributes:
        held: what is believed; whoever goes on later needs nothing else.
    """

    def __init__(self, features: FeatureMap, held: Believed) -> None:
        self.held = held
        self._drift = np.diag(_DRIFT * _deviations(features) ** 2)

    @classmethod
    def started(cls, features: FeatureMap, theta: Floats, curvature: Curvature, answered: float) -> "NoisySolver":
        """Begin with the prior at θ and a noised sum of products taken there."""
        deviations = _deviations(features)
        deviations[0] = _INTERCEPT_DEVIATION
        return cls(features, Believed(theta, np.diag(deviations**2), curvature.hessian(answered)))

    @property
    def theta(self) -> Floats:
        """The newest θ."""
        return self.held.theta

    def learn(self, slope: Floats, deviation: float) -> None:
        """Take a step.

        Args:
            slope: of the log-likelihood at ``theta``, noised.
            deviation: of the noise on a coordinate.
        """
        held = self.held
        factor = held.factor if held.before is None else _adapted(held, slope, *held.before)
        hessian = factor * held.hessian
        seen = hessian @ held.covariance
        gain = np.linalg.solve(seen @ hessian + deviation**2 * np.eye(len(slope)), seen).T
        step: Floats = gain @ slope
        narrowed = held.covariance - gain @ seen
        covariance = (narrowed + narrowed.T) / 2 + self._drift
        self.held = Believed(held.theta + step, covariance, held.hessian, factor, (slope, step))


def _adapted(held: Believed, slope: Floats, before: Floats, step: Floats) -> float:
    """Give the factor by what the last step really changed."""
    foreseen = float(step @ held.hessian @ step)
    changed = float(step @ (before - slope))
    if foreseen <= 0:
        return held.factor
    return min(max(changed / foreseen, _LEAST_FACTOR), _MOST_FACTOR)


def _deviations(features: FeatureMap) -> Floats:
    """Give the prior τ of every coefficient; the constant's stands for its drift."""
    deviations = np.full(features.dimension, CATEGORY_DEVIATION)
    deviations[1 : 1 + len(features.numeric)] = [
        min(NUMERIC_DEVIATION * one.reach / one.deviation, MOST_DEVIATION) for one in features.numeric
    ]
    return deviations
