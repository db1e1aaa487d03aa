"""Occasions other than the two inspections: when something falls due, as parameters that the catalogue carries.

``after_work``    some months after the last work of a kind (brake fluid, air conditioning), in a season if one is named
``contract_end``  the day on which a warranty or a contract ends, or months after delivery or first registration
``anniversary``   a yearly day: a birthday, the day of purchase
``season``        days of the calendar, fixed or counted from Easter Sunday, moved with the region's first frost
``list``          what a list of the dealer names (recalls): due on the day it was entered
``after_event``   days after a delivery, after work of a kind, after declined work, after a visit whatever for
``absence``       months after the last visit, one cycle for each figure
``notice``        what the dealership enters by hand for certain vehicles: due at once
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from guildpost_shared.problems import Problem
from guildpost_shared.services.fields import Fields

_ID: Final = r"[a-z][a-z0-9_]{1,39}"
_MAX_MONTHS: Final = 240
_MAX_DAYS: Final = 400
_MONTHS: Final = 12
_LONGEST_MONTH: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class VehicleDay(StrEnum):
    """The days of a vehicle that a rule may name."""

    WARRANTY_END = "warranty_end"
    LEASE_END = "lease_end"
    DELIVERED_ON = "delivered_on"
    FIRST_REGISTRATION = "first_registration"


class YearlyDay(StrEnum):
    """The days that come back every year."""

    BIRTH_DATE = "birth_date"
    DELIVERED_ON = "delivered_on"


class Event(StrEnum):
    """What a message may follow."""

    DELIVERY = "delivery"
    WORK = "work"
    DECLINED = "declined"
    VISIT = "visit"


@dataclass(frozen=True)
class AfterWorkRule:
    """Due ``months`` after the service's own work was last done; in the next of the months named, if any are."""

    months: int
    season: tuple[int, ...]


@dataclass(frozen=True)
class Fallback:
    """Where the day itself is unknown: so many months after another one."""

    field: VehicleDay
    months: int


@dataclass(frozen=True)
class ContractEndRule:
    """Due on a day of the vehicle's papers, or counted from the first fallback that is known."""

    field: VehicleDay
    fallbacks: tuple[Fallback, ...]


@dataclass(frozen=True)
class AnniversaryRule:
    """Due every year on a day, from the first return on."""

    field: YearlyDay


@dataclass(frozen=True)
class SeasonDay:
    """One day of each year: month and day, or so many days from Easter Sunday; named to tell the cycles apart.

    ``with_frost`` moves it to the region's first frost where that is known.
    """

    season_id: str
    month: int | None
    day: int | None
    easter_offset: int | None
    with_frost: bool


@dataclass(frozen=True)
class SeasonRule:
    """Due on days of the calendar."""

    days: tuple[SeasonDay, ...]


@dataclass(frozen=True)
class ListRule:
    """Due when a list of the dealer names the vehicle."""

    list_id: str


@dataclass(frozen=True)
class AfterEventRule:
    """Due so many days after an event, one cycle for each figure; ``work`` means the service's own kind of work."""

    event: Event
    days: tuple[int, ...]


@dataclass(frozen=True)
class AbsenceRule:
    """Due so many months after the last visit, one cycle for each figure; at most ``per_year`` of them in a year."""

    months: tuple[int, ...]
    per_year: int


@dataclass(frozen=True)
class NoticeRule:
    """Due at once when somebody of the dealership enters it."""


EventRule = (
    AfterWorkRule
    | ContractEndRule
    | AnniversaryRule
    | SeasonRule
    | ListRule
    | AfterEventRule
    | AbsenceRule
    | NoticeRule
)


def read_after_work(fields: Fields) -> AfterWorkRule:
    """Read ``after_work``."""
    rule = AfterWorkRule(
        fields.integer("months", 1, _MAX_MONTHS), fields.integers("season", 1, _MONTHS, least=0, most=_MONTHS)
    )
    fields.end()
    if list(rule.season) != sorted(set(rule.season)):
        raise fields.refusal("season", Problem("figures_rise"))
    return rule


def read_contract_end(fields: Fields) -> ContractEndRule:
    """Read ``contract_end``."""
    field, items = fields.choice("field", VehicleDay), fields.children("fallbacks", most=3)
    fields.end()
    return ContractEndRule(field, tuple(_read_fallback(item) for item in items))


def _read_fallback(fields: Fields) -> Fallback:
    found = Fallback(fields.choice("field", VehicleDay), fields.integer("months", 0, _MAX_MONTHS))
    fields.end()
    return found


def read_anniversary(fields: Fields) -> AnniversaryRule:
    """Read ``anniversary``."""
    rule = AnniversaryRule(fields.choice("field", YearlyDay))
    fields.end()
    return rule


def read_season(fields: Fields) -> SeasonRule:
    """Read ``season``."""
    items = fields.children("days", least=1, most=12)
    fields.end()
    rule = SeasonRule(tuple(_read_season_day(item) for item in items))
    if len({day.season_id for day in rule.days}) != len(rule.days):
        raise fields.refusal("days", Problem("repeated"))
    return rule


def _read_season_day(fields: Fields) -> SeasonDay:
    day = SeasonDay(
        season_id=fields.text("id", _ID),
        month=fields.optional_integer("month", 1, _MONTHS),
        day=fields.optional_integer("day", 1, 31),
        easter_offset=fields.optional_integer("easter_offset", -60, 120),
        with_frost=fields.boolean("with_frost"),
    )
    fields.end()
    if (day.month is None) is not (day.day is None) or (day.month is None) is (day.easter_offset is None):
        raise fields.refusal("month", Problem("month_or_easter"))
    if day.month is not None and day.day is not None and day.day > _LONGEST_MONTH[day.month - 1]:
        raise fields.refusal("day", Problem("no_such_day"))
    return day


def read_list(fields: Fields) -> ListRule:
    """Read ``list``."""
    rule = ListRule(fields.text("list", _ID))
    fields.end()
    return rule


def read_after_event(fields: Fields) -> AfterEventRule:
    """Read ``after_event``."""
    rule = AfterEventRule(fields.choice("event", Event), fields.integers("days", 0, _MAX_DAYS, most=6))
    fields.end()
    if list(rule.days) != sorted(set(rule.days)):
        raise fields.refusal("days", Problem("figures_rise"))
    return rule


def read_absence(fields: Fields) -> AbsenceRule:
    """Read ``absence``."""
    rule = AbsenceRule(fields.integers("months", 1, _MAX_MONTHS, most=6), fields.integer("per_year", 1, 12))
    fields.end()
    if list(rule.months) != sorted(set(rule.months)):
        raise fields.refusal("months", Problem("figures_rise"))
    return rule


def read_notice(fields: Fields) -> NoticeRule:
    """Read ``notice``."""
    fields.end()
    return NoticeRule()
