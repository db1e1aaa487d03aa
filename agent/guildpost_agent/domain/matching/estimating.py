"""Learn from the records alone, without a labelled pair, how fields agree within and between customers.

1. Levels between any two records: exact agreement is counted, the rest sampled.
2. Expectation–maximisation over the blocking passes. A pass says nothing about the fields its key is made of, so each
   pass is counted without them, with its own shares of matches and households (Winkler 1988; Herzog, Scheuren &
   Winkler 2007, chapter 9). What customers agree on by chance is held fixed from step 1.
3. The share of matches among all pairs, with the full evidence.
4. Again from 1, this time without what the matches themselves added to chance agreement, and with frequencies counted
   per customer instead of per record.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from guildpost_agent.domain.matching.blocking import Candidates, candidates, fields_of
from guildpost_agent.domain.matching.comparing import Levels, compare, level_names
from guildpost_agent.domain.matching.model import MatchModel
from guildpost_agent.domain.matching.prepared import MISSING, Column, Prepared
from guildpost_agent.domain.matching.weighing import PERSONAL, Floats, mean_levels, weigh

SAMPLE: Final = 100_000
DRAWN: Final = 250_000
ROUNDS: Final = 3
STEPS: Final = 40
# How often two people under one roof agree as one customer's records would: rarely on first name (senior and junior)
# and birth date (twins) or, being firms, on the firm's name; mostly on surname, always on the address. Assumed, and
# held fixed: left free, the class would learn to stand for the matches themselves, or for neighbours.
UNDER_ONE_ROOF: Final = {
    "given_name": 0.04,
    "birth_date": 0.04,
    "email": 0.04,
    "company": 0.04,
    "surname": 0.8,
    "phone": 0.5,
    "other": 0.5,
}
_PSEUDO: Final = 8.0
_TINY: Final = 1e-7


@dataclass(frozen=True)
class _Pass:
    """One blocking pass as distinct patterns of levels.

    Attributes:
        open: which fields its key leaves to be judged, shape (fields,).
        patterns: shape (patterns, fields).
        counts: pairs per pattern.
    """

    open: npt.NDArray[np.bool_]
    patterns: Levels
    counts: Floats


def _drawn(found: Candidates, seed: int) -> tuple[Candidates, float]:
    """Draw as many candidates as learning needs, and say what share that is."""
    size = len(found.left)
    if size <= DRAWN:
        return found, 1.0
    kept = np.sort(np.random.default_rng(seed + 1).choice(size, DRAWN, replace=False))
    return Candidates(found.left[kept], found.right[kept], found.passes, found.found_by[kept]), DRAWN / size


def _passes(found: Candidates, levels: Levels, fields: list[str]) -> list[_Pass]:
    if not len(found.left):
        return []
    widths = np.array([len(level_names(field)) for field in fields], dtype=np.int64)
    radix = np.concatenate([[1], np.cumprod(widths[:-1])]).astype(np.int64)
    number = levels.astype(np.int64) @ radix
    passes = []
    for at, name in enumerate(found.passes):
        chosen = (found.found_by >> np.uint64(at)) & np.uint64(1) == 1
        closed = {field for feature in name.split("+") for field in fields_of(feature)}
        open_fields = np.array([field not in closed for field in fields])
        if not open_fields.any() or not chosen.any():
            continue
        # Levels of closed fields are folded away, so that patterns stay few.
        masked = number[chosen] if open_fields.all() else levels[chosen].astype(np.int64) @ (radix * open_fields)
        values, counts = np.unique(masked, return_counts=True)
        patterns = ((values[:, None] // radix) % widths).astype(np.uint8)
        passes.append(_Pass(open_fields, patterns, counts.astype(np.float64)))
    return passes


def _log_table(tables: list[Floats]) -> list[Floats]:
    logs = []
    for table in tables:
        log = np.log(np.maximum(table, _TINY))
        log[0] = 0
        logs.append(log)
    return logs


def _maximise(
    passes: list[_Pass], fields: list[str], match: list[Floats], different: list[Floats], household: list[Floats]
) -> tuple[list[Floats], list[Floats]]:
    """Run expectation–maximisation; chance agreement stays as given."""
    roofs = bool(PERSONAL & set(fields)) and bool({"street", "postcode", "phone"} & set(fields))
    mixes = [np.array([0.3, 0.05 if roofs else 0.0, 0.7]) for _ in passes]
    starts = [_PSEUDO * mean_levels(field) for field in fields]
    before = -np.inf
    for _ in range(STEPS):
        logs = [_log_table(table) for table in (match, household, different)]
        totals = [start.copy() for start in starts]
        likelihood = 0.0
        for number, one in enumerate(passes):
            scores = np.zeros((len(one.patterns), 3))
            for at in np.flatnonzero(one.open):
                for kind in range(3):
                    scores[:, kind] += logs[kind][at][one.patterns[:, at]]
            scores += np.log(np.maximum(mixes[number], 1e-300))
            top = np.logaddexp.reduce(scores, axis=1)
            likelihood += float(one.counts @ top)
            post = np.exp(scores - top[:, None]) * one.counts[:, None]
            # A pass with few pairs must not be left without matches by chance.
            mixes[number] = post.sum(axis=0) / one.counts.sum()
            for at in np.flatnonzero(one.open):
                width = len(totals[at])
                totals[at] += np.bincount(one.patterns[:, at], post[:, 0], width)
        match = [_normal(total) for total in totals]
        household = [_relatives(field, different[at], match[at]) for at, field in enumerate(fields)]
        if likelihood - before < 1e-5 * abs(likelihood):
            break
        before = likelihood
    return match, household


def _relatives(field: str, different: Floats, match: Floats) -> Floats:
    """Give the levels of a field between two people under one roof: as within a customer, or as by chance."""
    alike = UNDER_ONE_ROOF.get(field, UNDER_ONE_ROOF["other"] if field.startswith("other") else 1.0)
    return _normal((1 - alike) * different + alike * match)


def _normal(table: Floats) -> Floats:
    table = table.copy()
    table[0] = 0
    table = np.maximum(table, _TINY * max(table.sum(), 1))
    table[0] = 0
    return np.asarray(table / table.sum())


@dataclass(frozen=True)
class _Marginals:
    """Levels between any two records.

    Attributes:
        levels: per field, shape (levels,), given that both have the field.
        both: per field, number of pairs that both have it.
    """

    levels: list[Floats]
    both: list[float]


def _marginals(prepared: Prepared, seed: int) -> _Marginals:
    size = prepared.size
    total = size * (size - 1) // 2
    if total <= SAMPLE:
        left, right = np.triu_indices(size, 1)
    else:
        generator = np.random.default_rng(seed)
        left = generator.integers(0, size, SAMPLE)
        right = (left + generator.integers(1, size, SAMPLE)) % size
    levels = compare(prepared, left.astype(np.int64), right.astype(np.int64))
    tables, both = [], []
    for at, (field, column) in enumerate(prepared.columns.items()):
        counts = np.bincount(levels[:, at], minlength=len(level_names(field))).astype(np.float64)
        known = np.bincount(column.codes[column.codes != MISSING]).astype(np.float64)
        pairs = max(known.sum() * (known.sum() - 1) / 2, 1.0)
        exact = (known * (known - 1) / 2).sum() / pairs
        counts[0] = counts[1] = 0
        rest = counts / max(counts.sum(), 1.0) * (1 - exact)
        rest[1] = exact
        tables.append(rest)
        both.append(float(pairs))
    return _Marginals(tables, both)


def _chance(
    marginals: _Marginals, agreed: list[Floats], fields: list[str], kept: list[float], size: int
) -> list[Floats]:
    """Take what matches added out of the levels between any two records.

    Args:
        marginals: levels between any two records.
        agreed: expected number of matching pairs per field and level.
        fields: names.
        kept: probability of exact agreement from the frequencies per customer.
        size: number of records.
    """
    tables = []
    for at, _ in enumerate(fields):
        pairs = marginals.levels[at] * marginals.both[at]
        left = np.maximum(pairs - agreed[at], 0.05 * pairs)
        left[1] = kept[at] * left.sum()
        left += 0.5 * marginals.both[at] / max(size * (size - 1) / 2, 1) * (np.arange(len(left)) > 0)
        tables.append(_normal(left))
    return tables


def _by_chance(share: Floats, values: int, size: int) -> float:
    """Give the probability that two customers have the same value, from the shares of customers per value."""
    both = float((share**2).sum())
    # With two values every share is large; with many, a customer must not be counted against himself.
    return both if values <= 2 else max(both - 1 / size, 0.2 / size)  # noqa: PLR2004 — see above


def _frequencies(column: Column, weights: Floats) -> Floats:
    """Share of customers per value, each record counted as its part of a customer."""
    known = column.codes != MISSING
    counts = np.bincount(column.codes[known], weights[known], len(column.values))
    return np.asarray(counts / max(weights[known].sum(), 1.0))


def learn(prepared: Prepared, *, seed: int) -> MatchModel:
    """Estimate the model of these records.

    Args:
        prepared: the records, in an order that does not depend on how they arrived.
        seed: of the sample of pairs.
    """
    fields = list(prepared.columns)
    found, drawn = _drawn(candidates(prepared), seed)
    levels = compare(prepared, found.left, found.right)
    passes = _passes(found, levels, fields)
    marginals = _marginals(prepared, seed)
    total = max(prepared.size * (prepared.size - 1) / 2, 1.0)
    part = np.ones(prepared.size)
    match = [mean_levels(field) for field in fields]
    household: list[Floats] = []
    agreed: list[Floats] = [np.zeros(len(table)) for table in match]
    prior, roof_prior = min(max(0.3 * prepared.size / total, _TINY), 0.1), _TINY
    model = None
    for _ in range(ROUNDS):
        share = {field: _frequencies(column, part) for field, column in prepared.columns.items()}
        kept = [_by_chance(share[field], len(prepared.columns[field].values), prepared.size) for field in fields]
        different = _chance(marginals, agreed, fields, kept, prepared.size)
        household = household or [_relatives(field, different[at], match[at]) for at, field in enumerate(fields)]
        match, household = _maximise(passes, fields, match, different, household)
        model = MatchModel(
            match=_table(fields, match),
            different=_table(fields, different),
            household=_table(fields, household),
            prior=prior,
            household_prior=roof_prior,
            frequencies={},
            rarest=1 / max(prepared.size, 1),
            passes=found.passes,
        )
        # Every drawn pair stands for several.
        weights = weigh(prepared, found.left, found.right, levels, model=model, share=_floored(share, prepared.size))
        prior, roof_prior, post = _priors(weights.fields.sum(axis=1, dtype=np.float64), weights.household, prior,
                                          roof_prior, total * drawn)  # fmt: skip
        partners = np.bincount(found.left, post, prepared.size) + np.bincount(found.right, post, prepared.size)
        part = 1 / (1 + partners / drawn)
        agreed = [
            np.bincount(levels[:, at], post / drawn, len(table)).astype(np.float64) for at, table in enumerate(match)
        ]
    assert model is not None  # noqa: S101 — ROUNDS is positive
    share = _floored({field: _frequencies(column, part) for field, column in prepared.columns.items()}, prepared.size)
    return MatchModel(
        match=model.match,
        different=model.different,
        household=model.household,
        prior=prior,
        household_prior=roof_prior,
        frequencies={field: _common(prepared.columns[field], share[field], prepared.size) for field in fields},
        rarest=1 / max(prepared.size, 1),
        passes=found.passes,
    )


def _floored(share: dict[str, Floats], size: int) -> dict[str, Floats]:
    return {field: np.maximum(table, 1 / max(size, 1)) for field, table in share.items()}


def _common(column: Column, share: Floats, size: int) -> dict[int, float]:
    kept = np.flatnonzero(share > 1 / size)
    return dict(zip(column.hashes[kept].tolist(), share[kept].tolist(), strict=True))


def _table(fields: list[str], tables: list[Floats]) -> dict[str, tuple[float, ...]]:
    out = {}
    for field, table in zip(fields, tables, strict=True):
        values = np.maximum(table, _TINY)
        values[0] = 1.0
        out[field] = tuple(float(value) for value in values)
    return out


def _priors(match: Floats, roof: Floats, prior: float, roof_prior: float, total: float) -> tuple[float, float, Floats]:
    """Find the shares of matches and households among all pairs; pairs that no pass found count as neither."""
    post = np.zeros(len(match))
    for _ in range(STEPS):
        a, b = match + np.log(prior), roof + np.log(roof_prior)
        all_of = np.logaddexp(np.logaddexp(a, b), np.log1p(-min(prior + roof_prior, 0.5)))
        post, under_roof = np.exp(a - all_of), np.exp(b - all_of)
        new, new_roof = max(post.sum() / total, 0.5 / total), max(under_roof.sum() / total, 0.01 / total)
        done = abs(new - prior) < 1e-3 * prior
        prior, roof_prior = float(min(new, 0.4)), float(min(new_roof, 0.4))
        if done:
            break
    return prior, roof_prior, np.asarray(post)
