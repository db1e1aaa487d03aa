"""Slot and lead time of every reminder: Thompson sampling, within what is allowed.

What is known is drawn from its belief, at a fifth of its standard deviation, and the best allowed value of the draw is
taken: uncertain times are tried as long as they may be good. At full deviation a dealership would go on trying for
years; with two hundred of them a fifth teaches the network as much as it needs. The network's coarse blocks are drawn
as part of the own deviations, whose prior holds their uncertainty; its finer blocks are drawn by themselves.

Quiet hours, Sundays and holidays, caps, capacity and the service's window come as masks: the grid is wider than they.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from guildpost_agent.domain.learning import features
from guildpost_agent.domain.learning.deviations import Posterior
from guildpost_agent.domain.learning.exploring import FLOOR, evenly
from guildpost_shared.learning.bases import lead_basis, slot_basis
from guildpost_shared.learning.blocks import LEAD_BLOCKS, LEAD_COORDINATES, SLOT_BLOCKS, SLOT_COORDINATES, weights
from guildpost_shared.learning.contexts import Contexts, Flags, Floats, Ints
from guildpost_shared.learning.model import NetworkModel, Surfaces, surfaces

SLOT_TEMPERATURE: Final = 0.2
LEAD_TEMPERATURE: Final = 0.2
"""Shares of the standard deviation with which is drawn."""


@dataclass(frozen=True)
class Allowed:
    """What may be chosen: ``slots`` bool[n, 91], of no meaning for letters; ``leads`` bool[n, 25]."""

    slots: Flags
    leads: Flags

    def take(self, at: Ints) -> "Allowed":
        """Pick some."""
        return Allowed(self.slots[at], self.leads[at])


@dataclass(frozen=True)
class Choice:
    """What was chosen: ``slot`` int64[n], −1 for letters and where nothing is allowed; ``lead`` int64[n], as index."""

    slot: Ints
    lead: Ints


def explored(contexts: Contexts, allowed: Allowed, window: Flags, rng: np.random.Generator) -> Choice:
    """Choose evenly: the neutral start.

    Args:
        contexts: n of them.
        allowed: masks.
        window: bool[25], lead times that are tried; where none of them is allowed, all that are allowed.
        rng: for the draw.
    """
    inside = allowed.leads & window
    leads = np.where(inside.any(axis=1, keepdims=True), inside, allowed.leads)
    return Choice(np.where(contexts.timed, evenly(allowed.slots, rng), -1), evenly(leads, rng))


def chosen(
    contexts: Contexts,
    dealer: Ints,
    *,
    model: NetworkModel,
    belief: Posterior,
    allowed: Allowed,
    window: Flags,
    rng: np.random.Generator,
) -> Choice:
    """Choose by what is known.

    Args:
        contexts: n of them.
        dealer: int64[n], 0 to N − 1, in rising order.
        model: the network model.
        belief: about the N dealerships' own deviations.
        allowed: masks.
        window: lead times of the share that explores.
        rng: for the draws.
    """
    own = _own_draws(dealer, belief, rng)
    unknown = unknown_here(model)
    slots = _draws(model.mean.slot, SLOT_TEMPERATURE**2 * unknown.slot, contexts.slot_cell, rng)
    slots[:, : features.SLOT_FUNCTIONS] += np.take_along_axis(own, features.slot_places(contexts), axis=1)
    leads = _draws(model.mean.lead, LEAD_TEMPERATURE**2 * unknown.lead, contexts.cell, rng)
    leads[:, : features.LEAD_FUNCTIONS] += np.take_along_axis(own, features.lead_places(contexts), axis=1)
    slot = np.where(contexts.timed, _best(slots @ slot_basis().T, allowed.slots), -1)
    lead = _best(leads @ lead_basis().T, allowed.leads)
    explores = np.flatnonzero(rng.random(len(contexts)) < FLOOR)
    tried = explored(contexts.take(explores), allowed.take(explores), window, rng)
    slot[explores], lead[explores] = tried.slot, tried.lead
    return Choice(slot, lead)


def _own_draws(dealer: Ints, belief: Posterior, rng: np.random.Generator) -> Floats:
    draws = rng.standard_normal((len(dealer), features.COUNT))
    temperature = np.full(features.COUNT, SLOT_TEMPERATURE)
    temperature[features.LEADS] = LEAD_TEMPERATURE
    for at, rows in features.of_each_dealer(dealer, len(belief.mean)):
        draws[rows] = belief.mean[at] + temperature * (draws[rows] @ belief.root[at].T)
    return draws


def unknown_here(model: NetworkModel) -> Surfaces:
    """Give the variances of the network's functions without the part that is drawn as own deviation."""
    variance = model.variance * weights() ** 2
    for part, block, drawn in (
        (SLOT_COORDINATES, SLOT_BLOCKS[0], features.SLOT_FUNCTIONS),
        (LEAD_COORDINATES, LEAD_BLOCKS[0], features.LEAD_FUNCTIONS),
    ):
        variance[part.start : part.start + block.size].reshape(block.cells, block.rank)[:, :drawn] = 0.0
    return surfaces(variance)


def _draws(mean: Floats, variance: Floats, cell: Ints, rng: np.random.Generator) -> Floats:
    drawn: Floats = np.sqrt(variance)[cell] * rng.standard_normal((len(cell), mean.shape[1]))
    drawn += mean[cell]
    return drawn


def _best(values: Floats, allowed: Flags) -> Ints:
    best: Ints = np.where(allowed, values, -np.inf).argmax(axis=1)
    return np.where(allowed.any(axis=1), best, -1)
