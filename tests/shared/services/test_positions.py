"""Whoever mends a document is told the line, or the nearest one that exists."""

import json
from collections.abc import Callable
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_demo.catalogue import targets
from guildpost_shared.errors import Refused, public_text
from guildpost_shared.services.definition import parse_service
from guildpost_shared.services.positions import line_of

Json = dict[str, object]
DOCUMENT = r"""{
  "name": {"de": "Räder",
    "en": "Wheels"},
  "a \"quoted\" {name": [1, 2],
  "touches": [
    {"id": "first", "day": 7},
    {
      "id": "second",
      "day":
        9
    }
  ],
  "channels": [], "last": null
}
""".encode()


@pytest.mark.parametrize(
    ("path", "line"),
    [
        pytest.param("$", 1, id="the whole"),
        pytest.param("name", 2, id="a field"),
        pytest.param("name.en", 3, id="a nested field"),
        pytest.param("touches", 5, id="a list"),
        pytest.param("touches[0].day", 6, id="a field of the first item"),
        pytest.param("touches[1]", 7, id="the second item"),
        pytest.param("touches[1].day", 9, id="a value under its name"),
        pytest.param("last", 13, id="the last field"),
        pytest.param("nowhere", 1, id="a missing field: the whole"),
        pytest.param("name.fr", 2, id="a missing nested field: its parent"),
        pytest.param("touches[1].hour", 7, id="a missing field of an item: the item"),
        pytest.param("touches[7].day", 5, id="an item too many: the list"),
        pytest.param("channels[0].channel", 13, id="an item of an empty list: the list"),
        pytest.param("last.deeper", 13, id="deeper than a plain value: the value"),
        pytest.param("touches.id", 5, id="a list asked like an object"),
        pytest.param("name[0]", 2, id="an object asked like a list"),
    ],
)
def test_a_field_stands_in_its_line(path: str, line: int) -> None:
    assert line == line_of(DOCUMENT, path)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        pytest.param(b"", 1, id="empty"),
        pytest.param(b"\n\n", 3, id="blank"),
        pytest.param(b'\n{"b": 1,\n"a', 2, id="cut off in a name"),
        pytest.param(b'{"b": \n tru, "a": 1}', 1, id="broken value on the way"),
        pytest.param(b'{"a": \xff\n}', 1, id="not UTF-8"),
        pytest.param(b'{"b":' + b"[" * 100_000, 1, id="too deep"),
        pytest.param(b'\n[{"a": 1}]', 2, id="no object"),
    ],
)
def test_a_broken_document_has_a_line_too(data: bytes, line: int) -> None:
    assert line == line_of(data, "a")


@settings(max_examples=300, deadline=None)
@given(
    data=st.one_of(st.binary(max_size=60), st.integers(0, len(DOCUMENT)).map(lambda end: DOCUMENT[:end])),
    path=st.sampled_from(["$", "a", "name.en", "touches[1].day", "[0]", "..", "[[", ""]),
)
def test_any_bytes_give_a_line_of_theirs(data: bytes, path: str) -> None:
    assert 1 <= line_of(data, path) <= data.count(b"\n") + 1


def _row() -> Json:
    return cast("Json", json.loads(targets()["services/hu_au.json"]))


def _late(row: Json) -> None:
    cast("list[Json]", row["touches"])[1]["default_lead"] = 400


def _no_hour(row: Json) -> None:
    del cast("list[dict[str, Json]]", row["channels"])[0]["default_slot"]["hour"]


def _no_work(row: Json) -> None:
    row["occasion"] = {"kind": "after_work", "months": 24, "season": []}


@pytest.mark.parametrize(
    ("mutate", "field", "text"),
    [
        pytest.param(_late, "touches[1].default_lead", '"default_lead": 400', id="a figure"),
        pytest.param(_no_hour, "channels[0].default_slot.hour", '"default_slot": {', id="a missing field: its parent"),
        pytest.param(_no_work, "work", '"work": null', id="fields that do not go together"),
    ],
)
def test_a_refused_service_names_the_line(mutate: Callable[[Json], None], field: str, text: str) -> None:
    row = _row()
    mutate(row)
    data = json.dumps(row, indent=2)
    with pytest.raises(Refused, match="service_definition_invalid") as refused:
        parse_service(data.encode())
    line = next(number for number, found in enumerate(data.split("\n"), 1) if text in found)
    assert (field, line) == (refused.value.params["field"], refused.value.params["line"])


def test_a_refused_service_says_the_line_in_both_languages() -> None:
    row = _row()
    _no_work(row)
    with pytest.raises(Refused) as refused:
        parse_service(json.dumps(row).encode())
    assert 1 == refused.value.params["line"]
    assert "Zeile 1" in public_text(refused.value, "de").what
    assert "line 1" in public_text(refused.value, "en").what


@pytest.mark.parametrize(
    ("spoil", "line", "problem"),
    [
        pytest.param(
            lambda text: text.replace('"strength": 90,', '"strength": 90'), "strength", "delimiter", id="a comma"
        ),
        pytest.param(
            lambda text: text.replace('"strength": 90', '"strength": 090'), "strength", "delimiter", id="a number"
        ),
    ],
)
def test_what_is_no_json_is_refused_with_file_and_line(spoil: Callable[[str], str], line: str, problem: str) -> None:
    data = spoil(json.dumps({**_row(), "strength": 90}, indent=2))
    with pytest.raises(Refused, match="service_definition_invalid") as refused:
        parse_service(data.encode(), "services/x.json")
    near = next(number for number, found in enumerate(data.split("\n"), 1) if line in found)
    said = public_text(refused.value, "en").what
    assert "services/x.json" in said
    assert refused.value.params["line"] in {near, near + 1}
    assert problem in said


def test_what_is_no_utf_8_is_refused_with_its_line() -> None:
    data = json.dumps(_row(), indent=2).encode() + b"\n\xff"
    with pytest.raises(Refused) as refused:
        parse_service(data)
    assert data.count(b"\n") + 1 == refused.value.params["line"]
