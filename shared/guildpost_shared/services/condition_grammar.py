"""The part of the Common Expression Language that a condition may use, and the kinds of its values.

    choice := binary ["?" binary ":" choice]
    binary := || and &&, then == != < <= > >= in, then + and -, then *; the last binds closest
    unary  := {"!" | "-"} value {"." ("startsWith" | "endsWith" | "contains") "(" choice ")"}
    value  := text | whole number | true | false | group "." field | "size" "(" choice ")" | "(" choice ")"

``in`` is followed by a list in brackets. Every part is read, whether or not it would ever be reached: a name that does
not exist, a group of fields on its own and a comparison of unlike kinds are found without any facts.
"""

from collections.abc import Mapping
from typing import Final

from guildpost_shared.problems import Problem
from guildpost_shared.services.condition_tokens import MisreadError, Tokens

Kind = type[str] | type[int] | type[bool]
_LEVELS: Final = (("||",), ("&&",), ("==", "!=", "<", "<=", ">", ">=", "in"), ("+", "-"), ("*",))
_TAKES: Final[Mapping[str, tuple[Kind, ...]]] = {
    "||": (bool,), "&&": (bool,), "==": (str, int, bool), "!=": (str, int, bool), "in": (str, int, bool),
    "<": (str, int), "<=": (str, int), ">": (str, int), ">=": (str, int), "+": (str, int), "-": (int,), "*": (int,),
}  # fmt: skip
_SUMS: Final = frozenset("+-*")
_METHODS: Final[Mapping[str, Kind]] = {"startsWith": bool, "endsWith": bool, "contains": bool}
_FUNCTIONS: Final[Mapping[str, Kind]] = {"size": int}
_CALLED: Final[Mapping[Kind, Problem]] = {
    str: Problem("a_text"),
    int: Problem("a_number"),
    bool: Problem("a_yes_or_no"),
}
_DEEPEST: Final = 20
_MOST_SHOWN: Final = 60


def kind_of(source: str, groups: Mapping[str, Mapping[str, Kind]]) -> Kind:
    """Read a whole expression and say what kind of value it gives.

    Args:
        source: the expression.
        groups: the fields of each group and their kinds.

    Raises:
        MisreadError: it uses anything that the grammar does not allow.
    """
    tokens = Tokens(source)
    kind = _Reader(tokens, groups).choice()
    tokens.take_kind("end")
    return kind


class _Reader:
    def __init__(self, tokens: Tokens, groups: Mapping[str, Mapping[str, Kind]]) -> None:
        self._next, self._groups = tokens, groups
        self._depth = 0

    def choice(self) -> Kind:
        """Read an expression."""
        kind = self._binary(0)
        if not self._next.sees("?"):
            return kind
        self._next.take("?")
        first = self._binary(0)
        self._next.take(":")
        second = self.choice()
        if kind is not bool or first is not second:
            raise MisreadError(Problem("condition_choice"))
        return first

    def _binary(self, level: int) -> Kind:
        if level == len(_LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while self._next.sees(*_LEVELS[level]):
            mark = self._next.take(self._next.token)
            for right in self._list() if mark == "in" else [self._binary(level + 1)]:
                if left is not right or left not in _TAKES[mark]:
                    raise MisreadError(
                        Problem("condition_between", mark=mark, left=_CALLED[left], right=_CALLED[right])
                    )
            left = left if mark in _SUMS else bool
        return left

    def _list(self) -> list[Kind]:
        self._next.take("[")
        kinds = [self._nested()]
        while self._next.sees(","):
            self._next.take(",")
            kinds.append(self._nested())
        self._next.take("]")
        return kinds

    def _nested(self) -> Kind:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise MisreadError(Problem("condition_deep"))
        kind = self.choice()
        self._depth -= 1
        return kind

    def _unary(self) -> Kind:
        wanted: set[Kind] = set()
        while self._next.sees("!", "-"):
            wanted.add(bool if self._next.take(self._next.token) == "!" else int)
        kind = self._value()
        while self._next.sees("."):
            self._next.take(".")
            kind = self._call(self._next.take_kind("name"), kind, _METHODS)
        if wanted - {kind}:
            raise MisreadError(Problem("condition_before", kind=_CALLED[kind]))
        return kind

    def _call(self, name: str, on: Kind, known: Mapping[str, Kind]) -> Kind:
        if name not in known:
            raise MisreadError(Problem("condition_function", name=name[:_MOST_SHOWN]))
        self._next.take("(")
        asked = self._nested()
        self._next.take(")")
        if on is not str or asked is not str:
            raise MisreadError(Problem("condition_texts", name=name))
        return known[name]

    def _value(self) -> Kind:
        if self._next.sees("("):
            self._next.take("(")
            kind = self._nested()
            self._next.take(")")
            return kind
        literals: dict[str, Kind] = {"text": str, "number": int}
        literal = literals.get(self._next.kind)
        name = self._next.take_kind("name" if literal is None else self._next.kind)
        return literal or self._named(name)

    def _named(self, name: str) -> Kind:
        if name in {"true", "false"}:
            return bool
        if self._next.sees("("):
            return self._call(name, str, _FUNCTIONS)
        if name not in self._groups:
            raise MisreadError(Problem("condition_name", name=name[:_MOST_SHOWN]))
        if not self._next.sees("."):
            raise MisreadError(Problem("condition_group"))
        self._next.take(".")
        field = self._next.take_kind("name")
        if field not in self._groups[name]:
            raise MisreadError(Problem("condition_field", name=f"{name}.{field[:_MOST_SHOWN]}"))
        return self._groups[name][field]
