"""What a Typst source shows: marks of its language taken out, its characters and strings written plainly."""

import re
from collections.abc import Iterator
from typing import Final

from guildpost_shared.lint.marked import Marked
from guildpost_shared.lint.passive import Trespass

_UNICODE: Final = re.compile(r"\\u\{([0-9a-fA-F]{1,6})\}")
_ADDED: Final = re.compile(r"\"\s*\+\s*\"")
_SYMBOL: Final = re.compile(r"#?(?:sym\.)?(euro|percent|pound|dollar)\b(?=[^\w(]|$)")
_SYMBOLS: Final = {"euro": "€", "percent": "%", "pound": "£", "dollar": "$"}
_STRING: Final = re.compile(r'#?(?:str|text|upper|lower|emph|strong)?\(?"((?:[^"\\]|\\.)*)"\)?')
_MARKS: Final = re.compile(
    r"/\*.*?\*/|#(?:h|v)\([^)]*\)|#\w+\[|#\[|[\[\]]|(?<!\\)[*_`~]|#(?=\d)|#str\((?=\d)|(?<=\d)\)", re.DOTALL
)
_LOADS: Final = re.compile(
    r"#?\b(?:image|read|include|import|plugin|csv|json|yaml|toml|xml|cbor|bibliography"
    r"|raw)\b\s*[(\"]\s*\"?[^\n]{0,60}|#(?:include|import)\b[^\n]{0,60}"
)
_LINK: Final = re.compile(r"#?link\(\s*\"[^\"]*\"")


def plain(source: Marked) -> Marked:
    """Write a Typst source as its reader sees it."""
    text = source.sub(_UNICODE, lambda match: chr(int(match[1], 16)) if int(match[1], 16) <= 0x10FFFF else "")  # noqa: PLR2004
    text = text.sub(_ADDED, lambda _: "")
    text = text.sub(_SYMBOL, lambda match: _SYMBOLS[match[1]])
    text = text.sub(_STRING, lambda match: match[1])
    return text.sub(_MARKS, lambda match: " " if match[0] == "~" or match[0].startswith(("#h", "#v")) else "")


def trespasses(source: Marked) -> Iterator[Trespass]:
    """Find what a Typst source loads or links (R12)."""
    for match in _LOADS.finditer(source.text):
        yield Trespass("R12.remote", source.place(match.start()), match[0][:80])
    for match in _LINK.finditer(source.text):
        yield Trespass("R12.link", source.place(match.start()), match[0][:80])
