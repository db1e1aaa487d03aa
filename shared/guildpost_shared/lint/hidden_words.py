"""Words that stand outside the running text: in style sheets, in addresses, in encoded pieces."""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote_plus

from guildpost_shared.lint.marked import Marked

_CSS_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_CSS_ESCAPE: Final = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|([^0-9a-fA-F\n]))")
_CONTENT: Final = re.compile(r"(?:content|--[\w-]+|quotes|symbols|prefix|suffix)\s*:\s*([^;}]*)", re.IGNORECASE)
_STRING: Final = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'")
_BASE64: Final = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{6,4000}={0,2}(?![A-Za-z0-9+/_-])")
_READABLE: Final = re.compile(r"[\x20-\x7eäöüÄÖÜß€£§\n\r\t–—…„“”’éè°²³½¼¾×·]+")
_PARAMETER: Final = re.compile(r"(?:^|[?&;#])([^=&;#?]{1,60})=([^&;#]*)")
_MONEY_NAMES: Final = re.compile(
    r"^(?:.*[_.-])?(?:price|preis|amount|betrag|discount|rabatt|eur|euro|percent|prozent|nachlass|cost|kosten|uvp|msrp)"
    r"(?:[_.-].*)?$",
    re.IGNORECASE,
)
TURNED: Final = re.compile(r"<bdo\b|\bdir\s*=\s*[\"']?rtl|bidi-override|direction\s*:\s*rtl", re.IGNORECASE)
"""Markup that writes from right to left; nothing in German or English does."""
_STRUCK: Final = re.compile(
    r"<(del|s|strike)\b[^>]{0,200}>\s*(\d{1,4}(?:[.,](?:\d\d|-))?)\s*(?:€|eur\w*)?\s*</\1\s*>", re.IGNORECASE
)
_LINE: Final = re.compile(r"[^\n]*\w[^\n]*")
_RIGHT_TO_LEFT: Final = re.compile(r"\u202e([^\u202c\u202d\n]*)")


def css_words(style: Marked) -> Iterator[Marked]:
    """Give the words that a style sheet writes (``content`` and what feeds it), joined per declaration."""
    plain = style.sub(_CSS_COMMENT, lambda _: "")
    for match in _CONTENT.finditer(plain.text):
        value = plain.cut(*match.span(1))
        strings = [value.cut(*found.span(1 if found[1] is not None else 2)) for found in _STRING.finditer(value.text)]
        if strings:
            yield css_plain(Marked.join(strings))


def css_plain(style: Marked) -> Marked:
    """Decode the escapes of a style sheet and leave its comments out."""
    return style.sub(_CSS_COMMENT, lambda _: "").sub(_CSS_ESCAPE, _unescape)


def _unescape(match: re.Match[str]) -> str:
    if match[1] is None:
        return match[2]
    code = int(match[1], 16)
    return chr(code) if 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else ""  # noqa: PLR2004 — Unicode's range


def address_words(address: Marked) -> Iterator[Marked]:
    """Give what an address says: percent escapes decoded, parameters as words, the path's words apart."""
    text = unquote_plus(unquote_plus(address.text))
    place = address.place(0)
    yield Marked.at(re.sub(r"[/?&=_+-]+", " ", text), place)
    for name, value in _PARAMETER.findall(text):
        if _MONEY_NAMES.match(name) and re.search(r"\d", value):
            yield Marked.at(f"{name} {value} EUR", place)


def encoded_words(text: Marked) -> Iterator[Marked]:
    """Give what pieces in Base64 say, where they say something readable."""
    for match in _BASE64.finditer(text.text):
        raw = match[0].rstrip("=").replace("-", "+").replace("_", "/")
        if not re.search(r"[A-Z].*[a-z0-9]|\d.*[A-Z]", raw):
            continue
        for _ in range(2):
            try:
                plain = base64.b64decode(raw + "=" * (-len(raw) % 4), validate=True).decode("utf-8")
            except (binascii.Error, ValueError):
                break
            if not _READABLE.fullmatch(plain):
                break
            yield Marked.at(plain, text.place(match.start()))
            raw = plain.rstrip("=")


def reversed_words(text: Marked, *, turned: bool) -> Iterator[Marked]:
    """Give what a right-to-left override shows turned round.

    Args:
        text: as it is shown.
        turned: whether the markup turns some of it round: then each line is read backwards too.
    """
    if turned:
        for line in _LINE.finditer(text.text):
            yield Marked.at(line[0][::-1], text.place(line.start()))
    for match in _RIGHT_TO_LEFT.finditer(text.text):
        yield Marked.at(match[1][::-1], text.place(match.start()))


def named_figures(name: str, value: Marked) -> Iterator[Marked]:
    """Give a figure in an attribute whose name means money (``data-price``)."""
    if _MONEY_NAMES.match(name) and re.search(r"\d", value.text):
        yield Marked.at(f"{name} {value.text} EUR", value.place(0))


def struck_out(source: Marked) -> Iterator[Marked]:
    """Give a figure that is struck out: what a thing cost before."""
    for match in _STRUCK.finditer(source.text):
        yield Marked.at(f"{match[2]} EUR", source.place(match.start()))
