"""Days in texts and errors are written as the reader's language writes them."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import pytest

from guildpost_shared.catalog import Catalog, load
from guildpost_shared.days import in_words, written_day
from guildpost_shared.errors import Refused, public_text

DAY = date(2027, 3, 1)
LANGUAGES = pytest.mark.parametrize(("language", "written"), [("de", "01.03.2027"), ("en", "1 Mar 2027")])


@LANGUAGES
def test_a_day_is_written_as_the_language_does(language: Literal["de", "en"], written: str) -> None:
    assert written == written_day(DAY, language)


@LANGUAGES
def test_a_text_writes_the_days_that_it_is_given(language: Literal["de", "en"], written: str) -> None:
    texts = Catalog(language, {"x": "{day} {count}"})
    assert f"{written} 3" == texts.text("x", day=DAY, count=3)


@LANGUAGES
def test_an_error_writes_the_days_that_it_is_given(language: Literal["de", "en"], written: str) -> None:
    assert written in public_text(Refused("consent_closed", day=DAY), language).what


def test_an_instant_is_left_to_who_knows_its_time_zone() -> None:
    instant = datetime(2027, 3, 1, 23, tzinfo=UTC)
    assert instant is in_words(instant, "de")


@pytest.mark.parametrize(("count", "written"), [(0, "0 Aufgaben"), (1, "1 Aufgabe "), (2, "2 Aufgaben")])
def test_a_text_that_counts_has_a_form_for_one(count: int, written: str) -> None:
    assert load("guildpost_agent", "de").plural("cli.calls.over", count).startswith(written)


def test_no_command_writes_days_in_a_form_of_its_own() -> None:
    commands = Path(__file__).parents[2] / "agent" / "guildpost_agent" / "cli"
    own = {file.name for file in commands.glob("*.py") if "%Y" in file.read_text("utf-8")}
    assert {"ledger.py"} == own  # the chain's entries are shown in UTC with seconds, as they are proved
