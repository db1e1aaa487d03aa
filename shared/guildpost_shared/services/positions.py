"""In which line of a JSON document a field stands, for whoever has to mend it."""

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]  # the standard library's own reader of strings
from typing import Final

from guildpost_shared.problems import Problem

_STEP: Final = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_FAULTS: Final = {
    "Expecting ',' delimiter": "json_delimiter",
    "Expecting ':' delimiter": "json_colon",
    "Expecting value": "json_value",
    "Expecting property name": "json_name",
    "Illegal trailing comma": "json_name",
    "Extra data": "json_extra",
    "Unterminated string": "json_text",
    "Invalid control character": "json_text",
    "Invalid \\": "json_text",
}
"""What the standard library's reader says, by how it begins."""
_BLANK: Final = re.compile(r"[ \t\n\r]*")


def line_of(data: bytes, path: str) -> int:
    """Give the line (from 1) of a field, or of the nearest thing around it that exists.

    Args:
        data: a JSON document.
        path: as errors name it: ``touches[1].first_day``; ``$`` is the whole.
    """
    text = data.decode("utf-8", "replace")
    at = _skip(text, 0)
    for name, index in _STEP.findall(path) if path != "$" else ():
        try:
            found = _member(text, at, name) if name else _item(text, at, int(index))
        except (ValueError, IndexError, RecursionError):
            break
        if found is None:
            break
        at = found
    return text.count("\n", 0, at) + 1


def syntax_fault(data: bytes) -> tuple[int, Problem] | None:
    """Say where a document stops being JSON: the line (from 1) and what is wrong there; None where it does not."""
    try:
        json.loads(data.decode("utf-8"))
    except json.JSONDecodeError as error:
        return error.lineno, Problem(_fault(error.msg), column=error.colno)
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start) + 1, Problem("not_utf8")
    except (ValueError, RecursionError):
        return None
    return None


def _fault(words: str) -> str:
    return next((code for start, code in _FAULTS.items() if words.startswith(start)), "json_other")


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _member(text: str, at: int, name: str) -> int | None:
    if text[at] != "{":
        return None
    at = _skip(text, at + 1)
    while text[at] == '"':
        key, after = scanstring(text, at + 1, True)
        value = _skip(text, _skip(text, after) + 1)
        if key == name:
            return value if text[value] in "{[" else at
        at = _next(text, value)
    return None


def _item(text: str, at: int, index: int) -> int | None:
    if text[at] != "[":
        return None
    at = _skip(text, at + 1)
    for _ in range(index):
        at = _next(text, at)
    return at


def _next(text: str, value: int) -> int:
    """Give where the thing after a value and its comma begins."""
    _, after = json.JSONDecoder().raw_decode(text, value)
    after = _skip(text, after)
    return _skip(text, after + 1) if text[after] == "," else after
