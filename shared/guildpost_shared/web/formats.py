"""How days, times and numbers are written in German and English."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from guildpost_shared.errors import Language


class Formats:
    """The spellings of one language, in one time zone."""

    def __init__(self, language: Language, zone: ZoneInfo) -> None:
        self._language = language
        self._zone = zone
        self._dot = "." if language == "de" else ""

    def day(self, value: date) -> str:
        """Write a day, the month shortened where it is long: "30. Apr. 2027"."""
        return format_date(value, f"d{self._dot} MMM yyyy", locale=self._language)

    def weekday(self, value: date) -> str:
        """Write a day of the near future or past: "Montag, 1. März"."""
        return format_date(value, f"EEEE, d{self._dot} MMMM", locale=self._language)

    def short_day(self, value: date) -> str:
        """Write a day of the near future or past where there is little room: "Mo., 1. März"."""
        return format_date(value, f"EEE, d{self._dot} MMM", locale=self._language)

    def clock(self, value: datetime) -> str:
        """Write the local time of an instant: "09:30"."""
        return format_datetime(value.astimezone(self._zone), "HH:mm", locale=self._language)

    def moment(self, value: datetime) -> str:
        """Write an instant in local time: "Mo., 1. März 2027, 09:30"."""
        pattern = f"EEE, d{self._dot} MMM yyyy, HH:mm"
        return format_datetime(value.astimezone(self._zone), pattern, locale=self._language)

    def number(self, value: float) -> str:
        """Write a number with the language's separators."""
        return format_decimal(value, locale=self._language)

    def percent(self, value: float, digits: int = 1) -> str:
        """Write a share of 0-1 in per cent, without the sign."""
        return format_decimal(100 * value, format="0." + "0" * digits if digits else "0", locale=self._language)
