"""Reading any delimited table, and saying in one sentence what is wrong with it."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from guildpost_shared.studies.propensity.columns import Flags

DELIMITERS = ";,\t|"
ENCODINGS = ("utf-8-sig", "cp1252")
LEAST_RECORDS = 20


class BadInputError(Exception):
    """A file or an option that cannot be used; the text is for the person who gave it."""


@dataclass(frozen=True)
class Table:
    """Columns of cells, and whether each record answered."""

    columns: dict[str, list[str]]
    answered: Flags

    def __len__(self) -> int:
        return len(self.answered)


def read_table(path: Path, target: str, positive: str) -> Table:
    """Read a delimited file with a header.

    Args:
        path: the file; UTF-8, UTF-16 with its mark, or Windows-1252; semicolon, comma, tab or bar.
        target: name of the column that says whether the customer answered.
        positive: the value of that column that means yes.

    Raises:
        BadInputError: with one sentence.
    """
    text = _text(path)
    header = text.lstrip().partition("\n")[0]
    delimiter = max(DELIMITERS, key=header.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True))
    except csv.Error as error:
        raise BadInputError(f"{path} is not a delimited table: {error}.") from error
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise BadInputError(f"{path} is empty.")
    names = [name.strip() for name in rows[0]]
    if len(set(names)) != len(names):
        raise BadInputError(
            f"{path} names a column twice: {', '.join(sorted({n for n in names if names.count(n) > 1}))}."
        )
    if target not in names:
        raise BadInputError(f"{path} has no column '{target}'; its columns are: {', '.join(names)}.")
    for number, row in enumerate(rows[1:], start=2):
        if len(row) > len(names):
            raise BadInputError(f"{path}: record {number} has {len(row)} cells, the header has {len(names)} columns.")
    body = [row + [""] * (len(names) - len(row)) for row in rows[1:]]
    if len(body) < LEAST_RECORDS:
        raise BadInputError(f"{path} has {len(body)} records; at least {LEAST_RECORDS} are needed.")
    columns = {name: [row[at].strip() for row in body] for at, name in enumerate(names)}
    answers = columns.pop(target)
    answered = np.array([answer == positive for answer in answers], dtype=np.bool_)
    if not answered.any() or answered.all():
        known = ", ".join(f"'{value}'" for value in sorted(set(answers))[:10])
        which = "no record" if not answered.any() else "every record"
        raise BadInputError(f"{path}: {which} has {target} = '{positive}'; its values are: {known}.")
    if not columns:
        raise BadInputError(f"{path} has no column beside '{target}'.")
    return Table(columns, answered)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror}.") from error
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1").replace("\0", "")
