"""A condition sees its fields and nothing else, gives yes or no, and never fails in another way than its own."""

import json
from collections.abc import Mapping
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_demo.catalogue import targets
from guildpost_shared.errors import Refused, public_text
from guildpost_shared.services.conditions import (
    ALWAYS,
    FIELDS,
    MOST_LETTERS,
    ConditionError,
    Fact,
    Facts,
    compile_condition,
)
from guildpost_shared.services.definition import parse_service

_UNKNOWN: Mapping[type[Fact], Fact] = {str: "", int: -1, bool: False}


def _facts(**known: Fact) -> Facts:
    """Give facts of which only some are known: ``vehicle_fuel="diesel"``."""
    return {
        group: {name: known.get(f"{group}_{name}", _UNKNOWN[kind]) for name, kind in of.items()}
        for group, of in FIELDS.items()
    }


@pytest.mark.parametrize(
    ("source", "facts", "holds"),
    [
        pytest.param('vehicle.fuel == "diesel"', _facts(vehicle_fuel="diesel"), True, id="text equals"),
        pytest.param('vehicle.fuel == "diesel"', _facts(), False, id="unknown text is empty"),
        pytest.param("vehicle.age_months >= 36", _facts(vehicle_age_months=36), True, id="number reached"),
        pytest.param("vehicle.age_months >= 36", _facts(), False, id="unknown number is below zero"),
        pytest.param("!customer.business", _facts(), True, id="not"),
        pytest.param("customer.couple ? true : false", _facts(customer_couple=True), True, id="either or"),
        pytest.param("day.month in [9, 10]", _facts(day_month=10), True, id="one of several"),
        pytest.param('vehicle.model.startsWith("Vela")', _facts(vehicle_model="Vela Kombi"), True, id="text begins"),
        pytest.param('vehicle.model.endsWith("GT")', _facts(vehicle_model="Vela Kombi"), False, id="text ends"),
        pytest.param('vehicle.model.contains("Kombi")', _facts(vehicle_model="Vela Kombi"), True, id="text contains"),
        pytest.param("size(vehicle.make) > 2", _facts(vehicle_make="Arvana"), True, id="length"),
        pytest.param("vehicle.visits * 2 - 1 > 4", _facts(vehicle_visits=3), True, id="sums"),
        pytest.param("vehicle.electric ||\n  day.weekday == 0", _facts(day_weekday=0), True, id="over two lines"),
        pytest.param('vehicle.make == "vehicle.nope"', _facts(), False, id="a field's look in a text is text"),
    ],
)
def test_an_expression_says_yes_or_no_on_facts(source: str, facts: Facts, holds: bool) -> None:  # noqa: FBT001
    assert holds is compile_condition(source).holds(facts)


@pytest.mark.parametrize("source", ["", " \n\t"])
def test_an_empty_condition_always_holds(source: str) -> None:
    condition = compile_condition(source)
    assert ALWAYS == condition
    assert condition.holds({})
    assert not condition.groups


def test_a_condition_names_the_groups_it_reads() -> None:
    assert {"vehicle", "day"} == compile_condition("vehicle.electric && day.due_days > 3").groups


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        pytest.param("vehicle.fuel ==", r"column 16: ", id="cut off"),
        pytest.param("vehicle.fuel == 'x", r"column 17: ' is not allowed here", id="open text"),
        pytest.param("true &&\n&& false", r"column \d+: ", id="broken in its second line"),
        pytest.param("(" * 300 + "true" + ")" * 300, r"nested too deep", id="too deep"),
        pytest.param("\ud800", r"column 1: '.ud800' is not allowed", id="no text at all"),
        pytest.param("vehicle.colour == 'red'", r"unknown field vehicle\.colour", id="unknown field"),
        pytest.param("true || vehicle . colour", r"unknown field vehicle\.colour", id="unknown field never reached"),
        pytest.param("vehicle.Fuel == 'x'", r"unknown field vehicle\.Fuel", id="capitals count"),
        pytest.param("dealer.name == 'x'", r"unknown name dealer", id="unknown name"),
        pytest.param("[1, 2].all(x, x > 0)", r"column 1: \[ is not allowed here", id="loop"),
        pytest.param("vehicle.model.matches('a+')", r"unknown function matches", id="pattern"),
        pytest.param("timestamp('2027-01-01T00:00:00Z') == 1", r"unknown function timestamp", id="clock"),
        pytest.param("vehicle['fuel'] == 'x'", r"a group of fields is no value", id="field by its text"),
        pytest.param("vehicle.visits / 0 == 1", r"column 16: / is not allowed here", id="division"),
        pytest.param("vehicle == vehicle", r"a group of fields is no value", id="whole group"),
        pytest.param("vehicle.fuel", r"no yes or no", id="a text"),
        pytest.param("1 + 1", r"no yes or no", id="a number"),
        pytest.param("customer.couple ? 1 : 2", r"no yes or no", id="a number either way"),
        pytest.param("vehicle.fuel > 5", r"> does not go between a text and a number", id="text and number"),
        pytest.param("vehicle.age_months * 9223372036854775807 > 0", r"OverflowError", id="too large a figure"),
    ],
)
def test_an_expression_is_refused_with_what_is_wrong(source: str, problem: str) -> None:
    with pytest.raises(ConditionError, match=problem) as refused:
        compile_condition(source)
    assert "\n" not in str(refused.value)
    assert 200 > len(str(refused.value))


def test_what_fails_on_rare_facts_only_is_said_when_it_happens() -> None:
    condition = compile_condition("vehicle.visits == 77 && vehicle.visits * 9223372036854775807 > 0")
    assert not condition.holds(_facts(vehicle_visits=76))
    with pytest.raises(ConditionError, match="OverflowError"):
        condition.holds(_facts(vehicle_visits=77))


def test_missing_facts_are_an_error_and_no_guess() -> None:
    with pytest.raises(ConditionError):
        compile_condition("vehicle.electric").holds({})


_PIECES = st.sampled_from([
    *(f"{group}.{name}" for group, of in FIELDS.items() for name in of), *FIELDS, "nope", "vehicle.nope", "size(",
    "&&", "||", "!", "==", "<=", "in", "?", ":", "+", "-", "*", "/", "%", "(", ")", "[", "]", "{", "}", ".", ",", ";",
    "1", "-1", "9223372036854775808", "0x1f", "1u", "2.5e308", '"a"', "'", '"', "'''", "r'\\'", "b'a'", "true", "null",
    ".matches('(a+)+$')", ".all(x, x)", "has(vehicle.make)", "//", "\n", "\u2028", "\\", "ä", "\x00",
])  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(source=st.one_of(st.text(max_size=MOST_LETTERS), st.lists(_PIECES, max_size=24).map(" ".join)))
def test_no_text_fails_in_another_way(source: str) -> None:
    try:
        condition = compile_condition(source)
    except ConditionError:
        return
    try:
        assert condition.holds(_facts(vehicle_make="Arvana", day_month=3)) in {True, False}
    except ConditionError:
        return


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        pytest.param("vehicle.colour == 'red'", "unknown field vehicle.colour", id="a fault in the expression"),
        pytest.param("true " * 400, "does not match", id="too long"),
        pytest.param("true\x00", "does not match", id="control character"),
    ],
)
def test_a_service_with_a_faulty_condition_is_refused_with_field_line_and_problem(source: str, problem: str) -> None:
    row = cast("dict[str, object]", json.loads(targets()["services/hu_au.json"]))
    data = json.dumps(row | {"condition": source}, indent=1).encode()
    line = next(i for i, text in enumerate(data.split(b"\n"), 1) if text.startswith(b' "condition"'))
    with pytest.raises(Refused, match="service_definition_invalid") as refused:
        parse_service(data)
    assert ("condition", line) == (refused.value.params["field"], refused.value.params["line"])
    assert problem in public_text(refused.value, "en").what
