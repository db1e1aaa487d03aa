"""What is wrong with a field is said in the language of the message around it, also after a wire or a database."""

import json
import re
import tomllib
from importlib import resources
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from guildpost_demo.catalogue import targets
from guildpost_shared.errors import Language, Refused, from_code, public_text
from guildpost_shared.problems import Problem, codes, said
from guildpost_shared.services.definition import parse_service

ROOT = Path(__file__).resolve().parents[2]
TABLE = tomllib.loads(resources.files("guildpost_shared").joinpath("problems.toml").read_text("utf-8"))
LANGUAGES: tuple[Language, ...] = ("de", "en")


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("code", sorted(TABLE))
def test_every_problem_is_said_in_both_languages_with_the_same_figures(code: str) -> None:
    assert {"de", "en"} == set(TABLE[code])
    assert _fields(TABLE[code]["de"]) == _fields(TABLE[code]["en"])


def test_the_table_holds_exactly_the_problems_that_the_programs_find() -> None:
    sources = "".join(
        file.read_text("utf-8")
        for package in ("shared", "agent", "coordinator")
        for file in (ROOT / package).rglob("*.py")
    )
    found = set(re.findall(r'Problem\(\s*"([a-z_0-9]+)"', sources)) | set(re.findall(r'": "(json_[a-z]+)"', sources))
    assert codes() == found | {"json_other"}


def _service(**changes: Any) -> bytes:
    return json.dumps(json.loads(targets()["services/hu_au.json"]) | changes, indent=1).encode()


def _touch(**changes: int) -> list[dict[str, Any]]:
    first, *others = json.loads(_service())["touches"]
    return [first | changes, *others]


FAULTS: dict[str, tuple[bytes, str, str]] = {
    "an unknown field": (_service(rebate=1), "Feld „rebate“ (unbekannt)", "field “rebate” (unknown)"),
    "a word that is none of the choices": (
        _service(network="always"),
        "muss eines von diesen sein: mandatory, recommended, optional",
        "must be one of these: mandatory, recommended, optional",
    ),
    "a figure out of its range": (_service(strength=0), "keine ganze Zahl von 1 bis 100", "not an integer in 1 to 100"),
    "a start value outside its window": (
        _service(touches=_touch(default_lead=300)), "liegt nicht zwischen first_day", "not between first_day"
    ),
    "a window whose end lies before its start": (
        _service(touches=_touch(first_day=5)), "first_day“ (liegt nach last_day", "first_day” (lies after last_day"
    ),
    "windows that meet": (
        _service(touches=_touch(last_day=10)), "reminder beginnt, bevor invitation zu Ende", "reminder starts before"
    ),
    "a condition with an unknown field": (
        _service(condition="vehicle.colour == 'red'"), "unbekanntes Feld vehicle.colour", "unknown field vehicle.colour"
    ),
    "a condition that compares unlike values": (
        _service(condition="vehicle.fuel > 5"),
        "> steht nicht zwischen einem Text und einer Zahl",
        "> does not go between a text and a number",
    ),
    "a condition that is cut off": (
        _service(condition="vehicle.fuel =="), "Spalte 16: hier fehlt etwas", "column 16: something is missing"
    ),
    "no JSON": (_service().replace(b",", b"", 1), "hier fehlt ein Komma", "a comma or a closing delimiter is missing"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "german", "english"), FAULTS.values(), ids=FAULTS.keys())
def test_a_refused_service_says_line_and_reason_in_the_readers_language(data: bytes, german: str, english: str) -> None:
    with pytest.raises(Refused, match="service_definition_invalid") as refused:
        parse_service(data, "services/hu_au.json")
    stored = from_code(refused.value.code, **{name: str(value) for name, value in refused.value.params.items()})
    for error in (refused.value, stored):
        for language, reason in zip(LANGUAGES, (german, english), strict=True):
            words = public_text(error, language).what
            assert reason in words
            assert f"{'Zeile' if language == 'de' else 'line'} {refused.value.params['line']}" in words


def test_a_problem_within_a_problem_is_said_in_the_same_language_after_it_was_written_down() -> None:
    problem = Problem("condition_between", mark=">", left=Problem("a_text"), right=Problem("a_number"))
    assert ["> steht nicht zwischen einem Text und einer Zahl"] * 2 == [problem.said("de"), said(str(problem), "de")]


@pytest.mark.parametrize(
    "text",
    ["", "R1", '{"problem": ', '{"problem": "nobody_knows"}', '{"problem": 3}', '{"problem": "a_text", "x": {"y": 1}}'],
)
def test_what_is_no_problem_is_given_as_it_is(text: str) -> None:
    assert text == said(text, "de")
