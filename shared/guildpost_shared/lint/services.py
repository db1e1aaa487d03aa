"""Lint a service definition: it parses, its words keep the rules, its templates are there."""

import json
import re
from collections.abc import Iterator
from typing import Final

from guildpost_shared.errors import Refused
from guildpost_shared.lint.findings import Finding, Severity
from guildpost_shared.lint.json_strings import is_json, json_strings
from guildpost_shared.lint.marked import Lines, Marked
from guildpost_shared.lint.named_money import named_money
from guildpost_shared.lint.words_of import wordings
from guildpost_shared.services.definition import ServiceDefinition, parse_service, template_targets

_IDENTIFIER: Final = re.compile(r"[a-z0-9_./]*")


def lint_service(file: str, contents: bytes, beside: frozenset[str] | None = None) -> Iterator[Finding]:
    """Lint one definition.

    Args:
        file: its name.
        contents: UTF-8.
        beside: the template files of the same catalogue; None where they are not known.
    """
    text = contents.decode("utf-8", "replace")
    yield from lint_strings(file, text)
    try:
        service = parse_service(contents, file)
    except Refused as error:
        line = error.params.get("line", 1)
        words, field = str(error.params.get("problem", "")), str(error.params.get("field", "$"))
        yield Finding(file, line if isinstance(line, int) else 1, "SERVICE.invalid", Severity.ERROR, words, field)
        return
    for target in sorted(_missing(service, beside)) if beside is not None else ():
        yield Finding(file, _line(text, target), "SERVICE.template", Severity.ERROR, target)


def lint_strings(file: str, text: str) -> Iterator[Finding]:
    """Judge the words of every string of a JSON document."""
    lines = Lines(text)
    for place, words, key in json_strings(text) if is_json(text) else ():
        if not key and not _IDENTIFIER.fullmatch(words):
            for found in wordings(Marked.at(words, place)):
                yield Finding(file, lines.of(place), found.rule, Severity(found.severity), found.words)
    if is_json(text):
        yield from named_money(file, text, json.loads(text))


def _missing(service: ServiceDefinition, beside: frozenset[str]) -> set[str]:
    named = {target for use in service.channels for name in use.templates.values() for target in template_targets(name)}
    return named - beside


def _line(text: str, target: str) -> int:
    name = target.removeprefix("templates/").rpartition(".")[0]
    at = text.find(f'"{name}"')
    return text.count("\n", 0, at) + 1 if at >= 0 else 1
