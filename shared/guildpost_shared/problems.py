"""What is wrong with a field, as a code with its figures; said in German or English where a person reads it.

    Problem("integer_range", low=1, high=5).said("de")      keine ganze Zahl von 1 bis 5

``problems.toml`` has the words. A parameter may be a problem itself. An error that crosses a wire or is stored keeps
its parameters as texts: ``str`` writes a problem so that ``said`` can read it again and say it in the language of
whoever reads it then.
"""

import json
import tomllib
from functools import cache
from importlib import resources
from typing import Final, Literal

from guildpost_shared.days import in_words

_MARK: Final = '{"problem": '


class Problem:
    """What is wrong, by a code of ``problems.toml`` and the parameters of its sentence."""

    def __init__(self, code: str, **params: "str | int | float | Problem") -> None:
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return json.dumps({"problem": self.code, **self.params}, ensure_ascii=False, default=_row)

    def said(self, language: Literal["de", "en"]) -> str:
        """Say it; an unknown code is said as it is."""
        row = _table().get(self.code)
        if row is None:
            return self.code
        return row[language].format_map({name: said(value, language) for name, value in self.params.items()})


def said(value: object, language: Literal["de", "en"]) -> object:
    """Say a problem, also one that was written down as text, and write a day; give anything else as it is."""
    found = _read(value) if isinstance(value, str) and value.startswith(_MARK) else value
    return found.said(language) if isinstance(found, Problem) else in_words(found, language)


def _row(problem: Problem) -> dict[str, object]:
    return {"problem": problem.code, **problem.params}


def _read(text: str) -> object:
    try:
        return json.loads(text, object_hook=_made)
    except (ValueError, RecursionError):
        return text


def _made(row: dict[str, object]) -> object:
    code = row.pop("problem", None)
    known = _table().get(code) if isinstance(code, str) else None
    if not isinstance(code, str) or known is None:
        raise ValueError(code)
    return Problem(
        code, **{name: value for name, value in row.items() if isinstance(value, str | int | float | Problem)}
    )


@cache
def _table() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files(__package__).joinpath("problems.toml").read_text("utf-8"))


def codes() -> frozenset[str]:
    """List every known code."""
    return frozenset(_table())
