"""What was learnt about one dealer's records: how often fields agree within people and between them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

VERSION: Final = 1


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
        return json.dumps(vars(self), separators=(",", ":"))

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
            frequencies={
                field: {int(value): share for value, share in shares.items()}
                for field, shares in found["frequencies"].items()
            },
            rarest=found["rarest"],
            passes=tuple(found["passes"]),
        )
