"""Where a lead time lies for the average dealership: taken off is how far this one's best lies from the network's.

A dealership writes near its own best time. If reminders of one whose customers plan ten days further ahead were counted
ten days further out, answers of a network would look equally good over all those days: each dealership sits on its own
peak (an endogenous choice). Where the best time moves, the network would see no slope, and would be sure of it. Counted
by the distance from each dealership's own peak, a change that meets all of them is seen by all.

The shift is what was thought when the reminder was planned. It is kept with it and never worked out again: so it is a
part of the choice, like the lead time itself (``learning/terms``: what a customer's record may move).
"""

from typing import Final

import numpy as np

from guildpost_agent.domain.learning import features
from guildpost_shared.learning.bases import LEAD_STEP, lead_basis
from guildpost_shared.learning.contexts import Contexts, Floats, Ints
from guildpost_shared.learning.model import NetworkModel

MOST_SHIFT: Final = 20
"""Days; where a curve is flat its peak says little."""


def lead_shifts(model: NetworkModel, contexts: Contexts, own: Floats) -> Ints:
    """Tell how many days before the network's best lead time a dealership's own lies, int64[n], −20 to 20.

    Args:
        model: the network model.
        contexts: n of them.
        own: δ of each, the mean of what is believed, float64[n, 45].
    """
    network = model.lead_table[contexts.cell]
    deviation = np.take_along_axis(own, features.lead_places(contexts), axis=1)
    here = network + deviation @ lead_basis()[:, : features.LEAD_FUNCTIONS].T
    days = LEAD_STEP * (here.argmax(axis=1) - network.argmax(axis=1))
    shifts: Ints = np.clip(days, -MOST_SHIFT, MOST_SHIFT)
    return shifts
