"""The tables of words, read once; each list becomes one expression that takes any of its entries."""

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """Read ``words/<name>.toml``."""
    return tomllib.loads((resources.files("guildpost_shared.lint") / "words" / f"{name}.toml").read_text("utf-8"))


@cache
def words(name: str, key: str) -> re.Pattern[str]:
    """Give one list of a table as an expression for whole words, whatever their case."""
    return re.compile(rf"(?<![^\W_])(?:{alternatives(name, key)})(?![^\W_])", re.IGNORECASE)


@cache
def alternatives(name: str, key: str) -> str:
    """Give one list of a table as the inside of an expression."""
    return "|".join(f"(?:{entry})" for entry in table(name)[key])


@lru_cache(maxsize=16_384)
def has(name: str, key: str, text: str) -> bool:
    """Say whether a text holds any of a list's words."""
    return words(name, key).search(text) is not None
