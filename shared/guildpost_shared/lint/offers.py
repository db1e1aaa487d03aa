"""Lint a list of offers (TOML): no price in it, words that keep the rules; prices are the dealer's, set elsewhere."""

import re
import tomllib
from collections.abc import Iterator
from typing import Final

from guildpost_shared.lint.findings import Finding, Severity
from guildpost_shared.lint.marked import Marked
from guildpost_shared.lint.named_money import NAMED
from guildpost_shared.lint.words_of import wordings
from guildpost_shared.problems import Problem

_PRICE_KEY: Final = re.compile(rf"\s*\"?(?:{NAMED})\"?\s*=\s*(?![\"']{{2}}\s*(?:#|$)|\[\s*\])", re.IGNORECASE)
_STRING: Final = re.compile(r'"((?:[^"\\\n]|\\.)*)"|\'([^\'\n]*)\'')
_ESCAPED: Final = re.compile(r"\\(.)")
_COMMENT: Final = re.compile(r"#(.*)$")


def lint_offers(file: str, contents: bytes) -> Iterator[Finding]:
    """Lint one list.

    Args:
        file: its name.
        contents: UTF-8.
    """
    text = contents.decode("utf-8", "replace")
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        yield Finding(file, int(found[1]) if found else 1, "OFFERS.invalid", Severity.ERROR, _fault(error))
    for number, line in enumerate(text.splitlines(), start=1):
        if _PRICE_KEY.match(line):
            yield Finding(file, number, "R10.slot", Severity.ERROR, line.split("=")[0].strip())
        comment = _COMMENT.search(_STRING.sub("", line))
        pieces = [_plain(a or b) for a, b in _STRING.findall(line)] + ([comment[1]] if comment else [])
        for piece in pieces:
            for word in wordings(Marked.at(piece, 0)):
                yield Finding(file, number, word.rule, Severity(word.severity), word.words)


def _fault(error: Exception) -> str:
    return str(Problem("condition_deep")) if isinstance(error, RecursionError) else str(error)[:100]


def _plain(string: str) -> str:
    return _ESCAPED.sub(lambda match: match[0] if match[1] in "uUx" else match[1], string)
