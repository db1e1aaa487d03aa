"""Which pairs are worth comparing: records that share a key, each key made of one or two coarse features.

Passes are admitted until a budget of pairs is spent, the widest that fits first, so that small and large files are
carried alike. Keys are hashes that stay the same from day to day: stored with a customer, they find the partners
of a changed record without looking at the others.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Final, cast

import numpy as np
import numpy.typing as npt

from guildpost_agent.domain.matching import spelling
from guildpost_agent.domain.matching.nicknames import formal_name
from guildpost_agent.domain.matching.prepared import Column, Hashes, Prepared, text_hashes

Pairs = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
PAIRS_PER_RECORD: Final = 12
LEAST_BUDGET: Final = 150_000
LARGEST_BLOCK: Final = 150
# A pass is one bit of a 64-bit word; far fewer find nearly all pairs, and each costs time and stored keys.
MOST_PASSES: Final = 20
PARTS: Final = 14
_NOTHING: Final = np.uint64(0)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
# What two features of one pass must not share: a field is no second opinion on itself.
_FIELDS: Final = {
    "name": ("given_name", "surname"),
    "names": ("given_name", "surname"),
    "month": ("birth_date",),
    "day": ("birth_date",),
    "year_day": ("birth_date",),
    "year": ("birth_date",),
    "birth": ("birth_date",),
    "mailbox": ("email",),
    "mail_start": ("email",),
    "phone_end": ("phone",),
    "street_word": ("street",),
}
_ALONE: Final = ("names", "birth", "mailbox", "email", "phone_end", "company")


@dataclass(frozen=True)
class Feature:
    """A coarse property; a record may have up to ``keys.shape[1]`` of it, 0 where it has none."""

    name: str
    keys: Hashes


def fields_of(feature: str) -> tuple[str, ...]:
    """Name the fields that a feature is made of."""
    return _FIELDS.get(feature, (feature,))


def _mapped(column: Column, texts: list[str]) -> Hashes:
    hashes = text_hashes(texts)
    hashes = np.where(np.array([text == "" for text in texts], dtype=bool), _NOTHING, hashes)
    return np.append(hashes, _NOTHING)[column.codes]


def _longest_word(value: str) -> str:
    return max(value.split(), key=len, default="")


def _name_features(prepared: Prepared) -> list[Feature]:
    columns = [prepared.columns[field] for field in ("given_name", "surname") if field in prepared.columns]
    if not columns:
        return []
    values = columns[0].values
    first = [spelling.sound(formal_name(value.split()[0])) for value in values]
    last = [spelling.sound(formal_name(value.split()[-1])) for value in values]
    keys = np.column_stack([_mapped(column, texts) for column in columns for texts in (first, last)])
    keys = np.sort(keys, axis=1)
    keys[:, 1:][keys[:, 1:] == keys[:, :-1]] = _NOTHING
    features = [Feature("name", keys)]
    if len(columns) == 2:  # noqa: PLR2004 — given name and surname
        one, two = _mapped(columns[0], first), _mapped(columns[1], first)
        both = np.where((one != _NOTHING) & (two != _NOTHING), (one + two) * _MIX, _NOTHING)
        features.append(Feature("names", both[:, None]))
    return features


def _date_features(column: Column) -> list[Feature]:
    cuts: dict[str, Callable[[str], str]] = {
        "birth": lambda value: value,
        "month": lambda value: value[:6],
        "day": lambda value: value[4:],
        "year_day": lambda value: value[:4] + value[6:],
        "year": lambda value: value[:4],
    }
    return [
        Feature(name, _mapped(column, [f"{name}{cut(value)}" for value in column.values])[:, None])
        for name, cut in cuts.items()
    ]


def features(prepared: Prepared) -> list[Feature]:
    """Give every coarse feature the records have; worked out once per ``Prepared``."""
    if "features" not in prepared.memo:
        prepared.memo["features"] = _features(prepared)
    return cast("list[Feature]", prepared.memo["features"])


def _features(prepared: Prepared) -> list[Feature]:
    found = _name_features(prepared)
    for field, column in prepared.columns.items():
        values = column.values
        if field == "birth_date":
            found += _date_features(column)
        elif field == "email":
            found.append(Feature("email", _mapped(column, values)[:, None]))
            local = [value.partition("@")[0] for value in values]
            found.append(Feature("mailbox", _mapped(column, [x if len(x) > 4 else "" for x in local])[:, None]))  # noqa: PLR2004
            found.append(Feature("mail_start", _mapped(column, [x[:4] for x in local])[:, None]))
        elif field == "phone":
            found.append(Feature("phone_end", _mapped(column, [value[-7:] for value in values])[:, None]))
        elif field == "street":
            found.append(
                Feature("street_word", _mapped(column, [spelling.sound(_longest_word(v)) for v in values])[:, None])
            )
        elif field in {"company", "town"} or field.startswith("other"):
            found.append(Feature(field, _mapped(column, [spelling.sound(_longest_word(v)) for v in values])[:, None]))
        elif field in {"postcode", "house_number"}:
            found.append(Feature(field, _mapped(column, values)[:, None]))
    return found


def pass_names(found: list[Feature]) -> list[str]:
    """List the passes that the features allow: one telling feature, or two of different fields."""
    names = [feature.name for feature in found]
    alone = [name for name in names if name in _ALONE]
    two = [f"{a}+{b}" for a, b in combinations(names, 2) if not set(fields_of(a)) & set(fields_of(b)) and
           "names" not in {a, b} and not {a, b} & {"birth", "email"}]  # fmt: skip
    return alone + two


def pass_keys(found: list[Feature], name: str) -> Hashes:
    """Give the keys of one pass, shape (records, keys per record), 0 where a record has none."""
    by_name = {feature.name: feature.keys for feature in found}
    first, _, second = name.partition("+")
    salt = text_hashes([name])[0]
    keys = by_name[first]
    if second:
        other = by_name[second]
        mixed = (keys[:, :, None] * _MIX) ^ (other[:, None, :] + salt)
        present = (keys[:, :, None] != _NOTHING) & (other[:, None, :] != _NOTHING)
        return np.where(present, mixed, _NOTHING).reshape(len(keys), -1)
    return np.where(keys != _NOTHING, keys ^ salt, _NOTHING)


def _cost(keys: Hashes) -> int:
    """Count the pairs of a pass without listing them."""
    flat = np.sort(keys[keys != _NOTHING])
    if not len(flat):
        return 0
    sizes = np.diff(np.append(np.flatnonzero(np.append(True, flat[1:] != flat[:-1])), len(flat)))
    sizes = sizes[sizes <= LARGEST_BLOCK]
    return int((sizes * (sizes - 1) // 2).sum())


def _blocks(keys: Hashes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Sort records into blocks: rows in block order, where each block starts, and how many it holds."""
    rows = np.repeat(np.arange(len(keys), dtype=np.int64), keys.shape[1])
    flat = keys.reshape(-1)
    kept = flat != _NOTHING
    rows, flat = rows[kept], flat[kept]
    order = np.argsort(flat, kind="stable")
    rows, flat = rows[order], flat[order]
    starts = np.flatnonzero(np.append(True, flat[1:] != flat[:-1])) if len(flat) else np.zeros(0, dtype=np.int64)
    sizes = np.diff(np.append(starts, len(flat)))
    usable = (sizes > 1) & (sizes <= LARGEST_BLOCK)
    return rows, starts[usable], sizes[usable]


def _pairs_of(rows: npt.NDArray[np.int64], starts: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64]) -> Pairs:
    """List every pair within each block."""
    left: list[npt.NDArray[np.int64]] = []
    right: list[npt.NDArray[np.int64]] = []
    for size in np.unique(sizes):
        a, b = np.triu_indices(int(size), 1)
        begin = starts[sizes == size][:, None]
        left.append(rows[begin + a].reshape(-1))
        right.append(rows[begin + b].reshape(-1))
    if not left:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    one, two = np.concatenate(left), np.concatenate(right)
    return np.minimum(one, two), np.maximum(one, two)


@dataclass(frozen=True)
class Candidates:
    """Distinct pairs of records, and the passes that found each.

    Attributes:
        left: the smaller record number, shape (pairs,).
        right: the larger one.
        passes: names of the passes, in the order of the bits.
        found_by: bit ``i`` is set where pass ``i`` found the pair.
    """

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    passes: tuple[str, ...]
    found_by: npt.NDArray[np.uint64]


def choose_passes(found: list[Feature], size: int) -> list[str]:
    """Admit telling and wide passes while the pairs stay within the budget; at most ``MOST_PASSES``."""
    costs = [(_cost(pass_keys(found, name)), name) for name in pass_names(found)]
    budget = max(LEAST_BUDGET, PAIRS_PER_RECORD * size)
    chosen: list[str] = []
    # Telling features first, then the widest pass that its part of the budget pays for: a wide pass finds what several
    # narrow ones find. What is left over pays for the cheapest of the others.
    part = budget / PARTS
    fitting = sorted(
        costs, key=lambda at: (at[1] not in _ALONE, at[0] > part, -at[0] if at[0] <= part else at[0], at[1])
    )
    for cost, name in fitting:
        if cost and cost <= budget and len(chosen) < MOST_PASSES:
            chosen.append(name)
            budget -= cost
    return chosen


def candidates(prepared: Prepared, passes: list[str] | None = None) -> Candidates:
    """Find the pairs to compare.

    Args:
        prepared: the records.
        passes: as an earlier run chose them, or None to choose.
    """
    found = features(prepared)
    names = {feature.name for feature in found}
    cached = prepared.memo.get("candidates")
    if isinstance(cached, Candidates) and (passes is None or list(cached.passes) == passes):
        return cached
    known = choose_passes(found, prepared.size) if passes is None else [
        name for name in passes if set(name.split("+")) <= names
    ]  # fmt: skip
    keys, bits = [], []
    for at, name in enumerate(known):
        left, right = _pairs_of(*_blocks(pass_keys(found, name)))
        kept = left != right
        key = np.unique(left[kept] * prepared.size + right[kept])
        keys.append(key)
        bits.append(np.full(len(key), 1 << at, dtype=np.uint64))
    if not keys:
        empty = np.zeros(0, dtype=np.int64)
        return Candidates(empty, empty, (), np.zeros(0, dtype=np.uint64))
    flat, bit = np.concatenate(keys), np.concatenate(bits)
    order = np.argsort(flat, kind="stable")
    flat, bit = flat[order], bit[order]
    starts = np.flatnonzero(np.append(True, flat[1:] != flat[:-1])) if len(flat) else np.zeros(0, dtype=np.int64)
    distinct = flat[starts]
    found_by = np.bitwise_or.reduceat(bit, starts) if len(flat) else bit
    result = Candidates(distinct // prepared.size, distinct % prepared.size, tuple(known), found_by)
    prepared.memo["candidates"] = result
    return result
