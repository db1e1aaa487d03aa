"""Pairs of records with their probability and the evidence of each field."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from guildpost_agent.domain.matching.blocking import candidates
from guildpost_agent.domain.matching.comparing import Levels, compare, compare_field
from guildpost_agent.domain.matching.components import bounded_groups
from guildpost_agent.domain.matching.model import MatchModel
from guildpost_agent.domain.matching.prepared import MISSING, Prepared
from guildpost_agent.domain.matching.weighing import CLOSE_RARITY, Floats, shares, weigh

CHUNK: Final = 400_000
KEPT_LOG_ODDS: Final = -7.0
LINKED_LOG_ODDS: Final = -3.0
LARGEST_GROUP: Final = 80


@dataclass(frozen=True)
class Pairs:
    """Scored pairs; pairs far from any match are left out.

    Attributes:
        left: record numbers in the caller's order, shape (pairs,).
        right: their partners.
        log_odds: that both are the same customer, natural logarithm.
        levels: shape (pairs, fields).
        weights: log-likelihood ratio of each field, shape (pairs, fields).
        fields: names of the fields.
        order: rank of each record in an order that does not depend on how they arrived.
        prior: log odds of two records drawn at random.
    """

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    log_odds: Floats
    levels: Levels
    weights: npt.NDArray[np.float32]
    fields: tuple[str, ...]
    order: npt.NDArray[np.int64]
    prior: float

    @property
    def probability(self) -> Floats:
        """Give the posterior probability of a match, shape (pairs,)."""
        return np.asarray(1 / (1 + np.exp(-self.log_odds)))

    def __len__(self) -> int:
        return len(self.left)


def _score(
    prepared: Prepared, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64],
    *,
    model: MatchModel,
    least: float,
    share: dict[str, Floats],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats, Levels, npt.NDArray[np.float32]]:  # fmt: skip
    parts = []
    for start in range(0, max(len(left), 1), CHUNK):
        a, b = left[start : start + CHUNK], right[start : start + CHUNK]
        if least > -np.inf:
            hopeful = _hopeful(prepared, a, b, model=model, least=least, share=share)
            a, b = a[hopeful], b[hopeful]
        levels = compare(prepared, a, b)
        weights = weigh(prepared, a, b, levels, model=model, share=share)
        odds = weights.log_odds(model)
        kept = odds >= least
        parts.append((a[kept], b[kept], odds[kept], levels[kept], weights.fields[kept]))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))  # type: ignore[return-value]  # five columns


def _hopeful(
    prepared: Prepared, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64],
    *,
    model: MatchModel,
    least: float,
    share: dict[str, Floats],
) -> npt.NDArray[np.int64]:  # fmt: skip
    """Drop pairs that cannot reach the least log odds, field by field, before their other fields are compared."""
    names = {"given_name", "surname"} & set(prepared.columns)
    best = np.full(len(left), np.log(model.prior))
    bounds = {}
    for field, column in prepared.columns.items():
        a, b = column.codes[left], column.codes[right]
        ratio = np.log(np.array(model.match[field])) - np.log(np.array(model.different[field]))
        rarest = np.log(model.different[field][1] / model.rarest)
        beyond = np.maximum(ratio[2] + CLOSE_RARITY * max(rarest, 0.0), ratio[3:].max(initial=0.0))
        bound = np.where((a == MISSING) | (b == MISSING), 0.0, max(beyond, 0.0))
        same = (a == b) & (a != MISSING)
        bound[same] = ratio[1] + np.log(model.different[field][1]) - np.log(share[field][a[same]])
        bounds[field] = bound
        best += bound
    rows = np.arange(len(left))
    for field in prepared.columns:
        if field in names:  # crossed names are known only once both are compared
            continue
        rows = rows[best[rows] >= least]
        column = prepared.columns[field]
        codes = column.codes.astype(np.int64)
        level = compare_field(field, column, codes[left[rows]], codes[right[rows]])
        ratio = np.log(np.array(model.match[field])) - np.log(np.array(model.different[field]))
        rarest = CLOSE_RARITY * max(np.log(model.different[field][1] / model.rarest), 0.0)
        ratio[0], ratio[2] = 0.0, ratio[2] + rarest
        known = np.where(level == 1, bounds[field][rows], ratio[level])
        best[rows] += known - bounds[field][rows]
    return rows[best[rows] >= least]


def score(
    prepared: Prepared, model: MatchModel, order: npt.NDArray[np.int64], touching: Sequence[int] | None = None
) -> Pairs:
    """Score the candidate pairs, then every further pair within the groups that they form.

    Args:
        prepared: the records in canonical order.
        model: what was learnt.
        order: per canonical row the caller's row.
        touching: canonical rows of which each pair must hold one, or None for all.
    """
    found = candidates(prepared, list(model.passes))
    left, right = found.left, found.right
    if touching is not None:
        wanted = np.zeros(prepared.size, dtype=bool)
        wanted[list(touching)] = True
        kept = wanted[left] | wanted[right]
        left, right = left[kept], right[kept]
    share = shares(prepared, model)
    first = _score(prepared, left, right, model=model, least=KEPT_LOG_ODDS, share=share)
    more = _inner_pairs(prepared.size, first[0], first[1], first[2])
    second = _score(prepared, more[0], more[1], model=model, least=-np.inf, share=share)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return Pairs(
        order[np.concatenate([first[0], second[0]])],
        order[np.concatenate([first[1], second[1]])],
        np.concatenate([first[2], second[2]]),
        np.concatenate([first[3], second[3]]),
        np.concatenate([first[4], second[4]]),
        tuple(prepared.columns),
        rank,
        float(np.log(model.prior) - np.log1p(-model.prior)),
    )


def _inner_pairs(
    size: int, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64], odds: Floats
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """List the pairs within linked groups that are not scored yet."""
    labels = bounded_groups(size, left, right, odds, floor=LINKED_LOG_ODDS, largest=LARGEST_GROUP)
    order = np.argsort(labels, kind="stable")
    starts = np.flatnonzero(np.append(True, np.diff(labels[order]) != 0)) if size else np.zeros(0, dtype=np.int64)
    sizes = np.diff(np.append(starts, size))
    one, two = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for count in np.unique(sizes[(sizes > 2) & (sizes <= LARGEST_GROUP)]):  # noqa: PLR2004 — a pair has no inner pair
        a, b = np.triu_indices(int(count), 1)
        begin = starts[sizes == count][:, None]
        one.append(order[begin + a].reshape(-1))
        two.append(order[begin + b].reshape(-1))
    flat_one, flat_two = np.concatenate(one), np.concatenate(two)
    keys = np.minimum(flat_one, flat_two) * size + np.maximum(flat_one, flat_two)
    fresh = np.setdiff1d(keys, left * size + right)
    return fresh // max(size, 1), fresh % max(size, 1)
