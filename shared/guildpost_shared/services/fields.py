"""What the catalogue's documents need beyond the strict reader: enumerations, optional figures, words for people.

``refusing`` lets a service definition and a template manifest refuse in their own words: it turns the reader's
refusals into the document's own code, with the field and the problem.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Final, TypeVar

from guildpost_shared import strict_json
from guildpost_shared.errors import Language, Refused
from guildpost_shared.problems import Problem, said

MAX_BYTES: Final = 256 * 1024
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_Option = TypeVar("_Option", bound=StrEnum)
_PROBLEMS: Final = {"document_field_missing": Problem("missing"), "document_field_unknown": Problem("unknown")}


class Fields(strict_json.Fields):
    """One JSON object of the catalogue whose fields are taken out one by one."""

    def words(self, name: str, most: int = 200, *, least: int = 1) -> str:
        """Take one line for people, of ``least`` to ``most`` characters."""
        value = self._take(name)
        if not isinstance(value, str) or not least <= len(value) <= most or _CONTROL.search(value):
            raise self._invalid(name, Problem("one_line", least=least, most=most))
        return value

    def passage(self, name: str, most: int) -> str:
        """Take lines for people, of at most ``most`` characters together; may be empty."""
        value = self._take(name)
        if not isinstance(value, str) or len(value) > most or _CONTROL.search(value.replace("\n", "")):
            raise self._invalid(name, Problem("passage", most=most))
        return value

    def in_both(self, name: str, most: int = 60) -> dict[Language, str]:
        """Take a line for people in German and English."""
        child = self.child(name)
        both: dict[Language, str] = {"de": child.words("de", most), "en": child.words("en", most)}
        child.end()
        return both

    def optional_integer(self, name: str, low: int, high: int) -> int | None:
        """Take an integer in ``[low, high]``, or null."""
        value = self._take(name)
        return None if value is None else self._integer(value, name, low, high)

    def choice(self, name: str, options: type[_Option]) -> _Option:
        """Take one member of an enumeration."""
        value = self._take(name)
        if not isinstance(value, str) or value not in {option.value for option in options}:
            raise self._invalid(name, Problem("none_of", choices=", ".join(options)))
        return options(value)

    def language(self, name: str) -> Language:
        """Take a language code."""
        return "de" if self.text(name, "de|en") == "de" else "en"

    def names(self) -> tuple[str, ...]:
        """List what has not been taken yet."""
        return tuple(self._rest)

    def refusal(self, name: str, problem: Problem) -> Refused:
        """Build the refusal of a field for a reason of its own."""
        return self._invalid(name, problem)


def read_object(data: bytes, document: str) -> Fields:
    """Parse bytes into a reader of one object.

    Raises:
        Refused: ``document_unreadable`` when it is not strict JSON or longer than 256 KiB.
    """
    read = strict_json.read(data, document, max_bytes=MAX_BYTES)
    return Fields(document, read._rest)  # noqa: SLF001 — the same reader, one level richer


@contextmanager
def refusing(code: str, **params: object) -> Iterator[None]:
    """Say the reader's refusals under a document's own code.

    Args:
        code: the error code, whose sentence knows ``field`` and ``problem``.
        params: further parameters of the sentence.

    Raises:
        Refused: ``code``.
    """
    try:
        yield
    except Refused as error:
        if not error.code.startswith("document_"):
            raise
        field = str(error.params.get("field", "$"))
        problem = _PROBLEMS.get(error.code) or error.params.get("problem", Problem("json_other", column=1))
        raise Refused(code, f"{field}: {said(problem, 'en')}", field=field, problem=problem, **params) from error
