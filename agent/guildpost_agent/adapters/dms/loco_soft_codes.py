"""The codes that a dealer defines in Loco-Soft: often the real home of lease ends, warranties and advertising blocks.

::

    codes_vehicle_date      (vehicle_number, code, date)         what each code means is written in …_def
    codes_vehicle_mileage   (vehicle_number, code, kilometer)
    codes_customer_list     (customer_number, code, value_format, value_text, value_numeric, value_date)

Which code is which of our fields: ``agent.toml`` says so for a code, or its description is a heading that we know
(``Leasingende``). Everything else is not read. Of several dates for one field the latest counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from guildpost_agent.domain.dms_rows import Table
from guildpost_agent.domain.mapping.vocabulary import field_names, fold
from guildpost_agent.domain.normalise import NO_WORDS


class Kind(StrEnum):
    """The three lists of codes, by the names of their tables."""

    VEHICLE_DATES = "codes_vehicle_date"
    VEHICLE_MILEAGES = "codes_vehicle_mileage"
    CUSTOMER_FLAGS = "codes_customer_list"

    @property
    def definitions(self) -> str:
        """The table that says what the codes mean."""
        return "codes_customer_def" if self is Kind.CUSTOMER_FLAGS else f"{self.value}_def"

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns without which the list cannot be read."""
        return _NEEDS[self]


_NEEDS: Final = {
    Kind.VEHICLE_DATES: ("vehicle_number", "code", "date"),
    Kind.VEHICLE_MILEAGES: ("vehicle_number", "code", "kilometer"),
    Kind.CUSTOMER_FLAGS: ("customer_number", "code"),
}
_TABLES: Final = {
    Kind.VEHICLE_DATES: Table.VEHICLES,
    Kind.VEHICLE_MILEAGES: Table.VEHICLES,
    Kind.CUSTOMER_FLAGS: Table.CUSTOMERS,
}
_DATES: Final = (
    "next_hu", "next_au", "next_sp", "next_service", "warranty_end", "lease_end", "delivered_on", "deregistered_on",
)  # fmt: skip
_BY_DESCRIPTION: Final = {
    Kind.VEHICLE_DATES: frozenset(_DATES),
    Kind.VEHICLE_MILEAGES: frozenset({"next_service_km"}),
    Kind.CUSTOMER_FLAGS: frozenset({"advertising_block", "deceased"}),
}
"""What a description alone may decide; "Verkauft am" may be the day on which the dealer sold it, or the customer."""
_BLOCKS: Final = ("werbesperre", "werbeverbot", "werbewiderspruch", "keinewerbung")
"""Words in a description that mean an objection, whatever else it says: the safe side of Art. 21(2) GDPR."""
_NEVER: Final = "DATE '2090-01-01'"
"""From here on a date stands for "never"."""


@dataclass(frozen=True)
class Code:
    """A code of a site.

    Attributes:
        field: what it is for us; empty where it is not read.
        configured: ``agent.toml`` says so, not the description.
    """

    kind: Kind
    code: str
    description: str
    field: str
    configured: bool


@dataclass(frozen=True)
class Codes:
    """By list: code → field, of those that are read."""

    fields: Mapping[Kind, Mapping[str, str]] = field(default_factory=dict)

    def by_field(self, kind: Kind) -> dict[str, list[str]]:
        """Give the codes of each field, in order."""
        found: dict[str, list[str]] = {}
        for code, name in sorted(self.fields.get(kind, {}).items()):
            found.setdefault(name, []).append(code)
        return found


def sort_out(kind: Kind, defined: Iterable[tuple[str, str]], configured: Mapping[str, str]) -> list[Code]:
    """Say what each code of a site is for us.

    Args:
        kind: which list.
        defined: code and description, as the site defines them.
        configured: code → field from ``agent.toml``; an empty field means that it is not read.
    """
    known = {code.strip(): description.strip() for code, description in defined}
    found = []
    for code in sorted({*known, *configured}):
        description = known.get(code, "")
        name = configured[code] if code in configured else _described(kind, description)
        found.append(Code(kind, code, description, name, code in configured))
    return found


def _described(kind: Kind, description: str) -> str:
    (name,) = field_names(_TABLES[kind], [description])
    if name in _BY_DESCRIPTION[kind]:
        return name
    blocks = kind is Kind.CUSTOMER_FLAGS and any(word in fold(description) for word in _BLOCKS)
    return "advertising_block" if blocks else ""


def newest(kind: Kind, codes: Codes) -> tuple[dict[str, str], str]:
    """Give field → expression of a vehicle's newest value, and the subquery that they come from, one row a vehicle."""
    column = "x.date" if kind is Kind.VEHICLE_DATES else "x.kilometer"
    sensible = f"{column} < {_NEVER}" if kind is Kind.VEHICLE_DATES else f"{column} > 0"
    fields = codes.by_field(kind)
    cells = [f"max({column}) FILTER (WHERE {_among(each)}) AS {name}" for name, each in fields.items()]
    alias = _ALIASES[kind]
    source = (
        f"(SELECT x.vehicle_number, {', '.join(cells)} FROM {kind.value} x WHERE {sensible}"  # noqa: S608 — names of this module; codes are quoted
        f" GROUP BY x.vehicle_number) {alias}"
    )
    return {name: f"{alias}.{name}" for name in fields}, source


def flags(codes: Codes, present: frozenset[str]) -> tuple[dict[str, str], str]:
    """Give field → expression of a customer's flag, and the subquery; a code without a value is a yes.

    Several codes for one field are a yes unless each of them says no.

    Args:
        codes: what the site's codes mean.
        present: the columns of the list that may be read.
    """

    def column(name: str) -> str:
        return f"x.{name}" if name in present else "NULL"

    text = f"NULLIF(trim(({column('value_text')})::text), '')"
    number = f"({column('value_numeric')})::numeric"
    told = f"{number} <> 0 OR ({column('value_format')})::text = 'N'"
    value = (
        f"CASE WHEN {text} IS NOT NULL THEN {text} WHEN {column('value_date')} IS NOT NULL THEN 'J'"
        f" WHEN {told} THEN CASE WHEN {number} = 0 THEN 'N' ELSE 'J' END ELSE 'J' END"
    )
    no = f"lower({value}) = ANY ({_list(NO_WORDS)})"
    fields = codes.by_field(Kind.CUSTOMER_FLAGS)
    cells = [
        f"COALESCE(min({value}) FILTER (WHERE {_among(each)} AND NOT {no}), min({value}) FILTER (WHERE {_among(each)}))"
        f" AS {name}"
        for name, each in fields.items()
    ]
    alias = _ALIASES[Kind.CUSTOMER_FLAGS]
    source = (
        f"(SELECT x.customer_number, {', '.join(cells)} FROM {Kind.CUSTOMER_FLAGS.value} x"  # noqa: S608 — as above
        f" GROUP BY x.customer_number) {alias}"
    )
    return {name: f"{alias}.{name}" for name in fields}, source


_ALIASES: Final = {Kind.VEHICLE_DATES: "vd", Kind.VEHICLE_MILEAGES: "vm", Kind.CUSTOMER_FLAGS: "cf"}


def _among(codes: Iterable[str]) -> str:
    return f"trim(x.code::text) = ANY ({_list(codes)})"


def _list(values: Iterable[str]) -> str:
    quoted = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"ARRAY[{quoted}]::text[]"
