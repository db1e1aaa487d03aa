"""A dealer's part in a training of the propensity model: its seated customers, counted and noised for each round.

The seats are drawn once, before the first round: the same customers take part in all rounds, which is what the budget
charges for. Whatever the coordinator publishes between rounds (bounds, feature map, θ), the integers of one customer
stay within the bounds of ``guildpost_shared.studies.propensity``.
"""

from dataclasses import dataclass

import numpy as np

from guildpost_shared.entropy import Entropy
from guildpost_shared.studies.noise import with_noise_share
from guildpost_shared.studies.propensity import steps, survey
from guildpost_shared.studies.propensity.asks import Ask, RangesAsk, StepAsk, SurveyAsk
from guildpost_shared.studies.propensity.budget import Budget
from guildpost_shared.studies.propensity.columns import Coded, Flags, Integers


@dataclass(frozen=True)
class Seated:
    """The customers that take part in a training, and whether they answered."""

    records: Coded
    answered: Flags


def answer(seated: Seated, ask: Ask, *, budget: Budget, threshold: int, entropy: Entropy) -> Integers:
    """Make the vector that is masked and sent.

    Args:
        seated: the dealer's customers; none is fine, the noise goes out all the same.
        ask: the round.
        budget: the noise of every round of this training.
        threshold: t of the round, from ``Participant.threshold``.
        entropy: operating-system randomness.

    Returns:
        int64[ask.dimension].

    Raises:
        ValueError: for a step beyond the budget.
    """

    def share(counts: Integers, variance: int) -> Integers:
        return with_noise_share(counts, variance, threshold=threshold, entropy=entropy)

    match ask:
        case SurveyAsk():
            return share(survey.survey(seated.records, seated.answered), budget.survey)
        case RangesAsk() if ask.bounds:
            return share(survey.ranges(seated.records, ask.bounds), budget.ranges)
        case RangesAsk():
            return share(np.zeros(ask.dimension, dtype=np.int64), budget.ranges)
        case StepAsk():
            if not 0 <= ask.at < len(budget.slopes) or (ask.curved and ask.at > 0 and budget.curvature > 0):
                raise ValueError("a step that the budget does not hold")
            return np.concatenate([share(part, variance) for part, variance in _step(seated, ask, budget, entropy)])


def _step(seated: Seated, ask: StepAsk, budget: Budget, entropy: Entropy) -> list[tuple[Integers, int]]:
    vectors, norm = ask.features.vectors(seated.records), ask.features.norm
    parts = [(steps.slope(vectors, seated.answered, ask.theta, norm, entropy), budget.slopes[ask.at])]
    if ask.curved:
        parts.append((steps.curvature(vectors, ask.theta, norm, weighted=ask.weighted), budget.curvature))
    return parts
