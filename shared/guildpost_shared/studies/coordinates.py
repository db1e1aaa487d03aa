"""What every layout of a study has: named coordinates, a hash over them, and a bound on what one unit changes."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from guildpost_shared import strict_json
from guildpost_shared.entropy import Entropy
from guildpost_shared.privacy.clipping import cap_customers
from guildpost_shared.privacy.sensitivity import Sensitivity, of_increments

Integers = npt.NDArray[np.int64]
Record = TypeVar("Record")


@dataclass(frozen=True)
class Bound:
    """What one unit adds to the sum over some coordinates: at least ``low``, at most ``high``."""

    places: Sequence[int]
    low: int = 0
    high: int = 1


class Layout(ABC, Generic[Record]):
    """The coordinates of one study; a record is one privacy unit's part: a customer's, or a dealer's."""

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """Name of every coordinate, in order."""

    @property
    @abstractmethod
    def sensitivity(self) -> Sensitivity:
        """Greatest change by one unit."""

    @property
    @abstractmethod
    def bounds(self) -> Mapping[str, Bound]:
        """What a sum must keep to be possible at all, by a name for people."""

    @abstractmethod
    def encode(self, records: Sequence[Record], *, cap: int, entropy: Entropy) -> Integers:
        """Add up records.

        Args:
            records: one per unit.
            cap: W; a surplus is sampled out.
            entropy: for the sampling.

        Returns:
            int64[dimension], without noise: it must not leave the machine.

        Raises:
            ValueError: for a record that does not belong to the study (a bug of the caller).
        """

    @property
    def dimension(self) -> int:
        """Number of coordinates."""
        return len(self.names)

    @property
    def layout_hash(self) -> bytes:
        """SHA-256 of what the coordinates mean (32 bytes)."""
        return hashlib.sha256(strict_json.canonical(list(self.names))).digest()


class CountLayout(Layout[Record]):
    """Coordinates that a record raises by one, or not."""

    @property
    @abstractmethod
    def most(self) -> int:
        """How many different coordinates one record raises by one, at most."""

    @property
    @abstractmethod
    def exclusive(self) -> Mapping[str, Sequence[int]]:
        """Sets of coordinates, by a name for people, of which one record raises at most one."""

    @abstractmethod
    def raised(self, record: Record) -> Collection[int]:
        """Say which coordinates a record raises by one: different ones, at most ``most``.

        Raises:
            ValueError: the record does not belong to the study (a bug of the caller).
        """

    @property
    def sensitivity(self) -> Sensitivity:
        """Greatest change by one unit: Δ₁ = most, Δ₂ = √most."""
        return of_increments(self.most)

    @property
    def bounds(self) -> Mapping[str, Bound]:
        """Of an exclusive set a record raises one coordinate at most."""
        return {name: Bound(places) for name, places in self.exclusive.items()}

    @cached_property
    def layout_hash(self) -> bytes:
        """SHA-256 of the names (32 bytes)."""
        return super().layout_hash

    def encode(self, records: Sequence[Record], *, cap: int, entropy: Entropy) -> Integers:
        """Count records; see ``Layout.encode``."""
        vector = np.zeros(self.dimension, dtype=np.int64)
        for record in cap_customers(records, cap, entropy):
            for coordinate in self.raised(record):
                vector[coordinate] += 1
        return vector
