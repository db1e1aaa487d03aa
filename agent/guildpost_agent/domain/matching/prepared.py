"""Records made comparable: each column as folded values and, per record, the number of its value."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from guildpost_agent.domain.matching import spelling
from guildpost_agent.domain.matching.records import COLUMNS, MatchRecords

Codes = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint64]
MISSING: Final = -1


@dataclass(frozen=True)
class Column:
    """One field of all records.

    Attributes:
        codes: per record the number of its value, ``MISSING`` where there is none.
        values: the distinct values in order; given name and surname share theirs.
        memo: what was worked out from the values; shared like them.
    """

    codes: Codes
    values: list[str]
    memo: dict[str, npt.NDArray[np.int64]] = field(default_factory=dict, repr=False, compare=False)

    def of_values(self, name: str, work_out: Callable[[list[str]], npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
        """Give something per value, worked out once."""
        if name not in self.memo:
            self.memo[name] = work_out(self.values)
        return self.memo[name]

    @cached_property
    def hashes(self) -> Hashes:
        """Give a 64-bit hash per value that any process on any day gives."""
        return text_hashes(self.values)


@dataclass(frozen=True)
class Prepared:
    """All fields of all records.

    Attributes:
        columns: by field name; only fields that at least one record has. ``kind`` says firm or person.
        size: number of records.
        memo: what was worked out from the columns.
    """

    columns: dict[str, Column]
    size: int
    memo: dict[str, object] = field(default_factory=dict, init=False, repr=False, compare=False)


def text_hashes(values: Iterable[str]) -> Hashes:
    """Hash texts to 64 bits, the same in every process (Python's own hash is not)."""
    digests = b"".join(hashlib.blake2b(value.encode(), digest_size=8).digest() for value in values)
    return np.frombuffer(digests, dtype=np.uint64)


def encode(*columns: Sequence[str]) -> list[Column]:
    """Number the values of columns that share one list of values."""
    values = sorted({value for column in columns for value in column} - {""})
    number = {value: at for at, value in enumerate(values)} | {"": MISSING}
    memo: dict[str, npt.NDArray[np.int64]] = {}
    return [Column(np.array([number[value] for value in column], dtype=np.int32), values, memo) for column in columns]


def _folded(column: Sequence[str], fold: Callable[[str], str]) -> list[str]:
    known = {text: fold(text) for text in set(column)}
    return [known[text] for text in column]


def _names(records: MatchRecords) -> tuple[list[str], list[str], list[str]]:
    """Sort names into given names, surnames and firms, whichever field they were typed into."""
    given_raw, surname_raw, whole_raw, firm_raw = (
        records.column(name) for name in ("given_name", "surname", "full_name", "company")
    )
    given, surname = _folded(given_raw, spelling.name), _folded(surname_raw, spelling.name)
    firm = _folded(firm_raw, spelling.company)
    firms = {text for column in (surname_raw, whole_raw) for text in set(column) if spelling.is_company(text)}
    for row, whole in enumerate(whole_raw):
        if whole and not given[row] and not surname[row] and whole not in firms:
            given[row], surname[row] = spelling.full_name(whole)
    for column, emptied in ((surname_raw, surname), (whole_raw, None)):
        for row in (row for row, text in enumerate(column) if text in firms):
            firm[row] = firm[row] or spelling.company(column[row])
            if emptied is not None:
                emptied[row] = ""
    # Whoever signs for a firm changes; the firm is the customer.
    for row in (row for row, text in enumerate(firm) if text):
        given[row] = surname[row] = ""
    return given, surname, firm


def _address(records: MatchRecords) -> tuple[list[str], list[str]]:
    streets, numbers = list(records.column("street")), list(records.column("house_number"))
    for row, number in enumerate(numbers):
        if not number.strip() and streets[row]:
            streets[row], numbers[row] = spelling.split_house(streets[row])
    return _folded(streets, spelling.street), _folded(numbers, spelling.house)


def prepare(records: MatchRecords) -> Prepared:
    """Fold and number all fields.

    Args:
        records: as the caller has them.

    Returns:
        The fields that somebody has, in a fixed order.
    """
    given, surname, firm = _names(records)
    street, number = _address(records)
    names = encode(given, surname)
    columns = {
        "given_name": names[0],
        "surname": names[1],
        "company": encode(firm)[0],
        "kind": encode(["firm" if text else "person" for text in firm])[0],
        "street": encode(street)[0],
        "house_number": encode(number)[0],
    }
    folds = {
        "postcode": spelling.postcode,
        "town": spelling.town,
        "birth_date": spelling.birth_date,
        "email": spelling.email,
        "phone": spelling.phone,
    }
    for name in COLUMNS:
        if name in folds:
            columns[name] = encode(_folded(records.column(name), folds[name]))[0]
    for at, other in enumerate(records.other):
        columns[f"other_{at}"] = encode(_folded(other, spelling.fold))[0]
    used = {name: column for name, column in columns.items() if (column.codes != MISSING).any()}
    if len(columns["kind"].values) == 1:
        del used["kind"]
    return Prepared(used, len(records))
