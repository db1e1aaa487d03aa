"""What a round of a training asks, and how long the vector is that answers it.

1. survey
2. ranges, with the bounds that the survey found
3. step 0: slope, and curvature behind it in the same vector
4. steps 1, 2, …: slope (without noise: each with a fresh curvature)
"""

from dataclasses import dataclass

import numpy as np

from guildpost_shared.studies.propensity.columns import Floats
from guildpost_shared.studies.propensity.features import FeatureMap
from guildpost_shared.studies.propensity.survey import RANGE_CELLS, Bounds, survey_dimension


@dataclass(frozen=True)
class SurveyAsk:
    """What stands in the columns?"""

    columns: int

    @property
    def dimension(self) -> int:
        """Number of coordinates."""
        return survey_dimension(self.columns)


@dataclass(frozen=True)
class RangesAsk:
    """How are numbers spread between bounds?"""

    bounds: tuple[Bounds, ...]

    @property
    def dimension(self) -> int:
        """Number of coordinates; one that stays zero where no column holds numbers."""
        return max(1, RANGE_CELLS * len(self.bounds))


@dataclass(frozen=True, eq=False)
class StepAsk:
    """Which way up from θ, and (where asked) how steeply does that change?

    Attributes:
        features: the feature map.
        theta: float64[d]; anything that is not finite is refused.
        at: number of the step, from 0.
        curved: whether the curvature is asked for, too.
        weighted: whether by the weights of the model (its Hessian), or plain.
    """

    features: FeatureMap
    theta: Floats
    at: int
    curved: bool
    weighted: bool = False

    def __post_init__(self) -> None:
        if self.theta.shape != (self.features.dimension,) or not np.isfinite(self.theta).all():
            raise ValueError("theta does not fit the feature map")

    @property
    def dimension(self) -> int:
        """Number of coordinates."""
        features = self.features.dimension
        return features + (features * (features + 1) // 2 if self.curved else 0)


Ask = SurveyAsk | RangesAsk | StepAsk
