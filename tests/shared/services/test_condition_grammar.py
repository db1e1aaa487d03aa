"""A condition is read strictly: every part of it, reached or not, names known fields and compares like with like."""

import pytest

from guildpost_shared.services.condition_grammar import kind_of
from guildpost_shared.services.condition_tokens import MisreadError
from guildpost_shared.services.conditions import FIELDS, ConditionError, compile_condition

WRONG = {
    "an unknown field": ("vehicle.nope", "unknown field vehicle.nope"),
    "an unknown field of a group in parentheses": ("(vehicle).nope", "a group of fields is no value"),
    "an unknown field in parentheses": ("(vehicle.nope)", "unknown field vehicle.nope"),
    "a group on its own": ("customer", "a group of fields is no value"),
    "a group in parentheses": ("((customer))", "a group of fields is no value"),
    "one group or another": ("(true ? vehicle : customer).nope", "a group of fields is no value"),
    "a field of a field": ("vehicle.make.nope", "unknown function nope"),
    "an unknown name": ("dealer.name", "unknown name dealer"),
    "an unknown function": ("hash(vehicle.make)", "unknown function hash"),
    "a function as a field": ("vehicle.size()", "unknown field vehicle.size"),
    "a method as a function": ("contains(vehicle.make)", "unknown function contains"),
    "a text that equals a number": ("vehicle.make == 5", "== does not go between a text and a number"),
    "a number that equals a text": ("5 == vehicle.make", "== does not go between a number and a text"),
    "a number unlike a yes or no": ("vehicle.visits != true", "!= does not go between a number and a yes or no"),
    "a text among numbers": ("vehicle.make in [1, 2]", "in does not go between a text and a number"),
    "a number among mixed values": ("day.month in [1, 'x']", "in does not go between a number and a text"),
    "a yes or no before another": ("vehicle.electric < true", "< does not go between a yes or no and a yes or no"),
    "a text plus a number": ("vehicle.make + 1 == 'x'", "+ does not go between a text and a number"),
    "a text beside a yes or no": ("(vehicle.make && true)", "&& does not go between a text and a yes or no"),
    "the opposite of a number": ("!vehicle.visits", "! and - do not go before a number"),
    "a negative text": ("-vehicle.make == 'x'", "! and - do not go before a text"),
    "the start of a number": ("vehicle.visits.startsWith('x')", "startsWith wants texts"),
    "a start that is a number": ("vehicle.make.startsWith(1)", "startsWith wants texts"),
    "the length of a number": ("size(vehicle.visits) > 1", "size wants texts"),
    "unlike values either way": ("(true ? 1 : 'x') == 1", "? : wants"),
    "a choice by a number": ("(1 ? true : false)", "? : wants"),
}
PLACES = {
    "alone": "{}",
    "behind true or": "true || {}",
    "behind false and": "false && {}",
    "behind a known yes or": "!customer.business || vehicle.electric || {}",
    "before and": "{} && false",
    "in a branch never taken": "true ? true : {}",
    "in the other branch": "false ? {} : true",
    "deep in parentheses": "true || (true || (false && ({})))",
    "over several lines": "true ||\n  {}\n|| true",
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
@pytest.mark.parametrize(("part", "problem"), WRONG.values(), ids=WRONG.keys())
def test_a_faulty_part_is_refused_wherever_it_stands(part: str, problem: str, place: str) -> None:
    with pytest.raises(ConditionError) as refused:
        compile_condition(place.format(part))
    assert problem in str(refused.value)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("vehicle", id="group"),
        pytest.param("vehicle.make == null", id="null"),
        pytest.param("vehicle.visits > 2.5", id="fraction"),
        pytest.param("vehicle.visits > 2u", id="unsigned number"),
        pytest.param("vehicle.visits > 0x1f", id="hexadecimal number"),
        pytest.param("vehicle.make == r'x'", id="raw text"),
        pytest.param("vehicle.make == '''x'''", id="long text"),
        pytest.param("vehicle.make == b'x'", id="bytes"),
        pytest.param("vehicle.make == {'a': 'b'}['a']", id="map"),
        pytest.param("has(vehicle.make)", id="test for a field"),
        pytest.param("[vehicle].exists(v, v.nope == 1)", id="loop over a group"),
        pytest.param("vehicle.make in []", id="empty list"),
        pytest.param("day.month in day", id="field of a group"),
        pytest.param("[1] == [1]", id="list as a value"),
        pytest.param(".vehicle.electric", id="leading dot"),
        pytest.param("vehicle.?electric", id="optional field"),
        pytest.param("vehicle.electric // never", id="comment"),
        pytest.param("true end", id="a word too many"),
        pytest.param("(" * 21 + "true" + ")" * 21, id="nested too deep"),
    ],
)
def test_what_the_grammar_does_not_know_is_refused_also_without_the_compiler(source: str) -> None:
    with pytest.raises(MisreadError):
        kind_of(source, FIELDS)
    with pytest.raises(ConditionError):
        compile_condition(source)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        pytest.param("vehicle . make", str, id="blanks around the dot"),
        pytest.param("vehicle.make + 'x'", str, id="joined texts"),
        pytest.param("-vehicle.visits + 2 * (3 - 1)", int, id="sum"),
        pytest.param("customer.couple ? 1 : size('ä\\'b')", int, id="number either way"),
        pytest.param("!(vehicle.make in ['A', \"B\"]) == true", bool, id="not among"),
        pytest.param("'vehicle.nope'.contains('nope') || false", bool, id="a field's look in a text"),
        pytest.param("true ? true : " * 60 + "true", bool, id="long chain of choices"),
        pytest.param("!" * 400 + "true", bool, id="many opposites"),
    ],
)
def test_the_kind_of_an_expression_is_known_without_facts(source: str, kind: type) -> None:
    assert kind is kind_of(source, FIELDS)
