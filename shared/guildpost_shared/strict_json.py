"""Reading signed JSON documents without mercy: every field is named, typed, bounded, and nothing else may stand there.

A document that two sides hash must have one meaning. Duplicate names, NaN, unknown fields, wrong types and values out
of range are refused with the document's and the field's name.
"""

import json
import math
import re
from datetime import date
from typing import Final, Self

from guildpost_shared.errors import Refused
from guildpost_shared.problems import Problem

MAX_BYTES: Final = 4 * 1024 * 1024


def canonical(value: object) -> bytes:
    """Write a JSON value in its one canonical form: sorted names, no spaces, UTF-8, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode("utf-8")


def read(data: bytes, document: str, *, max_bytes: int = MAX_BYTES) -> "Fields":
    """Parse a JSON object.

    Args:
        data: the document, UTF-8.
        document: its name in error messages, e.g. ``study``.
        max_bytes: longer documents are refused unread.

    Raises:
        Refused: ``document_unreadable`` when it is not one JSON object.
    """
    if len(data) > max_bytes:
        raise Refused("document_unreadable", detail=f"{len(data)} bytes", document=document)
    try:
        value: object = json.loads(data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refused("document_unreadable", detail=type(error).__name__, document=document) from error
    if not isinstance(value, dict):
        raise Refused("document_unreadable", detail="not an object", document=document)
    return Fields(document, value)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a name stands twice")
    return result


def _no_constant(name: str) -> object:
    raise ValueError(name)


class Fields:
    """One JSON object whose fields are taken out one by one; ``end`` refuses what is left."""

    def __init__(self, document: str, value: dict[str, object], path: str = "") -> None:
        self._document = document
        self._rest = dict(value)
        self._path = path

    def text(self, name: str, pattern: str = r"[^\x00-\x1f\x7f]{1,2000}") -> str:
        """Take a string that matches the whole pattern."""
        return self._matching(self._take(name), name, pattern)

    def texts(self, name: str, pattern: str, *, least: int = 1, most: int = 10_000) -> tuple[str, ...]:
        """Take a list of distinct strings that match the pattern."""
        values = tuple(self._matching(item, name, pattern) for item in self._list(name, least, most))
        if len(set(values)) != len(values):
            raise self._invalid(name, Problem("repeated"))
        return values

    def integer(self, name: str, low: int, high: int) -> int:
        """Take an integer in ``[low, high]``."""
        return self._integer(self._take(name), name, low, high)

    def integers(self, name: str, low: int, high: int, *, least: int = 1, most: int = 10_000) -> tuple[int, ...]:
        """Take a list of integers in ``[low, high]``."""
        return tuple(self._integer(item, name, low, high) for item in self._list(name, least, most))

    def number(self, name: str, low: float, high: float) -> float:
        """Take a finite number in ``[low, high]``."""
        return self._number(self._take(name), name, low, high)

    def boolean(self, name: str) -> bool:
        """Take true or false."""
        value = self._take(name)
        if not isinstance(value, bool):
            raise self._invalid(name, Problem("not_a_boolean"))
        return value

    def day(self, name: str) -> date:
        """Take a date ``YYYY-MM-DD``."""
        text = self.text(name, r"\d{4}-\d{2}-\d{2}")
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise self._invalid(name, Problem("no_such_day")) from error

    def names(self) -> tuple[str, ...]:
        """List the fields that were not taken yet, for objects whose names are data."""
        return tuple(self._rest)

    def child(self, name: str) -> Self:
        """Take an object."""
        return self._child(self._take(name), name)

    def optional_child(self, name: str) -> Self | None:
        """Take an object or null."""
        value = self._take(name)
        return None if value is None else self._child(value, name)

    def children(self, name: str, *, least: int = 0, most: int = 10_000) -> tuple[Self, ...]:
        """Take a list of objects."""
        items = self._list(name, least, most)
        return tuple(self._child(item, f"{name}[{index}]") for index, item in enumerate(items))

    def optional_children(self, name: str, *, least: int = 0, most: int = 10_000) -> tuple[Self | None, ...]:
        """Take a list of objects and nulls."""
        items = self._list(name, least, most)
        return tuple(
            None if item is None else self._child(item, f"{name}[{index}]") for index, item in enumerate(items)
        )

    def require(self, name: str, condition: bool) -> None:  # noqa: FBT001 — reads as "require (field, that …)"
        """Refuse the document over a field when a condition across fields does not hold."""
        if not condition:
            raise self._invalid(name, Problem("inconsistent"))

    def end(self) -> None:
        """Refuse every field that was not taken."""
        for name in sorted(self._rest):
            raise Refused("document_field_unknown", document=self._document, field=self._path + name[:80])

    def _take(self, name: str) -> object:
        if name not in self._rest:
            raise Refused("document_field_missing", document=self._document, field=self._path + name)
        return self._rest.pop(name)

    def _list(self, name: str, least: int, most: int) -> list[object]:
        value = self._take(name)
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise self._invalid(name, Problem("list_length", least=least, most=most))
        return value

    def _child(self, value: object, name: str) -> Self:
        if not isinstance(value, dict):
            raise self._invalid(name, Problem("not_an_object"))
        return type(self)(self._document, value, f"{self._path}{name}.")

    def _matching(self, value: object, name: str, pattern: str) -> str:
        if not isinstance(value, str) or re.fullmatch(pattern, value) is None:
            raise self._invalid(name, Problem("pattern", pattern=pattern))
        return value

    def _integer(self, value: object, name: str, low: int, high: int) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self._invalid(name, Problem("integer_range", low=low, high=high))
        return value

    def _number(self, value: object, name: str, low: float, high: float) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            raise self._invalid(name, Problem("number_range", low=low, high=high))
        if not math.isfinite(value):
            raise self._invalid(name, Problem("not_finite"))
        return float(value)

    def _invalid(self, name: str, problem: Problem) -> Refused:
        field = self._path + name
        detail = f"{field}: {problem.said('en')}"
        return Refused("document_field_invalid", detail, document=self._document, field=field, problem=problem)
