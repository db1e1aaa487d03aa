"""From pairs to customers: groups that agree as a whole, so that a chain of half-likenesses joins nobody.

Within each linked group the two nearest clusters are joined again and again. How near two clusters are is judged field
by field: a field counts by the mean over the pairs in which both records have it, so that a record without an e-mail
address takes nothing from the address that the others share.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from guildpost_agent.domain.matching.components import bounded_groups
from guildpost_agent.domain.matching.scoring import KEPT_LOG_ODDS, LARGEST_GROUP, LINKED_LOG_ODDS, Pairs
from guildpost_agent.domain.matching.weighing import Floats

SURE: Final = 0.98
UNSURE: Final = 0.50
FIELDWISE: Final = 0.3
_FORBIDDEN: Final = -1e9
_FORCED: Final = 1e9


@dataclass(frozen=True)
class Resolution:
    """Who is who.

    Attributes:
        labels: per record the smallest-ranked record of its customer, shape (records,).
        uncertain: pairs of different customers that a person should look at, most likely first.
    """

    labels: npt.NDArray[np.int64]
    uncertain: tuple[tuple[int, int, float], ...]


def _logit(probability: float) -> float:
    return float(np.log(probability) - np.log1p(-probability))


def best_threshold(log_odds: Floats) -> float:
    """Find the log odds above which calling pairs a match gives the highest expected F1.

    With probabilities p, the expected F1 of calling the k likeliest pairs is 2·Σₖp / (k + Σp) (Lewis 1995).
    """
    odds = np.sort(log_odds)[::-1]
    if not len(odds):
        return 0.0
    p = 1 / (1 + np.exp(-odds))
    expected = 2 * np.cumsum(p) / (np.arange(1, len(p) + 1) + p.sum())
    return float(odds[int(np.argmax(expected))])


def resolve(
    pairs: Pairs,
    n: int,
    *,
    must_link: Iterable[tuple[int, int]] = (),
    cannot_link: Iterable[tuple[int, int]] = (),
    sure: float | None = SURE,
    unsure: float = UNSURE,
) -> Resolution:
    """Group records into customers.

    Args:
        pairs: scored pairs.
        n: number of records.
        must_link: pairs that a person called the same customer.
        cannot_link: pairs that a person called different customers; they win over everything else.
        sure: probability above which records are joined without a person, or None for the highest expected F1.
        unsure: probability above which a pair that was not joined is shown to a person.
    """
    threshold = best_threshold(pairs.log_odds) if sure is None else _logit(sure)
    forced = list(must_link)
    forbidden = {(min(pair), max(pair)) for pair in cannot_link}
    ends = np.array(forced, dtype=np.int64).reshape(-1, 2)
    left = np.concatenate([pairs.order[pairs.left], pairs.order[ends[:, 0]]])
    right = np.concatenate([pairs.order[pairs.right], pairs.order[ends[:, 1]]])
    odds = np.concatenate([pairs.log_odds, np.full(len(ends), _FORCED)])
    groups = bounded_groups(n, left, right, odds, floor=LINKED_LOG_ODDS, largest=LARGEST_GROUP)
    labels = _grouped(pairs, n, groups, threshold, forced=forced, forbidden=forbidden)
    back = np.empty(n, dtype=np.int64)
    back[pairs.order] = np.arange(n)
    return Resolution(back[labels][pairs.order], _uncertain(pairs, labels, forbidden, _logit(unsure)))


def _grouped(pairs: Pairs, n: int, groups: npt.NDArray[np.int64], threshold: float, *,
             forced: Sequence[tuple[int, int]], forbidden: set[tuple[int, int]]) -> npt.NDArray[np.int64]:  # fmt: skip
    rank = pairs.order
    a, b = rank[pairs.left], rank[pairs.right]
    inside = np.flatnonzero(groups[a] == groups[b])
    inside = inside[np.lexsort((np.maximum(a, b)[inside], np.minimum(a, b)[inside], groups[a[inside]]))]
    group_of = groups[a[inside]]
    starts = np.flatnonzero(np.append(True, np.diff(group_of) != 0)) if len(inside) else np.zeros(0, dtype=np.int64)
    bounds = np.append(starts, len(inside))
    verdicts: dict[int, list[tuple[int, int, float]]] = {}
    for (one, two), value in [(p, _FORCED) for p in forced] + [(p, _FORBIDDEN) for p in sorted(forbidden)]:
        x, y = int(rank[one]), int(rank[two])
        if groups[x] == groups[y]:
            verdicts.setdefault(int(groups[x]), []).append((x, y, value))
    members = np.argsort(groups, kind="stable")
    firsts = np.searchsorted(groups[members], group_of[starts])
    lasts = np.searchsorted(groups[members], group_of[starts], side="right")
    labels = np.arange(n, dtype=np.int64)
    for at in range(len(starts)):
        rows = members[firsts[at] : lasts[at]]
        chosen = inside[bounds[at] : bounds[at + 1]]
        told = verdicts.get(int(group_of[starts[at]]), [])
        if len(rows) == 2 and not told:  # noqa: PLR2004 — the usual group
            if pairs.log_odds[chosen[0]] >= threshold:
                labels[rows[1]] = rows[0]
            continue
        _join(pairs, rows, chosen, threshold=threshold, told=told, labels=labels)
    for group, told in verdicts.items():
        if group not in set(group_of[starts].tolist()):
            for x, y, value in told:
                if value > 0:
                    labels[max(x, y)] = labels[min(x, y)]
    return labels


def _join(pairs: Pairs, rows: npt.NDArray[np.int64], chosen: npt.NDArray[np.intp], *, threshold: float,
          told: list[tuple[int, int, float]], labels: npt.NDArray[np.int64]) -> None:  # fmt: skip
    """Join clusters of one group, nearest first, until none are near enough."""
    count = len(rows)
    fields = len(pairs.fields)
    a = np.searchsorted(rows, pairs.order[pairs.left[chosen]])
    b = np.searchsorted(rows, pairs.order[pairs.right[chosen]])
    sums = np.zeros((count, count, fields), dtype=np.float32)
    known = np.zeros((count, count, fields), dtype=np.float32)
    extra = np.zeros((count, count))  # what the household class takes off
    scored = np.zeros((count, count))
    ruled = np.zeros((count, count))
    weights, present = pairs.weights[chosen], (pairs.levels[chosen] > 0).astype(np.float32)
    off = pairs.log_odds[chosen] - weights.sum(axis=1) - pairs.prior
    for one_side, other_side in ((a, b), (b, a)):
        at = (one_side, other_side)
        sums[at], known[at], extra[at], scored[at] = weights, present, off, 1
    for one, two, value in told:
        first, second = np.searchsorted(rows, [one, two]).tolist()
        ruled[first, second] = ruled[second, first] = (
            min(ruled[first, second], value) if ruled[first, second] else value
        )
    # Pairs that nobody scored were too unlike to be kept.
    extra[scored == 0] = KEPT_LOG_ODDS - pairs.prior
    scored[:] = 1
    cluster = np.arange(count)
    alive = np.ones(count, dtype=bool)
    near = _nearness(sums, known, extra, scored, pairs.prior) + ruled
    np.fill_diagonal(near, -np.inf)
    while True:
        best = int(np.argmax(near))
        x, y = sorted(divmod(best, count))
        if near[x, y] < threshold:
            break
        for table in (sums, known, extra, scored):
            table[x] += table[y]
            table[:, x] += table[:, y]
        ruled[x] = np.where(np.minimum(ruled[x], ruled[y]) < 0, np.minimum(ruled[x], ruled[y]), ruled[x] + ruled[y])
        ruled[:, x] = ruled[x]
        alive[y] = False
        cluster[cluster == y] = x
        near[x] = _nearness(sums[x], known[x], extra[x], scored[x], pairs.prior) + ruled[x]
        near[:, x] = near[x]
        near[y], near[:, y] = -np.inf, -np.inf
        near[x, ~alive] = near[~alive, x] = -np.inf
        near[x, x] = -np.inf
    labels[rows] = rows[cluster]


def _nearness(sums: npt.NDArray[np.float32], known: npt.NDArray[np.float32], extra: Floats, scored: Floats,
              prior: float) -> Floats:  # fmt: skip
    means = sums / np.maximum(known, 1)
    by_pair = sums.sum(axis=-1) / np.maximum(scored, 1)
    by_field = means.sum(axis=-1)
    return np.asarray(FIELDWISE * by_field + (1 - FIELDWISE) * by_pair + extra / np.maximum(scored, 1) + prior)


def _uncertain(pairs: Pairs, labels: npt.NDArray[np.int64], forbidden: set[tuple[int, int]],
               least: float) -> tuple[tuple[int, int, float], ...]:  # fmt: skip
    rank = pairs.order
    apart = np.flatnonzero((pairs.log_odds >= least) & (labels[rank[pairs.left]] != labels[rank[pairs.right]]))
    order = apart[np.lexsort((rank[pairs.right[apart]], rank[pairs.left[apart]], -pairs.log_odds[apart]))]
    probability = pairs.probability
    found = []
    for at in order:
        one, two = sorted((int(pairs.left[at]), int(pairs.right[at])))
        if (one, two) not in forbidden:
            found.append((one, two, float(probability[at])))
    return tuple(found)
