"""How alike two values are: one of a few levels per field, from the same to different.

Level 0 always means that one side is missing; it is no evidence. Only distinct pairs of values are compared.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from guildpost_agent.domain.matching import spelling
from guildpost_agent.domain.matching.nicknames import formal_name
from guildpost_agent.domain.matching.prepared import MISSING, Column, Prepared, encode

Rows = npt.NDArray[np.int64]
Levels = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

TEXT: Final = ("missing", "exact", "close", "similar", "part", "differs")
NAME: Final = ("missing", "exact", "close", "similar", "part", "crossed", "differs")
DATE: Final = ("missing", "exact", "close", "similar", "near", "part", "differs")
KIND: Final = ("missing", "exact", "differs")
_TOKENS: Final = 4
_CLOSE_JARO, _SIMILAR_JARO = 0.93, 0.84
_FAR: Final = 12
_HOPELESS_JARO: Final = 0.5
_MONTH: Final = 100
_YEAR: Final = 10_000


def level_names(field: str) -> tuple[str, ...]:
    """Name the levels of a field, from missing over exact to differs."""
    if field in {"given_name", "surname"}:
        return NAME
    return {"birth_date": DATE, "kind": KIND}.get(field, TEXT)


_PROPERTIES: Final[dict[str, Callable[[str], str]]] = {
    "initial": lambda value: value[0],
    "start": lambda value: value[:2],
    "end": lambda value: value[-7:],
    "domain": lambda value: value.partition("@")[2],
    "mailbox": lambda value: value.partition("@")[0],
    "sound": lambda value: spelling.sound(value.split()[0]),
}


@dataclass(frozen=True)
class _Distinct:
    """Distinct pairs of values, and for each pair of records which one it is."""

    left: list[str]
    right: list[str]
    left_codes: npt.NDArray[np.int64]
    right_codes: npt.NDArray[np.int64]
    column: Column
    sizes: npt.NDArray[np.int64]

    def alike(self, name: str) -> Flags:
        """Say for which pairs a property of both values is the same and not empty."""
        property_of = _PROPERTIES[name]
        numbers = self.column.of_values(
            name, lambda values: encode([property_of(value) for value in values])[0].codes.astype(np.int64)
        )
        left = numbers[self.left_codes]
        return np.asarray((left == numbers[self.right_codes]) & (left != MISSING))


def _distinct(column: Column, left: Rows, right: Rows) -> tuple[_Distinct, npt.NDArray[np.intp]]:
    low, high = np.minimum(left, right), np.maximum(left, right)
    values = column.values
    keys, inverse = np.unique(low * len(values) + high, return_inverse=True)
    low, high = keys // len(values), keys % len(values)
    array = np.array(values, dtype=object)
    sizes = column.of_values("length", lambda texts: np.fromiter(map(len, texts), np.int64, len(texts)))
    return _Distinct(array[low].tolist(), array[high].tolist(), low, high, column, sizes), inverse


def _distances(pairs: _Distinct) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    # Loaded only where records are matched, so that an idle agent stays small.
    from rapidfuzz.distance import OSA, JaroWinkler  # noqa: PLC0415 — see above
    from rapidfuzz.process import cpdist  # noqa: PLC0415 — see above

    left, right = pairs.left, pairs.right
    jaro = cpdist(left, right, scorer=JaroWinkler.similarity, dtype=np.float32)
    edits = np.full(len(left), _FAR, dtype=np.int32)
    near = np.flatnonzero(jaro >= _HOPELESS_JARO)
    edits[near] = cpdist(
        [left[at] for at in near], [right[at] for at in near], scorer=OSA.distance, dtype=np.int32, score_cutoff=_FAR
    )
    return jaro, edits, np.maximum(pairs.sizes[pairs.left_codes], pairs.sizes[pairs.right_codes])


def _token_table(values: list[str], mapped: Callable[[str], str]) -> npt.NDArray[np.int64]:
    """Number the words of each value, ``_TOKENS`` at most, -1 where there is none."""
    numbers: dict[str, int] = {}
    table = np.full((len(values), _TOKENS), MISSING, dtype=np.int64)
    for row, value in enumerate(values):
        for at, token in enumerate(value.split()[:_TOKENS]):
            table[row, at] = numbers.setdefault(mapped(token), len(numbers))
    return table


def _share_word(table: npt.NDArray[np.int64], left: Rows, right: Rows) -> Flags:
    shared = np.zeros(len(left), dtype=bool)
    for a in range(_TOKENS):
        if (table[:, a] == MISSING).all():
            break
        words = table[left, a]
        for b in range(_TOKENS):
            shared |= (words == table[right, b]) & (words != MISSING)
    return shared


def _initial(pairs: _Distinct) -> Flags:
    short = (pairs.sizes[pairs.left_codes] == 1) | (pairs.sizes[pairs.right_codes] == 1)
    return np.asarray(short & pairs.alike("initial"))


def _text_levels(pairs: _Distinct, *, names: bool) -> Levels:
    jaro, edits, longest = _distances(pairs)
    levels = np.full(len(pairs.left), len(TEXT) - 1, dtype=np.uint8)
    words = pairs.column.of_values("words", lambda values: _token_table(values, formal_name if names else str))
    part = _share_word(words, pairs.left_codes, pairs.right_codes)
    if names:
        part |= _initial(pairs)
        jaro = np.maximum(jaro, np.where(pairs.alike("sound"), np.float32(_SIMILAR_JARO), np.float32(0)))
    levels[part] = 4
    levels[(jaro >= _SIMILAR_JARO) | ((edits <= 2) & (longest >= 6)) | (edits * 4 <= longest)] = 3  # noqa: PLR2004
    levels[((edits == 1) & (longest >= 4)) | ((jaro >= _CLOSE_JARO) & (edits * 5 <= longest))] = 2  # noqa: PLR2004
    return levels


def _number_levels(pairs: _Distinct) -> Levels:
    """Compare postcodes, house numbers and phone numbers: digits have no sound, their end and start have meaning."""
    _, edits, longest = _distances(pairs)
    levels = np.full(len(pairs.left), len(TEXT) - 1, dtype=np.uint8)
    levels[pairs.alike("start") | pairs.alike("end")] = 4
    levels[(edits == 2) & (longest >= 4)] = 3  # noqa: PLR2004 — two of four digits and more
    levels[(edits == 1) & (longest >= 2)] = 2  # noqa: PLR2004 — one of two digits and more
    return levels


def _email_levels(pairs: _Distinct) -> Levels:
    _, edits, longest = _distances(pairs)
    levels = np.full(len(pairs.left), len(TEXT) - 1, dtype=np.uint8)
    levels[pairs.alike("domain")] = 4
    levels[pairs.alike("mailbox") | (edits * 3 <= longest)] = 3
    levels[(edits <= 2) | (edits * 8 <= longest)] = 2  # noqa: PLR2004 — two edits of an address are few
    return levels


def _date_levels(pairs: _Distinct) -> Levels:
    _, edits, _ = _distances(pairs)
    left, right = (np.array(side, dtype=np.int64) for side in (pairs.left, pairs.right))
    years, months, days = (
        (left // _YEAR, right // _YEAR),
        (left // _MONTH % _MONTH, right // _MONTH % _MONTH),
        (left % _MONTH, right % _MONTH),
    )
    same = [side[0] == side[1] for side in (years, months, days)]
    count = same[0].astype(int) + same[1] + same[2]
    swapped = same[0] & (months[0] == days[1]) & (days[0] == months[1])
    levels = np.full(len(left), len(DATE) - 1, dtype=np.uint8)
    levels[(count == 1) & (same[0] | (edits <= 3))] = 5  # noqa: PLR2004 — part
    month_numbers = [years[0] * 12 + months[0], years[1] * 12 + months[1]]
    levels[(edits <= 2) | (np.abs(month_numbers[0] - month_numbers[1]) <= 1)] = 4  # noqa: PLR2004 — near
    levels[count == 2] = 3  # noqa: PLR2004 — two of day, month, year
    levels[(edits == 1) | swapped] = 2
    return levels


def compare_field(field: str, column: Column, left: Rows, right: Rows) -> Levels:
    """Level each pair of values; codes may be ``MISSING``."""
    exact, differs = 1, len(level_names(field)) - 1
    levels = np.where(left == right, exact, 0).astype(np.uint8)
    levels[(left == MISSING) | (right == MISSING)] = 0
    open_pairs = np.flatnonzero((left != MISSING) & (right != MISSING) & (left != right))
    if not len(open_pairs):
        return levels
    if field == "kind":
        levels[open_pairs] = differs
        return levels
    pairs, inverse = _distinct(column, left[open_pairs], right[open_pairs])
    if field == "birth_date":
        found = _date_levels(pairs)
    elif field == "email":
        found = _email_levels(pairs)
    elif field in {"postcode", "house_number", "phone"}:
        found = _number_levels(pairs)
    else:
        found = _text_levels(pairs, names=field in {"given_name", "surname"})
        if field in {"given_name", "surname"}:
            found[found == len(TEXT) - 1] = differs
    levels[open_pairs] = found[inverse]
    return levels


def compare(prepared: Prepared, left: Rows, right: Rows) -> Levels:
    """Compare pairs of records field by field.

    Args:
        prepared: the records.
        left: record numbers, shape (pairs,).
        right: their partners, shape (pairs,).

    Returns:
        Levels, shape (pairs, fields), in the order of ``prepared.columns``.
    """
    out = np.zeros((len(left), len(prepared.columns)), dtype=np.uint8, order="F")
    for at, (field, column) in enumerate(prepared.columns.items()):
        codes = column.codes.astype(np.int64)
        out[:, at] = compare_field(field, column, codes[left], codes[right])
    fields = list(prepared.columns)
    if "given_name" in fields and "surname" in fields:
        cross(prepared, left, right, out[:, fields.index("given_name")], out[:, fields.index("surname")])
    return out


def cross(prepared: Prepared, left: Rows, right: Rows, given: Levels, surname: Levels) -> None:
    """Find names typed into each other's field, where neither field agrees as it stands."""
    agreed = len(NAME) - 3  # exact … part
    open_pairs = np.flatnonzero(((given == 0) | (given > agreed)) & ((surname == 0) | (surname > agreed)))
    columns: tuple[Column, Column] = (prepared.columns["given_name"], prepared.columns["surname"])
    first, last = (column.codes.astype(np.int64) for column in columns)
    a, b = left[open_pairs], right[open_pairs]
    one = compare_field("surname", columns[0], first[a], last[b])
    two = compare_field("surname", columns[0], last[a], first[b])
    alike = [(side >= 1) & (side <= 3) for side in (one, two)]  # noqa: PLR2004 — exact to similar
    both = alike[0] & alike[1]
    half = (alike[0] & (two == 0)) | (alike[1] & (one == 0))
    crossed = NAME.index("crossed")
    given[open_pairs[both | half]] = crossed
    surname[open_pairs[both]] = crossed
    surname[open_pairs[half]] = 0
