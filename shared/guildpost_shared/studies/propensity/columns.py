"""What a record says, column by column: a number, a text, or nothing.

A text is known by its bucket: ``SHA-256(column, 0, text) mod 1024``. Buckets can be counted without a list of texts
being known to anybody beforehand, and no text ever leaves a dealership. Two common texts of one column share a bucket
about once in a thousand pairs; they are then one category.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

BUCKETS: Final = 1_024
MISSING: Final = BUCKETS
"""The bucket of a cell that says nothing."""
NO_TEXT: Final = -1
LARGEST: Final = 2.0**40
_NOTHING: Final = {"", "?", "na", "n/a", "nan", "null", "-"}
_NUMBER: Final = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d{1,3})?")


@dataclass(frozen=True)
class Coded:
    """Records of one dealer, read.

    Attributes:
        numbers: float64[records, columns]; NaN where the cell is no number.
        buckets: int64[records, columns]; 0 to 1023, 1024 where the cell says nothing, -1 where it is a number.
    """

    numbers: Floats
    buckets: Integers

    def take(self, rows: Integers) -> "Coded":
        """Keep some records."""
        return Coded(self.numbers[rows], self.buckets[rows])

    def __len__(self) -> int:
        return len(self.buckets)


def code(table: Mapping[str, Sequence[str]], names: Sequence[str], records: int) -> Coded:
    """Read a table.

    Args:
        table: the cells of each column, in the order of the records.
        names: the columns of the study, in its order.
        records: how many records there are; a column that the table does not have says nothing.
    """
    numbers = np.full((records, len(names)), np.nan)
    buckets = np.full((records, len(names)), MISSING, dtype=np.int64)
    for at, name in enumerate(names):
        cells = table.get(name)
        if cells is None:
            continue
        known = {cell: _read(name, cell) for cell in set(cells)}
        numbers[:, at] = [known[cell][0] for cell in cells]
        buckets[:, at] = [known[cell][1] for cell in cells]
    return Coded(numbers, buckets)


def number(text: str) -> float | None:
    """Read a number, with a decimal point or comma; None for anything else, and beyond ±2^40."""
    if _NUMBER.fullmatch(text) is None:
        return None
    value = float(text.replace(",", "."))
    return value if abs(value) < LARGEST else None


def bucket(column: str, text: str) -> int:
    """Give a text's bucket, 0 to 1023."""
    digest = hashlib.sha256(column.encode() + b"\0" + text.encode()).digest()
    return int.from_bytes(digest[:8], "big") % BUCKETS


def _read(column: str, cell: str) -> tuple[float, int]:
    text = " ".join(cell.split())
    if text.casefold() in _NOTHING:
        return np.nan, MISSING
    value = number(text)
    return (np.nan, bucket(column, text)) if value is None else (value, NO_TEXT)
