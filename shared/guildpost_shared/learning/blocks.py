"""Which coordinate of the network model means what: d = 549, each with the prior N(0, 1).

``log p = log(starting rate of the class) + Σ blocks``. A block is a table of functions, one per cell, on one basis; its
weight v is the standard deviation that its functions are expected to have. A coordinate is the coefficient of one basis
function in one cell, divided by v; a reminder's x has the values ``v·basis`` there and zeros elsewhere:

    slot   φ(slot) 14   voice 2 · v .20   voice × business 4 · .12   voice × class 10 · .07             3 × 14 of 224
    lead   ψ(lead) 5    class 5 · .25     class × channel 15 · .12   class × business 10 · .10
                        class × age 15 · .10                         class × loyal 10 · .05              5 × 5 of 275
    rate   1            class × channel 15 · .30   class × business 10, × age 15, × loyal 10 · .12       4 of 50

So a reminder touches 71 coordinates, a letter 29. Rows of φ and ψ are no longer than 1: ‖x‖² is at most
Σv² = .0593 (slot) + .0994 (lead) + .1332 (rate).
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from guildpost_shared.learning.bases import LEAD_RANK, SLOT_RANK, lead_basis, slot_basis
from guildpost_shared.learning.contexts import AGES, CHANNELS, CLASSES, Contexts, Floats, Ints, every_context

_CLASSES: Final = len(CLASSES)


@dataclass(frozen=True)
class Block:
    """Functions of one kind: ``weight`` is v, ``cells`` their number, ``rank`` the numbers per function."""

    name: str
    weight: float
    cells: int
    rank: int

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return self.cells * self.rank


SLOT_BLOCKS: Final = (
    Block("slot/voice", 0.20, 2, SLOT_RANK),
    Block("slot/voice/business", 0.12, 4, SLOT_RANK),
    Block("slot/voice/class", 0.07, 10, SLOT_RANK),
)
LEAD_BLOCKS: Final = (
    Block("lead/class", 0.25, _CLASSES, LEAD_RANK),
    Block("lead/class/channel", 0.12, _CLASSES * len(CHANNELS), LEAD_RANK),
    Block("lead/class/business", 0.10, _CLASSES * 2, LEAD_RANK),
    Block("lead/class/age", 0.10, _CLASSES * AGES, LEAD_RANK),
    Block("lead/class/loyal", 0.05, _CLASSES * 2, LEAD_RANK),
)
RATE_BLOCKS: Final = (
    Block("rate/class/channel", 0.30, _CLASSES * len(CHANNELS), 1),
    Block("rate/class/business", 0.12, _CLASSES * 2, 1),
    Block("rate/class/age", 0.12, _CLASSES * AGES, 1),
    Block("rate/class/loyal", 0.12, _CLASSES * 2, 1),
)
BLOCKS: Final = SLOT_BLOCKS + LEAD_BLOCKS + RATE_BLOCKS
STARTS: Final = tuple(sum(block.size for block in BLOCKS[:at]) for at in range(len(BLOCKS)))
DIMENSION: Final = sum(block.size for block in BLOCKS)
SLOT_COORDINATES: Final = slice(0, STARTS[len(SLOT_BLOCKS)])
LEAD_COORDINATES: Final = slice(SLOT_COORDINATES.stop, STARTS[len(SLOT_BLOCKS) + len(LEAD_BLOCKS)])
RATE_COORDINATES: Final = slice(LEAD_COORDINATES.stop, DIMENSION)
TOUCHED: Final = sum(block.rank for block in BLOCKS)
"""Coordinates of one reminder, 71."""


@cache
def weights() -> Floats:
    """Give v of every coordinate, float64[549]."""
    return np.concatenate([np.full(block.size, block.weight) for block in BLOCKS])


@cache
def coordinates() -> Ints:
    """Give the coordinates of every context, int64[180, 71]: 42 slot (of no meaning for letters), 25 lead, 4 rate."""
    cells = _cells(every_context())
    return np.concatenate(
        [
            start + cell[:, None] * block.rank + np.arange(block.rank)
            for start, block, cell in zip(STARTS, BLOCKS, cells, strict=True)
        ],
        axis=1,
    )


def row_values(contexts: Contexts, slot: Ints, lead: Ints) -> Floats:
    """Give x on the touched coordinates.

    Args:
        contexts: n of them.
        slot: int64[n]; any value for letters.
        lead: int64[n], index into the lead grid.

    Returns:
        float64[n, 71], in the order of ``coordinates()[contexts.cell]``; zeros in the slot part of letters.
    """
    timed = contexts.timed
    slots = slot_basis()[np.where(timed, slot, 0)] * timed[:, None]
    leads = lead_basis()[lead]
    ones = np.ones((len(contexts), 1))
    parts = [(SLOT_BLOCKS, slots), (LEAD_BLOCKS, leads), (RATE_BLOCKS, ones)]
    return np.concatenate([block.weight * basis for blocks, basis in parts for block in blocks], axis=1)


def _cells(contexts: Contexts) -> tuple[Ints, ...]:
    """Tell, per block, which of its functions a context uses: int64[n] each, in the order of ``BLOCKS``."""
    kind, voice, business = contexts.learning_class, contexts.voice, contexts.business
    by_channel = kind * len(CHANNELS) + contexts.channel
    by_business, by_age, by_loyal = kind * 2 + business, kind * AGES + contexts.age, kind * 2 + contexts.loyal
    slots = (voice, voice * 2 + business, voice * _CLASSES + kind)
    leads = (kind, by_channel, by_business, by_age, by_loyal)
    return (*slots, *leads, by_channel, by_business, by_age, by_loyal)
