"""Draws of what is known: Thompson sampling at three tenths of the standard deviation.

The best value of a draw is taken: uncertain times are tried as long as they may be good. At full deviation a dealership
would go on trying for years; with two hundred of them three tenths teach the network as much as it needs. The network's
leading functions are drawn as part of the own deviations, whose prior holds their uncertainty; its other functions are
drawn by themselves.

Values are what is added to log p; only their differences count. Rows of draws and contexts belong together; one context
serves for many draws.
"""

from typing import Final

import numpy as np

from guildpost_agent.domain.learning import features
from guildpost_shared.learning.bases import FIRST_HOUR, HOURS, WEEKDAYS, lead_basis, slot_basis
from guildpost_shared.learning.blocks import LEAD_BLOCKS, LEAD_COORDINATES, SLOT_BLOCKS, SLOT_COORDINATES, weights
from guildpost_shared.learning.contexts import Contexts, Flags, Floats, Ints
from guildpost_shared.learning.model import NetworkModel, Surfaces, surfaces

TEMPERATURE: Final = 0.3
"""Share of the standard deviation with which is drawn."""


def own_draws(mean: Floats, root: Floats, z: Floats) -> Floats:
    """Draw one dealership's deviations, float64[n, 45].

    Args:
        mean: float64[45], of its belief.
        root: float64[45, 45], of the same.
        z: float64[n, 45], standard normals; zeros give the mean.
    """
    drawn: Floats = mean + TEMPERATURE * (z @ root.T)
    return drawn


def unknown_here(model: NetworkModel) -> Surfaces:
    """Give the variances of the network's functions without the part that is drawn as own deviation."""
    variance = model.variance * weights() ** 2
    for part, block, drawn in (
        (SLOT_COORDINATES, SLOT_BLOCKS[0], features.SLOT_FUNCTIONS),
        (LEAD_COORDINATES, LEAD_BLOCKS[0], features.LEAD_FUNCTIONS),
    ):
        variance[part.start : part.start + block.size].reshape(block.cells, block.rank)[:, :drawn] = 0.0
    return surfaces(variance)


def lead_values(model: NetworkModel, unknown: Surfaces, contexts: Contexts, z: Floats, own: Floats) -> Floats:
    """Give the value of every lead time, float64[n, 25].

    Args:
        model: the network model.
        unknown: of ``unknown_here``.
        contexts: n of them, or one for all.
        z: float64[n, 5], standard normals.
        own: float64[n, 45], of ``own_draws``.
    """
    drawn = _drawn(model.mean.lead[contexts.cell], unknown.lead[contexts.cell], z)
    drawn[:, : features.LEAD_FUNCTIONS] += np.take_along_axis(own, features.lead_places(contexts), axis=1)
    values: Floats = drawn @ lead_basis().T
    return values


def slot_values(model: NetworkModel, unknown: Surfaces, contexts: Contexts, z: Floats, own: Floats) -> Floats:
    """Give the value of every hour of the week, float64[n, 91]; z is float64[n, 14], and no context one of a letter."""
    drawn = _drawn(model.mean.slot[contexts.slot_cell], unknown.slot[contexts.slot_cell], z)
    drawn[:, : features.SLOT_FUNCTIONS] += np.take_along_axis(own, features.slot_places(contexts), axis=1)
    values: Floats = drawn @ slot_basis().T
    return values


def best_hours(values: Floats, allowed: Flags) -> tuple[Floats, Ints]:
    """Give the value of every weekday's best allowed hour, float64[n, 7], and that hour, int64[n, 7].

    Args:
        values: float64[n, 91].
        allowed: bool[91], or of each row; a weekday without an allowed hour is worth −∞.
    """
    by_hour = np.where(allowed, values, -np.inf).reshape(-1, WEEKDAYS, HOURS)
    return by_hour.max(axis=2), by_hour.argmax(axis=2) + FIRST_HOUR


def _drawn(mean: Floats, variance: Floats, z: Floats) -> Floats:
    drawn: Floats = mean + TEMPERATURE * np.sqrt(variance) * z
    return drawn
