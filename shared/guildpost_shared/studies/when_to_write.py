"""The study that learns when to write: not counts of cells, but in which direction answers differ from the model.

A record is one customer's integers under the published model (``learning/vector``), made by the agent; its norm is
bounded whatever model was published, and checked once more before it is added.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from guildpost_shared.entropy import Entropy
from guildpost_shared.learning import vector
from guildpost_shared.learning.blocks import DIMENSION
from guildpost_shared.learning.terms import INTEGER_NORM, most_exposure, sensitivity
from guildpost_shared.privacy.clipping import cap_customers
from guildpost_shared.privacy.sensitivity import Sensitivity
from guildpost_shared.studies.coordinates import Bound, Integers, Layout

ROUND_DAYS: Final = 14


@dataclass(frozen=True)
class CustomerRow:
    """One customer's part: coordinates and integers, int64[74] each."""

    places: Integers
    integers: Integers


class LearningLayout(Layout[CustomerRow]):
    """Score and exposures, 1,468 coordinates (``learning/vector``)."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Name of every coordinate, in order."""
        return tuple(f"{name}/{at}" for name, places in vector.PARTS.items() for at in range(len(places)))

    @property
    def layout_hash(self) -> bytes:
        """SHA-256 of what the coordinates mean, the bases included."""
        return vector.layout_hash()

    @property
    def sensitivity(self) -> Sensitivity:
        """Δ₂ = 1,029 (``learning/terms``)."""
        return sensitivity()

    @cached_property
    def bounds(self) -> Mapping[str, Bound]:
        """No coordinate of the score is moved by more than the whole row; a table of exposures by one exposure."""
        scores = {f"score/{at}": Bound((at,), -INTEGER_NORM, INTEGER_NORM) for at in range(DIMENSION)}
        tables = {name: Bound(places, 0, most_exposure()) for name, places in vector.PARTS.items() if name != "score"}
        return scores | tables

    def encode(self, records: Sequence[CustomerRow], *, cap: int, entropy: Entropy) -> Integers:
        """Add up customers' integers; see ``Layout.encode``."""
        total = np.zeros(self.dimension, dtype=np.int64)
        kept = cap_customers(records, cap, entropy)
        if not kept:
            return total
        places = np.stack([row.places for row in kept])
        integers = np.stack([row.integers for row in kept])
        if int((integers**2).sum(axis=1).max()) > self.sensitivity.l2_squared:
            raise ValueError("a customer's row is longer than the noise hides")
        np.add.at(total, places.ravel(), integers.ravel())
        return total
