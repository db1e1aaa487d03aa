"""From levels of agreement to the log odds that two records are the same customer (Fellegi & Sunter 1969)."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from guildpost_agent.domain.matching.comparing import Levels, Rows, level_names
from guildpost_agent.domain.matching.model import MatchModel
from guildpost_agent.domain.matching.prepared import MISSING, Prepared

Floats = npt.NDArray[np.float64]
# Fields that people of one household may share; the others tell them apart.
PERSONAL: Final = frozenset({"given_name", "birth_date", "email"})
_CLOSE_LEVELS: Final = 2
# How much of a value's rarity counts where the two spellings are close but not the same (Winkler 1989 counts none).
CLOSE_RARITY: Final = 0.5


@dataclass(frozen=True)
class Weights:
    """Log-likelihood ratios against two unrelated customers.

    Attributes:
        fields: match against different per pair and field, shape (pairs, fields), natural logarithm.
        household: household against different per pair, shape (pairs,).
    """

    fields: npt.NDArray[np.float32]
    household: Floats

    def log_odds(self, model: MatchModel) -> Floats:
        """Give the log odds of match against everything else."""
        match = self.fields.sum(axis=1, dtype=np.float64) + np.log(model.prior)
        others = np.logaddexp(
            self.household + np.log(model.household_prior), np.log1p(-model.prior - model.household_prior)
        )
        return np.asarray(match - others)


def shares(prepared: Prepared, model: MatchModel) -> dict[str, Floats]:
    """Give per field the share of customers behind each value of these records."""
    found = {}
    for field, column in prepared.columns.items():
        known = model.frequencies.get(field, {})
        found[field] = np.array([known.get(int(value), model.rarest) for value in column.hashes.tolist()])
    return found


def weigh(prepared: Prepared, left: Rows, right: Rows, levels: Levels, *, model: MatchModel,
          share: dict[str, Floats] | None = None) -> Weights:  # fmt: skip
    """Weigh the evidence of each field.

    Agreement on a value counts by how many customers have that value: a match on Müller is weaker than one on Größl
    (Winkler 1989).
    """
    share = shares(prepared, model) if share is None else share
    fields = np.zeros((len(left), len(prepared.columns)), dtype=np.float32)
    household = np.zeros(len(left))
    for at, (field, column) in enumerate(prepared.columns.items()):
        if field not in model.match:
            continue
        level = levels[:, at]
        match, different, roof = (
            np.log(np.array(table[field])) for table in (model.match, model.different, model.household)
        )
        base, common = (match - different), (roof - different)
        base[0] = common[0] = 0
        rarity = np.zeros(len(left))
        if len(share[field]):
            a, b = column.codes[left], column.codes[right]
            present = (a != MISSING) & (b != MISSING) & (level <= _CLOSE_LEVELS)
            value = np.maximum(share[field][a[present]], share[field][b[present]])
            power = np.where(level[present] == 1, 1.0, CLOSE_RARITY)
            rarity[present] = power * (different[1] - np.log(value))
        fields[:, at] = base[level] + rarity
        household += common[level] + (0 if field == "email" else rarity)
    return Weights(fields, household)


def mean_levels(field: str) -> Floats:
    """Give the levels' probabilities before anything is known: most matches agree, some nearly, few not at all."""
    names = level_names(field)
    start = {"exact": 0.75, "close": 0.09, "differs": 0.06}
    rest = (1 - sum(start.values())) / max(len(names) - 4, 1)
    table = np.array([start.get(name, rest) for name in names])
    table[0] = 0
    return np.asarray(table / table.sum())
