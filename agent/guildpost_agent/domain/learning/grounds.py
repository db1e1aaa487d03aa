"""What is said of a learned time: how much better it is in the network, and whether one's own customers agree.

    percent   how much more often the network's customers of the context answer than at the recommended time (rounded)
    own       few     own outcomes tell little: more than three quarters of the variance that one starts with is left
              agree   with one's own deviation the difference keeps its sign
              differ  it does not
    trial     the bucket's draw chose another time than the one that is thought best

The figures are about the time itself: lead times and slots are looked at one by one, though they are chosen together.
"""

from enum import StrEnum
from math import expm1
from typing import Final

import numpy as np

from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.learning import features
from guildpost_agent.domain.learning.reading import Addressed, contexts_of
from guildpost_agent.domain.learning.times import Times
from guildpost_shared.learning.bases import lead_basis, slot_basis
from guildpost_shared.learning.contexts import Floats, Ints

LEFT_WHERE_FEW: Final = 0.75


class Own(StrEnum):
    """What one's own customers say to it."""

    FEW = "few"
    AGREE = "agree"
    DIFFER = "differ"


@frozen
class Ground:
    """The network's difference from the recommended time in per cent, and what one's own customers say to it."""

    percent: int
    own: Own


class Grounds:
    """What is said under one model and belief; many messages have the same ground."""

    def __init__(self, times: Times) -> None:
        self._model, self._own = times.published.model, times.own
        self._prior = features.prior_covariance(self._model)
        self._leads: dict[tuple[Addressed, int, int], Ground] = {}
        self._slots: dict[tuple[int, int, int, int, int], Ground] = {}

    def lead(self, addressed: Addressed, step: int, usual: int) -> Ground:
        """Compare a lead time with the recommended one, both as steps of the lead grid."""
        key = (addressed, step, usual)
        if key not in self._leads:
            contexts = contexts_of([addressed])
            table, basis = self._model.lead_table[contexts.cell[0]], lead_basis()[:, : features.LEAD_FUNCTIONS]
            places = features.lead_places(contexts)[0]
            self._leads[key] = self._compared(float(table[step] - table[usual]), basis[step] - basis[usual], places)
        return self._leads[key]

    def slot(self, addressed: Addressed, slot: int, usual: int) -> Ground:
        """Compare a slot with the recommended one; age and loyalty do not matter to it."""
        key = (addressed.learning_class, addressed.channel, addressed.recipient.business, slot, usual)
        if key not in self._slots:
            contexts = contexts_of([addressed])
            table, basis = self._model.slot_table[contexts.slot_cell[0]], slot_basis()[:, : features.SLOT_FUNCTIONS]
            places = features.slot_places(contexts)[0]
            self._slots[key] = self._compared(float(table[slot] - table[usual]), basis[slot] - basis[usual], places)
        return self._slots[key]

    def _compared(self, network: float, contrast: Floats, places: Ints) -> Ground:
        own = float(self._own.mean[0][places] @ contrast)
        left = float(np.sum((contrast @ self._own.root[0][places]) ** 2))
        start = float(contrast @ self._prior[np.ix_(places, places)] @ contrast)
        percent = round(100 * expm1(network))
        if left >= LEFT_WHERE_FEW * start:
            return Ground(percent, Own.FEW)
        return Ground(percent, Own.AGREE if network * (network + own) > 0 else Own.DIFFER)
