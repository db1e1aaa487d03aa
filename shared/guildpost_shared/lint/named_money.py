"""Figures under names that mean money, in documents: ``"price": 149``, ``{"name": "price", "min": 99}`` (rule R10)."""

import re
from collections.abc import Iterator
from typing import Final

from guildpost_shared.lint.findings import Finding, Severity
from guildpost_shared.lint.marked import Lines
from guildpost_shared.lint.numbers import WORDS

NAMED: Final = (
    r"\w*(?:price|pricing|preis|betrag|discount|rabatt|nachlass|hourly_?rate|stundensatz|labou?r_?rate)\w*"
    r"|(?:.*[_.-])?(?:amount|percent|prozent|uvp|rrp|msrp|cents?|euros?|eur|gbp|usd|chf|pounds?|dollars?|pence)(?:[_.-].*)?"
)
"""The whole of a name that means money."""
_MONEY_KEY: Final = re.compile(NAMED, re.IGNORECASE)
_WRITTEN: Final = re.compile(rf"\d|{WORDS}", re.IGNORECASE)
_NAMES: Final = ("name", "id", "key")
_SETS: Final = frozenset(
    {
        *("min", "max", "minimum", "maximum", "default", "value", "text", "step", "const"),
    }
)


def named_money(file: str, text: str, value: object) -> Iterator[Finding]:
    """Find figures under names that mean money.

    Args:
        file: its name.
        text: the document, to find lines in.
        value: the document, parsed, or a part of it.
    """
    if isinstance(value, dict):
        for name, inner in value.items():
            figure = isinstance(inner, int | float) and not isinstance(inner, bool)
            written = isinstance(inner, str) and _WRITTEN.search(inner)
            named = name in _SETS and any(_MONEY_KEY.fullmatch(str(value.get(key, ""))) for key in _NAMES)
            inside = isinstance(inner, dict) and any(isinstance(each, int | float) for each in inner.values())
            if (_MONEY_KEY.fullmatch(str(name)) or named) and (figure or written or inside):
                at = max(0, text.find(f'"{name}"'))
                yield Finding(file, Lines(text).of(at), "R10.amount", Severity.ERROR, f"{name}: {inner}"[:80])
            yield from named_money(file, text, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from named_money(file, text, inner)
