"""The coordinator's belief about the network, moved by one noised sum per round (a Kalman filter).

A round's score is ``g = H·(θ* − θ) + error``: θ the published coefficients, H from the exposures. The error has three
parts: chance in the answers, covariance ω·H (the variance of a rare yes is its rate, a weighted one's ω times as much);
dealerships differing from the network by T, which adds H·T·H/N; and the privacy noise, σ²·C⁻². Beliefs age by a random
walk between rounds, and lead times of a class may move together (``shifts``).

    S = H·P·H + R      G = P·H·S⁻¹      θ ← θ + G·g      P ← P − G·H·P
"""

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from guildpost_coordinator.domain.learning.drift import LEADING, ROUNDS, alarmed, surprise
from guildpost_coordinator.domain.learning.exposures import Exposures, hessian
from guildpost_coordinator.domain.learning.shifts import SHIFT_WALK, shift_directions
from guildpost_shared.learning.blocks import (
    DIMENSION,
    LEAD_BLOCKS,
    LEAD_COORDINATES,
    RATE_BLOCKS,
    SLOT_BLOCKS,
    SLOT_COORDINATES,
)
from guildpost_shared.learning.contexts import Floats
from guildpost_shared.learning.model import MAX_COEFFICIENT, NetworkModel
from guildpost_shared.learning.terms import EXPOSURE_WEIGHT, scale, score_scale
from guildpost_shared.learning.vector import Collected

WALK: Final = 0.003
"""Growth of every variance per week, in prior variances: about a sixth of the prior in a year."""
ALARMED_WALK: Final = 0.04
"""Growth per week of a block whose alarm is on."""
DEALER_SLOT: Final = 0.08
DEALER_LEAD: Final = 0.13
DEALER_RATE: Final = 0.22
"""How far one dealership differs from the network (standard deviation in log p)."""
ANSWER_WEIGHT: Final = 1.15
"""ω, the mean weight of an expected answer (Σw²p / Σwp; from 1.14 to 1.17 in every round of the simulated networks)."""
EVEN_SHARE: Final = 0.65
"""Effective share of the dealerships: they are of different size, and nobody may know which."""


@dataclass(frozen=True)
class Belief:
    """What the coordinator holds between rounds.

    Attributes:
        theta: float64[549].
        covariance: P, float64[549, 549].
        exposures: averaged over the rounds; None before the first.
        surprises: of (slot, lead) in the last rounds, oldest first.
        drifting: whose alarm is on, (slot, lead).
    """

    theta: Floats
    covariance: Floats
    exposures: Exposures | None = None
    surprises: tuple[tuple[float, float], ...] = field(default=())
    drifting: tuple[bool, bool] = (False, False)

    def published(self) -> NetworkModel:
        """Give what goes into the signed model: θ and the diagonal of P, within the declared bounds."""
        variance = np.clip(np.diag(self.covariance), 1e-9, 1.0)
        return NetworkModel(np.clip(self.theta, -MAX_COEFFICIENT, MAX_COEFFICIENT), variance, self.drifting)


def prior() -> Belief:
    """Start from N(0, 1)."""
    return Belief(np.zeros(DIMENSION), np.eye(DIMENSION))


def aged(belief: Belief, weeks: float) -> Belief:
    """Let time pass: variances grow, to the prior's at most."""
    growth = np.full(DIMENSION, WALK * weeks)
    for drifts, block in zip(belief.drifting, (SLOT_COORDINATES, LEAD_COORDINATES), strict=True):
        if drifts:
            growth[block] += ALARMED_WALK * weeks
    moved = shift_directions(belief.theta)
    grown = belief.covariance + np.diag(growth) + SHIFT_WALK * weeks * (moved.T @ moved)
    shrink = np.minimum(1.0, 1.0 / np.sqrt(np.diag(grown)))
    return replace(belief, covariance=grown * shrink[:, None] * shrink)


def learned(belief: Belief, collected: Collected, *, dealers: int, noise_variance: float) -> Belief:
    """Take in one round.

    Args:
        belief: aged to the day of the round; its model is the one under which the round was scored.
        collected: the decoded sum.
        dealers: how many are in it.
        noise_variance: of the noise on every coordinate of the sum, in squared integer units.
    """
    deviation = float(np.sqrt(noise_variance)) / scale()
    exposures = Exposures.of(collected).averaged(belief.exposures)
    information = hessian(exposures, deviation / EXPOSURE_WEIGHT)
    differing = (information * _dealer_variance()) @ information / (EVEN_SHARE * dealers)
    noise = ANSWER_WEIGHT * information + differing + np.diag((deviation / score_scale()) ** 2 + 1e-9)
    gained = belief.covariance @ information
    innovation = information @ gained + noise
    gain = np.linalg.solve(innovation, gained.T).T
    covariance = belief.covariance - gain @ gained.T
    slot, lead = (surprise(collected.score, innovation, block) for block in LEADING)
    before = belief.surprises
    return Belief(
        theta=belief.theta + gain @ collected.score,
        covariance=(covariance + covariance.T) / 2,
        exposures=exposures,
        surprises=(*before, (slot, lead))[-ROUNDS:],
        drifting=(alarmed(slot, [z for z, _ in before]), alarmed(lead, [z for _, z in before])),
    )


def _dealer_variance() -> Floats:
    """Give T, the diagonal: dealerships differ in the coarsest block of each kind, in units of its prior variance."""
    kinds = (
        (SLOT_COORDINATES, SLOT_BLOCKS[0], DEALER_SLOT),
        (LEAD_COORDINATES, LEAD_BLOCKS[0], DEALER_LEAD),
        (slice(LEAD_COORDINATES.stop, DIMENSION), RATE_BLOCKS[0], DEALER_RATE),
    )
    result = np.zeros(DIMENSION)
    for part, block, deviation in kinds:
        result[part.start : part.start + block.size] = (deviation / block.weight) ** 2
    return result
