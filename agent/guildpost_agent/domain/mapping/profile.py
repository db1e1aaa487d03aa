"""A site's mapping profile: which file holds which table, and which of its columns is which of our fields.

A profile counts for automatic imports once a person has confirmed it. Its version is a digest of all that changes what
is read; another version means that every row is read anew.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from guildpost_agent.domain.dms_rows import REQUIRED, Table
from guildpost_agent.domain.mapping.proposal import Proposal
from guildpost_agent.domain.mapping.vocabulary import SYNONYMS, matches

DATE_ORDERS: Final = ("dmy", "mdy")
_MOST_UNITS: Final = 100
_OPTIONS: Final[dict[str, Callable[[object], bool]]] = {
    "complete": lambda value: isinstance(value, bool),
    "record": lambda value: isinstance(value, str),
    "hours_units": lambda value: type(value) is int and 1 <= value <= _MOST_UNITS,
    "date_order": lambda value: value in DATE_ORDERS,
}
_KEYS: Final = frozenset({"table", "files", "columns", *_OPTIONS})


class BadProfile(ValueError):  # noqa: N818 — a finding in somebody's file, named for its reader
    """A profile that says something impossible; the text names the place."""


@dataclass(frozen=True)
class TableProfile:
    """How one kind of file is read.

    Attributes:
        table: what its rows are.
        files: patterns of its names (``*`` and ``?``, any case).
        columns: heading → field; other columns are not read.
        complete: the file holds everything the DMS has, so a record that it does not bring is gone there.
        record: XML only: the name of the element that is a row, empty for the most repeated one.
        hours_units: how many units of the column of hours make an hour.
        date_order: ``dmy`` or ``mdy``.
    """

    table: Table
    files: tuple[str, ...]
    columns: Mapping[str, str]
    complete: bool = False
    record: str = ""
    hours_units: int = 1
    date_order: str = "dmy"

    def takes(self, file: str) -> bool:
        """Say whether a file is one of these, by its name."""
        return any(matches(pattern, file) for pattern in self.files)


@dataclass(frozen=True)
class Profile:
    """A site's files; ``confirmed_on`` is None until somebody has looked at it."""

    name: str
    tables: tuple[TableProfile, ...]
    confirmed_on: date | None = None

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits that change with anything that changes what is read."""
        return digest([_content(table) for table in self.tables])

    @property
    def label(self) -> str:
        """Name and version."""
        return f"{self.name}@{self.version}"

    def table_for(self, file: str) -> TableProfile | None:
        """Find how a file is read, by its name."""
        return next((table for table in self.tables if table.takes(file)), None)


def digest(content: object) -> str:
    """Shorten anything that JSON can write to twelve hexadecimal digits."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]


def _content(table: TableProfile) -> dict[str, object]:
    return {
        "table": table.table.value,
        "files": list(table.files),
        "complete": table.complete,
        "record": table.record,
        "hours_units": table.hours_units,
        "date_order": table.date_order,
        "columns": dict(table.columns),
    }


def from_proposal(proposal: Proposal, name: str, files: tuple[str, ...]) -> Profile:
    """Make an unconfirmed profile of a proposal."""
    columns = proposal.fields
    order, units = proposal.date_order, proposal.hours_units
    return Profile(name, (TableProfile(proposal.table, files, columns, hours_units=units, date_order=order),))


def read_profile(content: Mapping[str, object], name: str) -> Profile:
    """Read a profile's content as TOML gives it.

    Raises:
        BadProfile: with the place that is wrong.
    """
    tables = content.get("tables")
    if not isinstance(tables, list) or not tables or set(content) - {"tables", "confirmed_on"}:
        raise BadProfile("tables")
    confirmed = content.get("confirmed_on")
    if confirmed is not None and type(confirmed) is not date:
        raise BadProfile("confirmed_on")
    return Profile(name, tuple(_read_table(item, number) for number, item in enumerate(tables, 1)), confirmed)


def _read_table(item: object, number: int) -> TableProfile:
    def fault(place: str) -> BadProfile:
        return BadProfile(f"tables[{number}].{place}")

    if not isinstance(item, dict) or set(item) - _KEYS:
        raise fault("…")
    if item.get("table") not in set(Table):
        raise fault("table")
    table = Table(item["table"])
    files, columns = item.get("files"), item.get("columns")
    if not isinstance(files, list) or not files or not all(isinstance(name, str) and name for name in files):
        raise fault("files")
    wrong = _wrong_columns(table, columns)
    if wrong or not isinstance(columns, dict):
        raise fault(wrong)
    options = {key: value for key, value in item.items() if key in _OPTIONS}
    for key, value in options.items():
        if not _OPTIONS[key](value):
            raise fault(key)
    return TableProfile(table, tuple(files), columns, **options)


def _wrong_columns(table: Table, columns: object) -> str:
    """Name the place that is wrong in a mapping of columns, if there is one."""
    if not isinstance(columns, dict):
        return "columns"
    unknown = [heading for heading, field in columns.items() if field not in SYNONYMS[table]]
    if unknown:
        return f"columns.{unknown[0]}"
    fields = list(columns.values())
    twice = sorted({field for field in fields if fields.count(field) > 1})
    missing = [field for field in REQUIRED[table] if field not in fields]
    return f"columns ({', '.join(missing or twice)})" if missing or twice else ""


def write_profile(profile: Profile) -> str:
    """Write a profile as TOML that a person can read and mend."""
    lines: list[str] = []
    if profile.confirmed_on:
        lines += [f"confirmed_on = {profile.confirmed_on.isoformat()}", ""]
    for table in profile.tables:
        content = _content(table)
        content.pop("columns")
        lines += ["[[tables]]", *(f"{key} = {_toml(value)}" for key, value in content.items())]
        lines += ["[tables.columns]", *(f"{_toml(h)} = {_toml(f)}" for h, f in dict(table.columns).items()), ""]
    return "\n".join(lines)


def _toml(value: object) -> str:
    """Write a text, number, flag or list of texts; JSON's spelling of them is TOML's, but for the DEL character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
