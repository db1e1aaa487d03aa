"""Liquid as templates may use it: few tags, few filters, nothing undefined, everything limited.

Two environments differ in one point: the one for HTML escapes every value, the one for subjects, text parts and
letters writes values as they are (``context.clean`` has made them single harmless lines).
"""

import re
from functools import cache
from typing import Final

from liquid import BoundTemplate, Environment, StrictUndefined
from liquid.exceptions import LiquidError, ResourceLimitError

from guildpost_shared.errors import Refused
from guildpost_shared.problems import Problem
from guildpost_shared.templates.context import Values
from guildpost_shared.templates.faults import invalid

TAGS: Final = frozenset({"content", "output", "illegal", "if", "unless", "case", "for", "comment"})
FILTERS: Final = frozenset({"upcase", "downcase", "capitalize", "size", "join", "first", "last"})
_BLOCK: Final = re.compile(r"\{%-?\s*(end)?(?:if|unless|for|case|comment)\b")
MAX_OUTPUT_BYTES: Final = 100_000
"""Of one part; large mail providers cut a message off at about 102 kB."""


class _Limited(Environment):
    block_nesting_limit = 8
    context_depth_limit = 8
    loop_iteration_limit = 200
    local_namespace_limit = 10_000
    output_stream_limit = MAX_OUTPUT_BYTES


@cache
def _environment(*, html: bool) -> Environment:
    environment = _Limited(undefined=StrictUndefined, strict_filters=True, autoescape=html)
    environment.tags = {name: tag for name, tag in environment.tags.items() if name in TAGS}
    environment.filters = {name: each for name, each in environment.filters.items() if name in FILTERS}
    return environment


def parse(source: str, *, html: bool, template_id: str, part: str) -> BoundTemplate:
    """Parse a Liquid source.

    Args:
        source: the text with its placeholders.
        html: whether values are escaped for HTML.
        template_id: for the refusal.
        part: which part of the template this is, for the refusal.

    Raises:
        Refused: ``template_invalid`` for a syntax error, a tag or a filter that is not allowed.
    """
    try:
        template = _environment(html=html).from_string(source)
        unknown = template.analyze().filters.keys() - FILTERS
    except (LiquidError, RecursionError) as error:
        words = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise invalid(template_id, _file(part), part, Problem("liquid", words=words), _line(error, source)) from error
    if unknown:
        name = min(unknown)
        line = source.count("\n", 0, max(0, source.find(name))) + 1
        raise invalid(template_id, _file(part), part, Problem("filter_not_allowed", name=name), line)
    return template


def _file(part: str) -> str:
    """Name the file of a part; the subject stands in the manifest."""
    return "json" if part == "subject" else part


def _line(error: Exception, source: str) -> int:
    """Give the line of a syntax error where Liquid names its place, else that of a tag never closed."""
    at = getattr(getattr(error, "token", None), "start_index", None)
    if "\n" not in source or not isinstance(at, int):
        return 0
    return source.count("\n", 0, at if at >= 0 else _open(source)) + 1


def _open(source: str) -> int:
    """Find the innermost tag that is never closed; the end of the source where all are."""
    waiting: list[int] = []
    for tag in _BLOCK.finditer(source):
        if not tag[1]:
            waiting.append(tag.start())
        elif waiting:
            waiting.pop()
    return waiting[-1] if waiting else len(source)


def check_names(template: BoundTemplate, allowed: frozenset[str], template_id: str) -> frozenset[str]:
    """Check that a template names only what its manifest declares.

    Returns:
        The dotted names that it uses.

    Raises:
        Refused: ``template_unknown_slot`` with the first name that is not declared.
    """
    used = {
        ".".join(part if isinstance(part, str) else "[]" for part in variable.segments)
        for variables in template.analyze().globals.values()
        for variable in variables
    }
    for name in sorted(used - allowed):
        raise Refused("template_unknown_slot", name, template=template_id, field=name[:80])
    return frozenset(used)


def render(template: BoundTemplate, variables: Values, template_id: str) -> str:
    """Fill a template.

    Raises:
        Refused: ``template_limit_exceeded``, or ``template_slot_missing`` when a name has no value after all.
    """
    try:
        return template.render(variables)
    except ResourceLimitError as error:
        raise Refused("template_limit_exceeded", type(error).__name__, template=template_id) from error
    except LiquidError as error:
        field = str(error).splitlines()[0][:80] if str(error) else "?"
        raise Refused("template_slot_missing", type(error).__name__, template=template_id, field=field) from error
