"""What one dealership adds to the secure sum: 1,468 integers in four parts.

    score     549        Σ w·C·x·(y − p) over its customers: in which direction answers differ from the model
    slots     4 × 91     exposures by voice × business and slot
    leads     15 × 25    exposures by learning class × channel and lead time
    contexts  180        exposures by context

An exposure is the expected answer of a reminder, w·p: together they tell the coordinator how much a score can know,
which is its Hessian. w makes the vector of everybody who books equally long (``terms``); it is rounded customer by
customer, so that none moves the sum by more than ``terms.sensitivity``.

Lead times are those that they would be for the average dealership: an agent takes off the shift that it kept with a
reminder when it was planned.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np

from guildpost_shared import strict_json
from guildpost_shared.learning.bases import LEADS, SLOTS, lead_basis, slot_basis
from guildpost_shared.learning.blocks import BLOCKS, DIMENSION, coordinates, row_values
from guildpost_shared.learning.contexts import CELLS, CHANNELS, CLASSES, Contexts, Floats, Ints, Reminders
from guildpost_shared.learning.model import NetworkModel
from guildpost_shared.learning.terms import (
    EXPOSURE_CAP,
    EXPOSURE_WEIGHT,
    INTEGER_NORM,
    MAX_RATE,
    RATE_SCALE,
    scale,
    score_scale,
)

SLOT_GROUPS: Final = 4
LEAD_GROUPS: Final = len(CLASSES) * len(CHANNELS)
_SLOTS_START: Final = DIMENSION
_LEADS_START: Final = _SLOTS_START + SLOT_GROUPS * SLOTS
_CONTEXTS_START: Final = _LEADS_START + LEAD_GROUPS * LEADS
LENGTH: Final = _CONTEXTS_START + CELLS
PARTS: Final = {
    "score": range(_SLOTS_START),
    "slots": range(_SLOTS_START, _LEADS_START),
    "leads": range(_LEADS_START, _CONTEXTS_START),
    "contexts": range(_CONTEXTS_START, LENGTH),
}
"""The coordinates of each part."""
_BASIS_DECIMALS: Final = 6


@dataclass(frozen=True)
class Collected:
    """A sum, noised, in units: ``score`` float64[549], exposures [4, 91], [15, 25] and [180]."""

    score: Floats
    slots: Floats
    leads: Floats
    contexts: Floats


def slot_group(contexts: Contexts) -> Ints:
    """Number the tables of slot exposures, 0 to 3."""
    return contexts.voice * 2 + contexts.business


def lead_group(contexts: Contexts) -> Ints:
    """Number the tables of lead exposures, 0 to 14."""
    return contexts.learning_class * len(CHANNELS) + contexts.channel


def customer_rows(reminders: Reminders, model: NetworkModel) -> tuple[Ints, Ints]:
    """Give each customer's integers.

    Args:
        reminders: n matured reminders, one per customer.
        model: the published model under which they are scored.

    Returns:
        Coordinates and integers, int64[n, 74] each; a letter has zeros in its slot part.
    """
    contexts, slot, lead = reminders.contexts, reminders.slot, reminders.lead
    touched = coordinates()[contexts.cell]
    rate = np.minimum(np.exp(np.minimum(model.log_rate(contexts, slot, lead), 0.0)), MAX_RATE)
    rows = row_values(contexts, slot, lead) * score_scale()[touched]
    exposure = EXPOSURE_WEIGHT * np.minimum(rate, EXPOSURE_CAP)
    exposures = np.stack([exposure * contexts.timed, exposure, exposure], axis=1)
    booked = np.sqrt((1 - rate) ** 2 * (rows**2).sum(axis=1) + (exposures**2).sum(axis=1))
    values = np.concatenate([rows * (reminders.answered - rate)[:, None], exposures], axis=1)
    places = np.stack(
        [
            _SLOTS_START + slot_group(contexts) * SLOTS + np.where(contexts.timed, slot, 0),
            _LEADS_START + lead_group(contexts) * LEADS + lead,
            _CONTEXTS_START + contexts.cell,
        ],
        axis=1,
    )
    integers = np.rint(INTEGER_NORM / booked[:, None] * values).astype(np.int64)
    return np.concatenate([touched, places], axis=1), integers


def decode(total: Ints) -> Collected:
    """Cut a sum into its parts and take the scales off."""
    if total.shape != (LENGTH,):
        raise ValueError("the sum has another layout")
    score, slots, leads, contexts = np.split(total / scale(), [_SLOTS_START, _LEADS_START, _CONTEXTS_START])
    return Collected(
        score=score / score_scale(),
        slots=slots.reshape(SLOT_GROUPS, SLOTS) / EXPOSURE_WEIGHT,
        leads=leads.reshape(LEAD_GROUPS, LEADS) / EXPOSURE_WEIGHT,
        contexts=contexts / EXPOSURE_WEIGHT,
    )


def layout_hash() -> bytes:
    """Hash what a coordinate means, the bases included (32 bytes): who means something else cannot be added up."""
    meaning = {
        "blocks": [[block.name, str(block.weight), block.cells, block.rank] for block in BLOCKS],
        "slot_basis": _rounded(slot_basis()),
        "lead_basis": _rounded(lead_basis()),
        "length": LENGTH,
        "lead": "as for the average dealership",
        "weights": ["as long as a booked one", str(RATE_SCALE), str(EXPOSURE_WEIGHT), str(EXPOSURE_CAP), str(MAX_RATE)],
    }
    return hashlib.sha256(strict_json.canonical(meaning)).digest()


def _rounded(basis: Floats) -> list[int]:
    numbers: list[int] = np.rint(basis * 10**_BASIS_DECIMALS).astype(np.int64).ravel().tolist()
    return numbers
