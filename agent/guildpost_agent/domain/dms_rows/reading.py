"""What the reading of rows needs, and the row while it is read."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from guildpost_agent.domain import normalise
from guildpost_agent.domain.appointment_works import Works
from guildpost_agent.domain.normalise import Unreadable
from guildpost_agent.domain.normalise_rules import LONGEST_RAW, Rule
from guildpost_agent.domain.normalise_text import clean, cut, repair

_Value = TypeVar("_Value")
Cells = Mapping[str, str]

LONGEST_KEY: Final = 40
PURPOSE: Final = "service_reminders"


class Table(StrEnum):
    """The tables that a delivery may bring, in the order in which they are imported."""

    CUSTOMERS = "customers"
    VEHICLES = "vehicles"
    JOBS = "jobs"
    APPOINTMENTS = "appointments"
    CONSENTS = "consents"
    WHEELS = "wheels"


REQUIRED: Final[dict[Table, tuple[str, ...]]] = {
    Table.CUSTOMERS: ("customer_id", "name1"),
    Table.VEHICLES: ("vehicle_id", "customer_id"),
    Table.JOBS: ("order_number", "order_date", "vehicle_id"),
    Table.APPOINTMENTS: ("appointment_id", "customer_id", "day"),
    Table.CONSENTS: ("customer_id", "channel"),
    Table.WHEELS: ("wheel_set_id", "customer_id"),
}


class BadRow(ValueError):  # noqa: N818 — a row that goes to quarantine is a finding, not a failure
    """A row that cannot become a record: which field, and why."""

    def __init__(self, field_name: str, reason: str) -> None:
        super().__init__(f"{field_name}: {reason}")
        self.field = field_name
        self.reason = reason


@dataclass
class Reading:
    """What the reading of rows needs to know, and what it notices.

    Attributes:
        today: the dealer's day of the import.
        zone: the dealer's time zone.
        own_domain: the dealer's own mail domain.
        works: by service, the words that tell that an appointment is for it; inspections are told without.
        warnings: how often which optional field was dropped or looks odd, and why (``table.field.reason``).
    """

    today: date
    zone: ZoneInfo
    own_domain: str = ""
    works: Works = field(default_factory=dict)
    warnings: Counter[str] = field(default_factory=Counter)


class Row:
    """One row's cells while they become a record, with the rules that worked on them.

    Attributes:
        provenance: by field of the record: the rule and the text as the DMS had it.
    """

    __slots__ = ("cells", "provenance", "reading", "table", "today")

    def __init__(self, cells: Cells, reading: Reading, table: Table) -> None:
        self.cells = cells
        self.reading = reading
        self.table = table
        self.today = reading.today
        self.provenance: dict[str, tuple[str, str]] = {}

    def raw(self, name: str) -> str:
        """Give a cell as it came; a column that is not there is empty."""
        return self.cells.get(name) or ""

    def note(self, name: str, rule: str, raw: str) -> None:
        """Note that a rule worked on a field; the first one found stays."""
        if rule and name not in self.provenance:
            self.provenance[name] = (str(rule), raw[:LONGEST_RAW])

    def warn(self, name: str, reason: str) -> None:
        """Count something odd."""
        self.reading.warnings[f"{self.table.value}.{name}.{reason}"] += 1

    def key(self, name: str) -> str:
        """Read the number of a record.

        Raises:
            BadRow: it is missing, nothing but zeros, or too long.
        """
        text = clean(self.raw(name))
        if not text.strip("0"):
            raise BadRow(name, "missing_key")
        if len(text) > LONGEST_KEY:
            raise BadRow(name, "key_too_long")
        return text

    def reference(self, name: str) -> str:
        """Read the number of another record; nothing but zeros means none."""
        text = clean(self.raw(name))[:LONGEST_KEY]
        return text if text.strip("0") else ""

    def read(self, name: str, parse: Callable[[], _Value], empty: _Value) -> _Value:
        """Read an optional field; what cannot be read is counted, noted and left empty."""
        try:
            return parse()
        except Unreadable as error:
            self.dropped(name, error.reason, self.raw(name))
            return empty

    def dropped(self, name: str, reason: str, raw: str, target: str = "") -> None:
        """Count and note a cell that cannot be read; ``target`` is the record's field if it has another name."""
        self.warn(name, reason)
        self.note(target or name, Rule.UNREADABLE, raw)

    def text(self, name: str, longest: int) -> str:
        """Read words: without superfluous blanks and double encoding, as long as their column."""
        raw = self.cells.get(name)
        if not raw:
            return ""
        if len(raw) <= longest and raw.isascii() and raw.isprintable():
            return clean(raw)
        repaired = repair(raw)
        if repaired != raw:
            self.note(name, Rule.DOUBLE_ENCODED, raw)
        return self.fitted(name, clean(repaired), longest)

    def fitted(self, name: str, text: str, longest: int, raw: str = "") -> str:
        """Cut a text to its column, and note it."""
        if len(text) <= longest:
            return text
        self.note(name, Rule.CUT, raw or text)
        return cut(text, longest)

    def day(self, name: str, ahead: int = normalise.TWO_DIGIT_YEARS_AHEAD) -> date | None:
        """Read an optional day."""
        raw = self.cells.get(name)
        if not raw:
            return None
        try:
            found, rule = normalise.read_day(raw, self.today, ahead)
        except Unreadable as error:
            self.dropped(name, error.reason, raw)
            return None
        if rule:
            self.note(name, rule, raw)
        return found

    def past_day(self, name: str) -> date | None:
        """Read an optional day that cannot lie ahead."""
        found = self.day(name, 0)
        if found is None or found <= self.today:
            return found
        self.warn(name, "in_future")
        self.note(name, Rule.DATE_IN_FUTURE, self.raw(name))
        return None

    def month(self, name: str) -> date | None:
        """Read an optional month as its first day."""
        raw = self.cells.get(name)
        if not raw:
            return None
        try:
            found, rule = normalise.read_month(raw, self.today)
        except Unreadable as error:
            self.dropped(name, error.reason, raw)
            return None
        if rule:
            self.note(name, rule, raw)
        return found

    def km(self, name: str) -> int | None:
        """Read an optional mileage in km."""
        raw = self.cells.get(name)
        if not raw:
            return None
        try:
            found, rule = normalise.read_km(raw)
        except Unreadable as error:
            self.dropped(name, error.reason, raw)
            return None
        if rule:
            self.note(name, rule, raw)
        return found

    def flag(self, name: str) -> bool | None:
        """Read an optional yes or no."""
        raw = self.cells.get(name)
        if not raw:
            return None
        try:
            return normalise.parse_flag(raw)
        except Unreadable as error:
            self.dropped(name, error.reason, raw)
            return None

    def required_day(self, name: str) -> date:
        """Read a day without which the row is no record.

        Raises:
            BadRow: it is missing or cannot be read.
        """
        try:
            found = normalise.parse_day(self.raw(name), self.today)
        except Unreadable as error:
            raise BadRow(name, error.reason) from None
        if found is None:
            raise BadRow(name, "missing_date")
        return found
