"""A customer's integers in a round of learning, bounded as integers.

With x the customer's vector (length ≤ B), y whether it answered and p = 1/(1 + exp(−x·θ)) under the published θ:

- slope: (y − p)·x·M/B, length ≤ M, rounded up or down at random so that the mean is kept: most customers' slopes are a
  few steps long, and rounding to the nearest would bend their sum by as much as the noise;
- curvature: the products x_i·x_j for i ≤ j of x·N/B, rounded *before* multiplying, so that the sum over customers is
  exact. ``weighted`` multiplies x by √(4p(1 − p)) ≤ 1 first: then the sum is the Hessian of the log-likelihood.

Rounding can lengthen a vector; where it passes the bound, the vector is rounded towards zero, which never lengthens. A
hostile θ changes p only, which stays in [0, 1].
"""

from math import isqrt
from typing import Final

import numpy as np

from guildpost_shared.entropy import Entropy
from guildpost_shared.privacy.sensitivity import Sensitivity
from guildpost_shared.studies.propensity.columns import Flags, Floats, Integers
from guildpost_shared.studies.propensity.features import MOST_FEATURES

SLOPE_NORM: Final = 2_048
"""M: one part in two thousand of the longest customer is the finest step."""
CURVATURE_NORM: Final = 64
"""N: curvature only guides the steps, so a coarse grid is enough; its noise is far coarser."""
_FARTHEST: Final = 500.0
SLOPE: Final = Sensitivity(l1=(isqrt(MOST_FEATURES) + 1) * SLOPE_NORM, l2_squared=SLOPE_NORM**2)
_CURVATURE_L2_SQUARED: Final = 5 * CURVATURE_NORM**4 // 8
_MOST_PRODUCTS: Final = MOST_FEATURES * (MOST_FEATURES + 1) // 2
CURVATURE: Final = Sensitivity(l1=(isqrt(_MOST_PRODUCTS * _CURVATURE_L2_SQUARED) + 1), l2_squared=_CURVATURE_L2_SQUARED)


def probability(vectors: Floats, theta: Floats) -> Floats:
    """Compute p for every vector."""
    return np.asarray(1 / (1 + np.exp(-np.clip(vectors @ theta, -_FARTHEST, _FARTHEST))), dtype=np.float64)


def slope(vectors: Floats, answered: Flags, theta: Floats, norm: float, entropy: Entropy) -> Integers:
    """Sum the customers' slopes: int64[d], without noise."""
    scaled = (answered - probability(vectors, theta))[:, None] * vectors * (SLOPE_NORM / norm)
    whole = np.floor(scaled)
    drawn = np.frombuffer(entropy.token_bytes(4 * scaled.size), dtype="<u4").reshape(scaled.shape)
    whole += drawn < (scaled - whole) * 2.0**32
    too_long = (whole**2).sum(axis=1) > SLOPE_NORM**2
    whole[too_long] = np.trunc(scaled[too_long])
    return np.asarray(whole.astype(np.int64).sum(axis=0), dtype=np.int64)


def curvature(vectors: Floats, theta: Floats, norm: float, *, weighted: bool) -> Integers:
    """Sum the customers' products: int64[d(d + 1)/2], the upper triangle row by row, without noise."""
    grid = curvature_grid(weighted=weighted)
    scaled = vectors * (grid / norm)
    if weighted:
        chance = probability(vectors, theta)
        scaled = scaled * np.sqrt(4 * chance * (1 - chance))[:, None]
    whole = np.rint(scaled)
    too_long = ((whole**2).sum(axis=1) ** 2 + (whole**4).sum(axis=1)) / 2 > 5 * grid**4 // 8
    whole[too_long] = np.trunc(scaled[too_long])
    products = whole.T @ whole  # exact: whole numbers far below 2^53
    return products[np.triu_indices(vectors.shape[1])].astype(np.int64)


def slope_of(total: Integers, norm: float) -> Floats:
    """Read a summed slope in units of the log-likelihood."""
    return np.asarray(total * (norm / SLOPE_NORM), dtype=np.float64)


def curvature_grid(*, weighted: bool) -> int:
    """Give N: a weighted curvature is for sums without noise, where Newton's method wants it exact."""
    return SLOPE_NORM if weighted else CURVATURE_NORM


def curvature_of(total: Integers, dimension: int, norm: float, *, weighted: bool) -> Floats:
    """Read summed products as a symmetric matrix; a weighted one is four times the Hessian."""
    matrix = np.zeros((dimension, dimension))
    upper = np.triu_indices(dimension)
    matrix[upper] = total * (norm / curvature_grid(weighted=weighted)) ** 2
    return matrix + np.triu(matrix, 1).T
