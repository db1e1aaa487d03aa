"""A dealer's contribution to a study: clipped counts plus its share of the noise.

The sum must carry noise of variance σ² even when only the least number t of legal entities survives, so every dealer
adds Skellam noise of variance σ²/t; c colluding dealers that know their own noise leave (t − c)/t of it.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from guildpost_shared.entropy import Entropy
from guildpost_shared.privacy import accountant, skellam
from guildpost_shared.privacy.accountant import Expense
from guildpost_shared.secagg.cohort import FLOOR_GROUPS
from guildpost_shared.studies.kinds import PROPENSITY
from guildpost_shared.studies.layouts import layout_of
from guildpost_shared.studies.propensity.budget import Budget
from guildpost_shared.studies.spec import StudySpec


def promised_variance(spec: StudySpec) -> int:
    """Compute σ² per coordinate that the study's ε and δ ask for."""
    return accountant.variance_for(spec.epsilon, spec.delta, layout_of(spec).sensitivity)


@lru_cache(maxsize=8)
def training_budget(epsilon: float, delta: float, columns: int) -> Budget:
    """Share out a training's budget; all sides compute the same."""
    return Budget.of(epsilon, delta, columns=columns)


def budget_of(spec: StudySpec) -> Budget:
    """Give the noise of every round of a training."""
    return training_budget(spec.epsilon, spec.delta, len(spec.columns))


def expenses_of(spec: StudySpec) -> tuple[Expense, ...]:
    """List what taking part costs a customer, or a dealer: one release, or all those of a training."""
    if spec.kind == PROPENSITY:
        return tuple(budget_of(spec).expenses(len(spec.columns)))
    return (Expense(layout_of(spec).sensitivity, promised_variance(spec)),)


def summed_variance(spec: StudySpec, noise: Fraction) -> Fraction:
    """Compute the variance that a sum really carries.

    Args:
        spec: the study.
        noise: how many times σ² it is (``NetworkSum.noise``): n/t, in shards the sum of theirs; at least one.
    """
    return promised_variance(spec) * noise


def contribution(spec: StudySpec, records: Sequence[Any], *, threshold: int, entropy: Entropy) -> npt.NDArray[np.int64]:
    """Make the vector that is masked and sent.

    Args:
        spec: the verified study.
        records: one per privacy unit, of the layout's type; none is fine, the noise goes out all the same.
        threshold: t of the round, from ``Participant.threshold``.
        entropy: operating-system randomness.

    Returns:
        int64[dimension].
    """
    layout = layout_of(spec)
    counts = layout.encode(records, cap=spec.cap_customers, entropy=entropy)
    return with_noise_share(counts, promised_variance(spec), threshold=threshold, entropy=entropy)


def with_noise_share(
    vector: npt.NDArray[np.int64], variance: int, *, threshold: int, entropy: Entropy
) -> npt.NDArray[np.int64]:
    """Add one dealer's share of the noise.

    Args:
        vector: clipped integers.
        variance: σ² that the sum must carry; 0 where a study is run without noise.
        threshold: t of the round; t shares make σ².
        entropy: operating-system randomness.
    """
    if threshold < FLOOR_GROUPS:
        raise ValueError("threshold below the floor")
    if variance == 0:
        return vector
    return vector + skellam.sampler(Fraction(variance, threshold)).draw(len(vector), entropy)
