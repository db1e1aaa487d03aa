"""In what a dealership may differ from the network: 45 numbers δ, added to the network's log p.

 9   rates: all, by learning class (5), by channel (3)
16   slots: the 8 leading functions of φ, for e-mail and for calls
20   lead times: the 4 leading functions of ψ, by learning class
"""

from typing import Final

import numpy as np

from guildpost_shared.learning.bases import LEAD_RANK, SLOT_RANK
from guildpost_shared.learning.blocks import (
    LEAD_BLOCKS,
    LEAD_COORDINATES,
    RATE_BLOCKS,
    RATE_COORDINATES,
    SLOT_BLOCKS,
    weights,
)
from guildpost_shared.learning.contexts import CHANNELS, CLASSES, Contexts, Floats, Ints
from guildpost_shared.learning.model import NetworkModel

SLOT_FUNCTIONS: Final = 8
LEAD_FUNCTIONS: Final = 4
_CLASSES: Final = len(CLASSES)
BY_CLASS: Final = slice(1, 1 + _CLASSES)
BY_CHANNEL: Final = slice(BY_CLASS.stop, BY_CLASS.stop + len(CHANNELS))
SLOTS: Final = slice(BY_CHANNEL.stop, BY_CHANNEL.stop + 2 * SLOT_FUNCTIONS)
LEADS: Final = slice(SLOTS.stop, SLOTS.stop + _CLASSES * LEAD_FUNCTIONS)
COUNT: Final = LEADS.stop

RATE_DEVIATION: Final = 0.2
PART_DEVIATION: Final = 0.1
SLOT_DEVIATION: Final = 0.08
LEAD_DEVIATION: Final = 0.24
"""Standard deviations between dealerships, in log p: of the rate, of its parts by class and channel, of slot and lead
functions."""
LEAD_ALIKE: Final = 0.5
"""Correlation of the lead functions of two learning classes: whose customers plan ahead for one, do for another."""


def slot_places(contexts: Contexts) -> Ints:
    """Tell which of the 45 describe slots, int64[n, 8]."""
    places: Ints = SLOTS.start + contexts.voice[:, None] * SLOT_FUNCTIONS + np.arange(SLOT_FUNCTIONS)
    return places


def lead_places(contexts: Contexts) -> Ints:
    """Tell which of the 45 describe lead times, int64[n, 4]."""
    places: Ints = LEADS.start + contexts.learning_class[:, None] * LEAD_FUNCTIONS + np.arange(LEAD_FUNCTIONS)
    return places


def prior_covariance(model: NetworkModel) -> Floats:
    """Give the covariance of δ, float64[45, 45]: how dealerships differ, plus how far the network may be wrong."""
    published = model.variance * weights() ** 2
    slot, lead, rate = SLOT_BLOCKS[0], LEAD_BLOCKS[0], RATE_BLOCKS[0]
    slots = published[: slot.size].reshape(slot.cells, SLOT_RANK)[:, :SLOT_FUNCTIONS]
    leads = published[LEAD_COORDINATES][: lead.size].reshape(lead.cells, LEAD_RANK)[:, :LEAD_FUNCTIONS]
    rates = published[RATE_COORDINATES][: rate.size].reshape(_CLASSES, len(CHANNELS)).mean(axis=1) / len(CHANNELS)
    variance = np.empty(COUNT)
    variance[0] = RATE_DEVIATION**2
    variance[BY_CLASS] = PART_DEVIATION**2 + rates
    variance[BY_CHANNEL] = PART_DEVIATION**2
    variance[SLOTS] = SLOT_DEVIATION**2 + slots.ravel()
    variance[LEADS] = (1 - LEAD_ALIKE) * LEAD_DEVIATION**2 + leads.ravel()
    covariance = np.diag(variance)
    alike = np.kron(np.ones((_CLASSES, _CLASSES)), np.eye(LEAD_FUNCTIONS))
    covariance[LEADS, LEADS] += LEAD_ALIKE * LEAD_DEVIATION**2 * alike
    return covariance
