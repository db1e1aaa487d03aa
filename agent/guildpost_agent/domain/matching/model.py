"""What was learnt about one dealer's records: how often fields agree within people and between them."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

VERSION: Final = 2


@dataclass(frozen=True)
class MatchModel:
    """A Fellegi–Sunter model with a third class for members of one household.

    Attributes:
        match: per field, the probability of each level when both records are the same customer; level 0 is unused.
        different: the same for two unrelated customers.
        household: the same for two people under one roof.
        prior: probability that two records drawn at random are the same customer.
        household_prior: that they are two people of one household.
        frequencies: per field, value hash -> share of customers with that value; values of one customer are left out.
        rarest: share of customers assumed for a value that ``frequencies`` does not know.
        passes: the blocking passes chosen for these records.
        version: of this layout.
    """

    match: Mapping[str, tuple[float, ...]]
    different: Mapping[str, tuple[float, ...]]
    household: Mapping[str, tuple[float, ...]]
    prior: float
    household_prior: float
    frequencies: Mapping[str, Mapping[int, float]]
    rarest: float
    passes: tuple[str, ...]
    version: int = VERSION

    def to_json(self) -> str:
        """Write the model; it holds hashes of values, not the values."""
        frequencies = {field: _packed(shares) for field, shares in self.frequencies.items()}
        return json.dumps({**vars(self), "frequencies": frequencies}, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "MatchModel":
        """Read a model that ``to_json`` wrote.

        Raises:
            ValueError: another version wrote it; estimate anew.
        """
        found = json.loads(text)
        if found["version"] != VERSION:
            raise ValueError(f"model of version {found['version']}")
        match, different, household = (
            {field: tuple(levels) for field, levels in found[name].items()}
            for name in ("match", "different", "household")
        )
        return cls(
            match=match,
            different=different,
            household=household,
            prior=found["prior"],
            household_prior=found["household_prior"],
            frequencies={field: _unpacked(packed) for field, packed in found["frequencies"].items()},
            rarest=found["rarest"],
            passes=tuple(found["passes"]),
        )


def _packed(shares: Mapping[int, float]) -> tuple[str, str]:
    """Write hashes and shares as two columns: there are tens of thousands, and every delivery reads them."""
    columns = np.fromiter(shares.keys(), np.uint64, len(shares)), np.fromiter(shares.values(), np.float64, len(shares))
    hashes, values = (base64.b64encode(column.tobytes()).decode("ascii") for column in columns)
    return hashes, values


def _unpacked(packed: tuple[str, str]) -> dict[int, float]:
    hashes, values = (base64.b64decode(column) for column in packed)
    return dict(zip(np.frombuffer(hashes, np.uint64).tolist(), np.frombuffer(values, np.float64).tolist(), strict=True))
