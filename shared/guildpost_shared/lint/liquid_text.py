"""What a Liquid source writes, without a message: constants as they come out, everything else as a placeholder.

Both ways of a condition are read one after the other. ``assign`` and ``capture`` keep what they are given, filters are
worked out with everything that Liquid knows (more than a template may use), so a figure put together from pieces
reads as its reader would see it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from liquid import Environment, Undefined
from liquid.exceptions import LiquidError

from guildpost_shared.lint.marked import DEALER, VALUE, Marked

_PIECES: Final = re.compile(r"\{\{-?(?P<out>.{0,4000}?)-?\}\}|\{%-?\s*(?P<tag>.{0,4000}?)\s*-?%\}", re.DOTALL)
_NAME: Final = re.compile(r"\s*([A-Za-z_][\w-]*(?:\.[\w-]+)*)\s*")
_ASSIGN: Final = re.compile(r"assign\s+([\w-]+)\s*=\s*(.+)", re.DOTALL)
_CAPTURE: Final = re.compile(r"capture\s+['\"]?([\w-]+)")
_FOR: Final = re.compile(r"for\s+([\w-]+)\s+in\s+(\(.+?\)|\S+)", re.DOTALL)
_LITERAL: Final = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_DEALERS: Final = re.compile(
    r"^(?!\s*brand\.)(?:slots?\.|.*(?:price|preis|offer|angebot|rabatt|discount|betrag|amount))"
)
_PARTED: Final = "\x1f"
_BRANCHES: Final = ("else", "elsif", "when", "endif", "endunless", "endcase", "endfor")


class _Placeholder(Undefined):
    """A value of the message."""

    def __str__(self) -> str:
        return VALUE


class _Everything(Environment):
    loop_iteration_limit = 1_000
    local_namespace_limit = 100_000
    output_stream_limit = 100_000


@cache
def _environment() -> Environment:
    return _Everything(undefined=_Placeholder)


@dataclass
class Written:
    """What a source writes.

    Attributes:
        shown: everything that reaches the reader.
        literals: words that stand in tags and are only compared or handed on.
    """

    shown: Marked
    literals: list[Marked] = field(default_factory=list)


def written(source: Marked, constants: Mapping[str, str] | None = None) -> Written:
    """Read a source.

    Args:
        source: with its placeholders.
        constants: dotted names that always have the same text, such as the brand's own slots.
    """
    return _Reader(source, dict(constants or {})).read()


class _Reader:
    def __init__(self, source: Marked, constants: dict[str, str]) -> None:
        self._source = source
        self._constants = constants
        self._assigned: dict[str, object] = {}
        self._pieces: list[Marked] = []
        self._captures: list[tuple[str, int]] = []
        self._literals: list[Marked] = []

    def read(self) -> Written:
        last = 0
        for match in _PIECES.finditer(self._source.text):
            self._pieces.append(self._source.cut(last, match.start()))
            place = self._source.place(match.start())
            if match["out"] is not None:
                self._put(self._value(match["out"]), place)
            else:
                self._tag(match["tag"], place)
            last = match.end()
        self._pieces.append(self._source.cut(last, len(self._source.text)))
        return Written(Marked.join(self._pieces), self._literals)

    def _put(self, text: str, place: int) -> None:
        self._pieces.append(Marked.at(text, place))

    def _tag(self, tag: str, place: int) -> None:
        name = (tag.split(None, 1) or [""])[0]
        if name == "liquid":
            for line in tag[len(name) :].splitlines():
                self._tag(line.strip(), place)
            return
        self._literals += [Marked.at(a or b, place) for a, b in _LITERAL.findall(tag) if a or b]
        if name == "echo":
            self._put(self._value(tag[len(name) :]), place)
        elif name == "cycle":
            self._put("".join(a or b for a, b in _LITERAL.findall(tag)), place)
        elif assigned := _ASSIGN.match(tag):
            self._assigned[assigned[1]] = self._kept(assigned[2])
        elif captured := _CAPTURE.match(tag):
            self._captures.append((captured[1], len(self._pieces)))
        elif name == "endcapture" and self._captures:
            into, start = self._captures.pop()
            self._assigned[into] = "".join(piece.text for piece in self._pieces[start:])
            self._put(" ", place)
        elif loop := _FOR.match(tag):
            self._loop(loop[1], loop[2])
        elif name in _BRANCHES[:3]:
            shown = next((piece.text for piece in reversed(self._pieces) if piece.text), "")
            self._put(", " if shown[-1:].isdigit() else " ", place)

    def _kept(self, expression: str) -> object:
        """Work out what is assigned: a list stays one."""
        if "split" not in expression:
            return self._worked_out(expression)
        items = str(self._worked_out(f"{expression} | join: '{_PARTED}'")).split(_PARTED)
        return items if len(items) > 1 else items[0]

    def _loop(self, item: str, of: str) -> None:
        """Keep what a loop's item is the first time, or all that it is where the list is known."""
        kept = self._assigned.get(of)
        first: object
        if isinstance(kept, list):
            first = ", ".join(kept)
        else:
            first = _first(of) if of.startswith("(") else kept or self._worked_out(f"{of} | first")
        self._assigned.pop(item, None)
        if first not in ("", VALUE, DEALER):
            self._assigned[item] = first

    def _value(self, expression: str) -> str:
        name = _NAME.fullmatch(expression)
        if name and name[1] in self._constants:
            return self._constants[name[1]]
        if name and name[1].split(".")[0] not in self._assigned:
            return DEALER if _DEALERS.search(name[1].lower()) else VALUE
        text = str(self._worked_out(expression))
        return text.replace(VALUE, DEALER) if _DEALERS.search(expression.strip().lower()) else text

    def _worked_out(self, expression: str) -> object:
        """Work out an expression; where Liquid cannot, its words are taken as they stand."""
        variables: dict[str, object] = {}
        for name, text in self._constants.items():
            head, _, tail = name.partition(".")
            of = variables.setdefault(head, {})
            if isinstance(of, dict) and tail:
                of[tail] = text
        try:
            return _environment().from_string(f"{{{{ {expression} }}}}").render(**variables, **self._assigned)
        except (LiquidError, ValueError, TypeError, ArithmeticError, RecursionError, LookupError, AttributeError):
            return "".join(a or b for a, b in _LITERAL.findall(expression)) or VALUE


def _first(of_range: str) -> str:
    return of_range.strip("() ").split("..", 1)[0].strip("'\" ")
