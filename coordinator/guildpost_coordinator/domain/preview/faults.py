"""In which file and line a faulty template has to be mended, as near as the error tells."""

import json
import re
from typing import Final

from guildpost_coordinator.domain.preview.pieces import Fault
from guildpost_coordinator.domain.preview.sources import TemplateSource
from guildpost_shared.errors import GuildpostError
from guildpost_shared.problems import said
from guildpost_shared.services.positions import line_of

_QUOTED: Final = re.compile(r"„(.+)“, .*:\d+", re.DOTALL)
"""How the linter names the words it refuses; which of the parts they stand in, it does not say."""
_ORDER: Final = ("mjml", "txt", "json")


def fault_of(error: GuildpostError, source: TemplateSource) -> Fault:
    """Find the place: where the error names it, else where the words it complains about stand.

    Args:
        error: what the template was refused for.
        source: the template.
    """
    part = str(error.params.get("file", "")).rpartition(".")[2]
    line = error.params.get("line", 0)
    if part in source.names and isinstance(line, int) and line > 0:
        return Fault(error, source.names[part], line)
    field = str(error.params.get("field", ""))
    if part == "json" or error.code in {"template_slot_missing", "template_value_invalid"}:
        return _in_manifest(error, source, field)
    problem = str(said(error.params.get("problem", ""), "en"))
    quoted = _QUOTED.search(problem)
    for words in (quoted[1] if quoted else problem, field):
        found = _standing(words, source)
        if found:
            return Fault(error, *found)
    first = source.names.get(part) or next(iter(source.names.values()))
    return Fault(error, first, 1)


def _in_manifest(error: GuildpostError, source: TemplateSource, field: str) -> Fault:
    name = source.names.get("json") or next(iter(source.names.values()))
    contents = source.contents.get("json", b"")
    slot = field.removeprefix("slots.")
    for at, row in enumerate(_slots(contents)):
        labels = row.get("label")
        if slot == row.get("name") or (isinstance(labels, dict) and slot in labels.values()):
            return Fault(error, name, line_of(contents, f"slots[{at}].sample"))
    path = field if field == "subject" else f"sample.{field}"
    return Fault(error, name, line_of(contents, path))


def _slots(contents: bytes) -> list[dict[str, object]]:
    try:
        row = json.loads(contents)
        return [slot for slot in row["slots"] if isinstance(slot, dict)]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []


def _standing(words: str, source: TemplateSource) -> tuple[str, int] | None:
    if not words.strip():
        return None
    pattern = re.compile(r"\s+".join(re.escape(word) for word in words.split()), re.IGNORECASE)
    for part in _ORDER:
        text = source.contents.get(part, b"").decode("utf-8", "replace")
        found = pattern.search(text)
        if found:
            return source.names[part], text.count("\n", 0, found.start()) + 1
    return None
