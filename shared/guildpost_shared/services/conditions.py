"""A service's condition in the Common Expression Language: which vehicles and customers it is for.

    vehicle.fuel != "electric" && vehicle.age_months >= 36

An expression sees the fields listed in ``FIELDS`` and nothing else; it has no loops, no input and no output, and costs
a few microseconds. What is unknown is ``-1`` (numbers) or ``""`` (texts), never an error. An expression that names an
unknown field, compares unlike values, calls a function that is not listed, or does not give a yes or no is refused
when it is read (see ``condition_grammar``); only a sum that grows too large shows on the facts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from guildpost_shared.problems import Problem
from guildpost_shared.services.condition_engine import ENGINE
from guildpost_shared.services.condition_grammar import Kind, kind_of
from guildpost_shared.services.condition_tokens import MisreadError
from guildpost_shared.services.fields import Fields

Fact = str | int | bool
Facts = Mapping[str, Mapping[str, Fact]]
MOST_LETTERS: Final = 1_000
FIELDS: Final[Mapping[str, Mapping[str, Kind]]] = {
    "vehicle": {
        "make": str, "model": str, "fuel": str, "vehicle_class": str, "age_months": int, "mileage_km": int,
        "km_per_year": int, "months_here": int, "visits": int, "wheels_stored": bool, "all_season": bool,
        "lease_days": int, "warranty_days": int, "season_plate": bool, "electric": bool,
    },
    "customer": {
        "business": bool, "age_years": int, "last_visit_days": int, "visits": int, "vehicles": int, "country": str,
        "couple": bool,
    },
    "day": {"month": int, "weekday": int, "due_days": int},
}  # fmt: skip
"""Names and types; days and months are whole numbers, ``day.due_days`` counts from today to the due date."""
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class ConditionError(ValueError):
    """What is wrong with an expression."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.said("en"))
        self.problem = problem


@dataclass(frozen=True)
class Condition:
    """A compiled expression; an empty one always holds."""

    source: str
    _program: Any = field(default=None, repr=False, compare=False)

    def holds(self, facts: Facts) -> bool:
        """Say whether the condition holds.

        Args:
            facts: every field of ``FIELDS``.

        Raises:
            ConditionError: it cannot be worked out on these facts.
        """
        if self._program is None:
            return True
        try:
            found = self._program.execute(facts)
        except (KeyError, TypeError, ValueError, RuntimeError, ArithmeticError) as error:
            raise ConditionError(Problem("condition_fails", kind=type(error).__name__)) from None
        if not isinstance(found, bool):
            raise ConditionError(Problem("condition_not_a_yes"))
        return found

    @property
    def groups(self) -> frozenset[str]:
        """Name the groups of fields that it reads."""
        return frozenset() if self._program is None else frozenset(self._program.variables())


ALWAYS: Final = Condition("")


def compile_condition(source: str) -> Condition:
    """Compile an expression.

    Raises:
        ConditionError: it cannot be read (with the column), or names, calls or gives what is not allowed.
    """
    if not source.strip():
        return ALWAYS
    try:
        kind = kind_of(source, FIELDS)
    except MisreadError as error:
        raise ConditionError(error.problem) from None
    try:
        program = ENGINE.compile(source)
    except ValueError:
        raise ConditionError(Problem("condition_unreadable")) from None
    if kind is not bool:
        raise ConditionError(Problem("condition_not_a_yes"))
    condition = Condition(source, program)
    for facts in _samples():
        condition.holds(facts)
    return condition


def _samples() -> list[Facts]:
    """Give facts of the right types, by which most sums that grow too large are found."""
    values: list[dict[type[Fact], Fact]] = [
        {str: "", int: -1, bool: False}, {str: "x", int: 1_000_000, bool: True},
        {str: "electric", int: 5, bool: True}, {str: "car", int: 40, bool: False},
    ]  # fmt: skip
    return [{group: {name: by[kind] for name, kind in of.items()} for group, of in FIELDS.items()} for by in values]


def read_condition(fields: Fields, name: str) -> Condition:
    """Read a service's condition.

    Raises:
        Refused: the reader's code, with the field and what is wrong in which column.
    """
    source = fields.text(name, r"(?s:.)*")
    if len(source) > MOST_LETTERS or _CONTROL.search(source):
        raise fields.refusal(name, Problem("condition_text", most=MOST_LETTERS))
    try:
        return compile_condition(source)
    except ConditionError as error:
        raise fields.refusal(name, error.problem) from None
