"""How a template's source is built: Liquid that can be read, names that exist."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from liquid import BoundTemplate
from liquid.exceptions import LiquidError

from guildpost_shared.errors import Refused
from guildpost_shared.problems import Problem
from guildpost_shared.templates.context import NAMES
from guildpost_shared.templates.liquid_env import parse

_ANY_SLOT: Final = re.compile(r"slots?\.[a-z][a-z0-9_]*")
_TAG: Final = re.compile(r"\{%-?\s*(\w+)(.*?)-?%\}", re.DOTALL)
_SHOWN: Final = 100


@dataclass(frozen=True)
class Fault:
    """A fault of the build: rule, offset in the source, words."""

    rule: str
    place: int
    words: str


def faults(source: str, declared: frozenset[str] | None) -> Iterator[Fault]:
    """Find Liquid that cannot be read, and names that do not exist.

    Args:
        source: of the template.
        declared: the names of its manifest; None where there is none: then every field of a message and every slot.
    """
    try:
        template = parse(source, html=False, template_id="?", part="?")
    except Refused as error:
        yield Fault("TEMPLATE.liquid", _place(source, error), str(error.params.get("problem", "")))
        return
    for name, place in used_names(template):
        known = name in declared if declared is not None else name in NAMES or _ANY_SLOT.fullmatch(name) is not None
        if not known:
            yield Fault("TEMPLATE.name", place, name[:_SHOWN])


def used_names(template: BoundTemplate) -> Iterator[tuple[str, int]]:
    """Give every dotted name that a template uses, with its offset."""
    for variables in template.analyze().globals.values():
        for variable in variables:
            yield ".".join(part if isinstance(part, str) else "[]" for part in variable.segments), variable.span.index


def _place(source: str, error: Refused) -> int:
    cause = error.__cause__
    token = getattr(cause, "token", None) if isinstance(cause, LiquidError) else None
    if token is not None and 0 <= token.start_index < len(source):
        return int(token.start_index)
    problem = error.params.get("problem")
    name = problem.params.get("name", "") if isinstance(problem, Problem) else ""
    found = re.search(rf"\|\s*{re.escape(str(name))}\b", source) if name else None
    return found.start() if found else 0


def shown_always(source: str, name: str) -> bool:
    """Say whether a name is written outside every condition (a loop over the name itself is none).

    Args:
        source: with its Liquid; what is hidden taken out.
        name: dotted.
    """
    conditions: list[bool] = []
    last = 0
    wanted = re.compile(rf"\{{\{{-?\s*{re.escape(name)}\b")
    for match in _TAG.finditer(source):
        if not any(conditions) and wanted.search(source, last, match.start()):
            return True
        word, rest = match[1], match[2]
        if word == "for" and not any(conditions) and re.search(rf"\bin\s+{re.escape(name)}\b", rest):
            return True
        if word in {"if", "unless", "case"}:
            conditions.append(not (word == "if" and re.fullmatch(rf"\s*{re.escape(name)}\s*!=\s*blank\s*", rest)))
        elif word in {"endif", "endunless", "endcase"} and conditions:
            conditions.pop()
        last = match.end()
    return not any(conditions) and wanted.search(source, last) is not None
