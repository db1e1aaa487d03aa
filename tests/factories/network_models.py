"""Made-up models of the network: what customers like best is said in days and hours."""

from datetime import date
from typing import Final

import numpy as np

from guildpost_shared.learning.bases import lead_basis, nearest_lead, slot_basis, slot_of
from guildpost_shared.learning.blocks import DIMENSION, LEAD_BLOCKS, LEAD_COORDINATES, SLOT_BLOCKS
from guildpost_shared.learning.document import PublishedModel
from guildpost_shared.learning.model import NetworkModel

LEARNED_ON: Final = date(2027, 2, 1)
THURSDAY: Final = 3


def a_model(
    *,
    weekday: int = THURSDAY,
    hour: int = 18,
    lead: int = 25,
    strength: float = 0.8,
    variance: float = 1e-6,
    version: int = 3,
    drift_since: tuple[date | None, date | None] = (None, None),
) -> PublishedModel:
    """Build a model under which all customers answer best at a slot and lead time (days).

    Args:
        weekday: 0 = Monday.
        hour: of the slot.
        lead: days before the due date.
        strength: how much better, in log p, than at a time about which nothing is known.
        variance: of every coefficient: how unsure the network is.
        version: rounds it has learned from.
        drift_since: see ``PublishedModel``.
    """
    theta = np.zeros(DIMENSION)
    slot = SLOT_BLOCKS[0]
    theta[: slot.size] = np.tile(strength * slot_basis()[slot_of(weekday, hour)], slot.cells) / slot.weight
    block, start = LEAD_BLOCKS[0], LEAD_COORDINATES.start
    best = int(nearest_lead(np.array([lead]))[0])
    theta[start : start + block.size] = np.tile(strength * lead_basis()[best], block.cells) / block.weight
    drifting = (drift_since[0] is not None, drift_since[1] is not None)
    model = NetworkModel(theta, np.full(DIMENSION, variance), drifting)
    return PublishedModel(version, LEARNED_ON, model, drift_since)
