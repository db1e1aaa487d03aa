"""The network model that the coordinator publishes: coefficients and how uncertain each of them is.

A hostile model must not hurt: an agent refuses one outside ``MAX_COEFFICIENT`` and (0, 1], and cuts every p that it
computes for a study from a model to [0, ½], so that the sensitivity holds whatever was published.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from guildpost_shared.errors import Refused
from guildpost_shared.learning.bases import LEAD_RANK, SLOT_RANK, lead_basis, slot_basis
from guildpost_shared.learning.blocks import (
    DIMENSION,
    LEAD_BLOCKS,
    RATE_BLOCKS,
    SLOT_BLOCKS,
    TOUCHED,
    coordinates,
    weights,
)
from guildpost_shared.learning.contexts import CELLS, Contexts, Floats, Ints, every_context

MAX_COEFFICIENT: Final = 6.0
"""Six prior standard deviations; what lies beyond was not learned from answers."""
STARTING_RATES: Final = (0.12, 0.10, 0.12, 0.04, 0.03)
"""Share of reminders that lead to a booking before anything is learned, per learning class: rounded figures of the
trade, only a start; the rate blocks correct them within a round or two."""
_SLOT_TOUCHED: Final = sum(block.rank for block in SLOT_BLOCKS)
_RATE_TOUCHED: Final = len(RATE_BLOCKS)


@dataclass(frozen=True)
class Surfaces:
    """Sums of blocks: coefficients (or their variances) of the functions that a context uses.

    Attributes:
        slot: float64[20, 14] by ``Contexts.slot_cell``.
        lead: float64[180, 5] by ``Contexts.cell``.
        rate: float64[180] by ``Contexts.cell``.
    """

    slot: Floats
    lead: Floats
    rate: Floats


def surfaces(values: Floats) -> Surfaces:
    """Add up what every context uses.

    Args:
        values: float64[549], in the units of log p (coefficient × v), or variances (P × v²).
    """
    used = values[coordinates()]
    slot = used[:, :_SLOT_TOUCHED].reshape(CELLS, len(SLOT_BLOCKS), SLOT_RANK).sum(axis=1)
    lead = used[:, _SLOT_TOUCHED : TOUCHED - _RATE_TOUCHED].reshape(CELLS, len(LEAD_BLOCKS), LEAD_RANK).sum(axis=1)
    return Surfaces(slot[_one_context_per_slot_cell()], lead, used[:, TOUCHED - _RATE_TOUCHED :].sum(axis=1))


@dataclass(frozen=True)
class NetworkModel:
    """A published model.

    Attributes:
        theta: float64[549], coefficients in prior standard deviations.
        variance: float64[549], their variances (the diagonal of P), in (0, 1].
        drifting: whether the coordinator saw (slot, lead) change lately: old outcomes count less then.
    """

    theta: Floats
    variance: Floats
    drifting: tuple[bool, bool] = (False, False)

    @cached_property
    def mean(self) -> Surfaces:
        """Coefficients per context, in log p."""
        return surfaces(self.theta * weights())

    @cached_property
    def slot_table(self) -> Floats:
        """What a slot adds to log p, float64[20, 91]."""
        table: Floats = self.mean.slot @ slot_basis().T
        return table

    @cached_property
    def lead_table(self) -> Floats:
        """What a lead time adds to log p, float64[180, 25]."""
        table: Floats = self.mean.lead @ lead_basis().T
        return table

    @cached_property
    def rate_table(self) -> Floats:
        """Logarithm of p where all functions are zero, float64[180]."""
        starting = np.log(np.array(STARTING_RATES))[every_context().learning_class]
        table: Floats = starting + self.mean.rate
        return table

    def log_rate(self, contexts: Contexts, slot: Ints, lead: Ints) -> Floats:
        """Give log p of reminders, float64[n], uncut; ``slot`` is ignored for letters."""
        cell, timed = contexts.cell, contexts.timed
        slots = np.where(timed, self.slot_table[contexts.slot_cell, np.where(timed, slot, 0)], 0.0)
        total: Floats = self.rate_table[cell] + slots + self.lead_table[cell, lead]
        return total


def neutral_model() -> NetworkModel:
    """Give what holds before anything is learned."""
    return NetworkModel(np.zeros(DIMENSION), np.ones(DIMENSION))


def require_sound(model: NetworkModel) -> NetworkModel:
    """Accept a published model or refuse it.

    Raises:
        Refused: ``model_out_of_bounds`` when it has another dimension, or values that no learning can have given.
    """
    shapes = model.theta.shape == model.variance.shape == (DIMENSION,)
    if not shapes or not np.isfinite(model.theta).all() or not np.isfinite(model.variance).all():
        raise Refused("model_out_of_bounds")
    if np.abs(model.theta).max() > MAX_COEFFICIENT or model.variance.min() <= 0 or model.variance.max() > 1:
        raise Refused("model_out_of_bounds")
    return model


def _one_context_per_slot_cell() -> Ints:
    contexts = every_context()
    timed = np.flatnonzero(contexts.timed)
    first = np.unique(contexts.slot_cell[timed], return_index=True)[1]
    chosen: Ints = timed[first]
    return chosen
