"""Find which customer records are the same person or firm, without anybody having labelled a pair.

Blocking finds pairs worth a look, comparing levels how alike their fields are, estimating learns what such likeness
means in these records, scoring turns it into a probability, and clustering joins records to customers. The model is
Fellegi and Sunter's (1969); docs/matching.md tells it in plain words.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from guildpost_agent.domain.matching import blocking, estimating, scoring
from guildpost_agent.domain.matching.blocking import LARGEST_BLOCK
from guildpost_agent.domain.matching.clustering import Resolution, resolve
from guildpost_agent.domain.matching.explaining import explain
from guildpost_agent.domain.matching.model import MatchModel
from guildpost_agent.domain.matching.prepared import Prepared, prepare
from guildpost_agent.domain.matching.records import COLUMNS, MatchRecords
from guildpost_agent.domain.matching.scoring import Pairs

__all__ = [
    "LARGEST_BLOCK",
    "MatchModel",
    "MatchRecords",
    "Pairs",
    "Resolution",
    "blocking_keys",
    "estimate",
    "explain",
    "resolve",
    "score_pairs",
]


def _canonical(records: MatchRecords) -> tuple[MatchRecords, npt.NDArray[np.int64]]:
    """Put records into an order that does not depend on how they arrived: by id."""
    order = np.array(sorted(range(len(records)), key=records.ids.__getitem__), dtype=np.int64)
    rows = order.tolist()

    def moved(column: Sequence[str] | None) -> list[str] | None:
        return None if column is None else [column[row] for row in rows]

    columns: dict[str, Any] = {name: moved(getattr(records, name)) for name in COLUMNS}
    other = [[column[row] for row in rows] for column in records.other]
    return replace(records, ids=[records.ids[row] for row in rows], other=other, **columns), order


def _ready(records: MatchRecords) -> tuple[Prepared, npt.NDArray[np.int64]]:
    if "ready" not in records.memo:
        ordered, order = _canonical(records)
        records.memo["ready"] = (prepare(ordered), order)
    return cast("tuple[Prepared, npt.NDArray[np.int64]]", records.memo["ready"])


def estimate(records: MatchRecords, *, seed: int) -> MatchModel:
    """Learn from the records alone how their fields agree within and between customers.

    Args:
        records: all records.
        seed: of the sample of pairs; the same records and seed give the same model, in whatever order they come.
    """
    return estimating.learn(_ready(records)[0], seed=seed)


def score_pairs(records: MatchRecords, model: MatchModel, *, touching: Sequence[int] | None = None) -> Pairs:
    """Score the pairs of records that share a blocking key.

    Args:
        records: all records, or changed ones with those that share a key with them.
        model: what was learnt.
        touching: numbers of the changed records, to score only pairs that hold one of them.
    """
    prepared, order = _ready(records)
    if touching is not None:
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        touching = rank[list(touching)].tolist()
    return scoring.score(prepared, model, order, touching)


def blocking_keys(records: MatchRecords, model: MatchModel | None = None) -> list[set[int]]:
    """Give the keys of each record: whoever shares one is a candidate.

    Args:
        records: the records to give keys for.
        model: whose passes to use, so that keys of different days fit; None uses every pass.

    Returns:
        Per record, 64-bit numbers that any process gives for the same content.
    """
    prepared, order = _ready(records)
    found = blocking.features(prepared)
    known = blocking.pass_names(found)
    names = known if model is None else [name for name in model.passes if name in set(known)]
    keys: list[set[int]] = [set() for _ in records.ids]
    ordered = [keys[row] for row in order.tolist()]
    for name in names:
        for mine, values in zip(ordered, blocking.pass_keys(found, name).tolist(), strict=True):
            mine.update(values)
    for mine in keys:
        mine.discard(0)
    return keys
