"""See a text as its reader does: the same words whatever characters they are written with.

    1. compatibility forms become plain ones (Unicode NFKC: full width, circled, mathematical letters, fractions)
    2. what cannot be seen goes (zero width, soft hyphens, joiners, overlays); every kind of space becomes one
    3. digits of every script become 0 to 9
    4. letters that look like Latin ones become Latin (Cyrillic, Greek, small capitals, accents); ä, ö, ü, ß stay
    5. dashes, quotes and money signs become one of each

``spellings`` then gives the other ways to read the same text: words pulled apart or broken at the end of a line put
together again, digits in words read as letters, slips of spelling in the words for a discount put right.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from guildpost_shared.lint.marked import Marked
from guildpost_shared.lint.slips import MONEY, slip_of, whole_of

_LOOK_ALIKE: Final = dict(
    zip(
        "АВЕЅІЈКМНОРСТУХаеѕіјкмнорсухԁԛԝһьЬгвтпбЗзΑΒΕΖΗΙΚΜΝΟΡΤΥΧαβειηκνορτυχωγ",
        "ABESIJKMHOPCTYXaesijkmhopcyxdqwhbBrBtn633ABEZHIKMNOPTYXaBeinkvoptuxwy",
        strict=True,
    )
) | {
    **dict.fromkeys("‐‑‒–—―−﹘﹣⁃➖", "-"),
    **dict.fromkeys("’‘‚‛`´ʼ＇", "'"),
    **dict.fromkeys("“”„«»‟", '"'),
    **dict.fromkeys("₠ЄЭє€ϵ∈💶", "€"),
    **dict.fromkeys("٪﹪％", "%"),
    "💵": "$",
    "💴": "€",
    "💸": "€",
    "🔟": "10",
    "💷": "£",
    "⁄": "/",
    "∕": "/",
    "ı": "i",
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ɑ": "a",
    "ƒ": "f",
    "ᖯ": "b",
    "٫": ",",
    "٬": ".",
    "‚": ",",
    "⸱": ".",
    "․": ".",
    "·": ".",
}
_GERMAN: Final = frozenset("äöüÄÖÜßẞ")
_LATIN_NAME: Final = re.compile(r"LATIN .*?LETTER (?:SMALL CAPITAL |TURNED |SMALL )?([A-Z])(?: WITH .*)?$")
_INDICATOR: Final = range(0x1F1E6, 0x1F200)
_BLANKS: Final = frozenset("\u2800\u3164\u115f\u1160\uffa0")
_ESCAPE: Final = re.compile(r"\\u\{?([0-9a-fA-F]{4,6})\}?|\\x([0-9a-fA-F]{2})|%u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})")
_CLUSTER: Final = re.compile("[\\s\\S][\u0300-\u036f\u0489\u20d0-\u20ff\ufe00-\ufe0f]*")
_PLAIN: Final = re.compile(r"[\x00-\x7fäöüÄÖÜß]*")
_SPACED: Final = re.compile(r"(?<![^\W_])[^\W_]([ .\-_*'|/+~])[^\W_€%$](?:\1[^\W_]|\1[€%$])+(?![^\W_])")
_DIGITS_APART: Final = re.compile(
    r"(?<![\w.,:/+-])(?<!\d )\d (?=\d(?! ?[\d:/]))|(?<=\d) (?=[,.] ?-)|(?<=\d [,.]) (?=-)"
)
_GLUED: Final = re.compile(
    rf"(?<![^\W_])(?:{'|'.join(sorted(MONEY | {'spar', 'save', 'minus'}))})(?=\d)", re.IGNORECASE
)
_SYLLABLES: Final = re.compile(r"(?<![^\W\d_])[^\W\d_]{1,6}(?:-[^\W\d_]{1,6}){1,5}(?![^\W\d_])")
_BROKEN: Final = re.compile(r"(?<=[^\W\d_])-[ ]*\n[ ]*(?=[a-zäöüß])")
_NOISE: Final = re.compile(r"[*_~|\\^\"']+|(?<=\d)[ ]*[()\[\]{}<>]+[ ]*(?=\d|[€%$])")
_LEET_WORD: Final = re.compile(r"(?<![^\W_€$@])(?=[^\W_€$@!]*[^\W\d_])(?=[^\W_€$@!]*[\d€$@!])[^\W_€$@!][\w€$@!]{2,}")
_LEET: Final = str.maketrans("0134578€$@!", "oieastbesai")
_SLIP: Final = re.compile(r"(?<![^\W_])[^\W\d_]{5,13}(?![^\W_])")
_CAPITAL_LETTERS: Final = re.compile(r"[^\W\d_]")


def normalise(marked: Marked) -> Marked:
    """Write a text in plain characters; see the module's docstring."""
    if _ESCAPE.search(marked.text):
        marked = marked.sub(_ESCAPE, _escaped)
    if _PLAIN.fullmatch(marked.text) and "`" not in marked.text:
        return marked.sub(re.compile(r"[\t\r\f\v]+"), lambda _: " ")
    letters: list[str] = []
    places: list[int] = []
    for match in _CLUSTER.finditer(marked.text):
        plain = _plain(match[0])
        letters.append(plain)
        places.extend([marked.places[match.start()]] * len(plain))
    return Marked("".join(letters), places)


def spellings(marked: Marked) -> Iterator[Marked]:
    """Give a normalised text, then every other way to read it that differs from it."""
    yield marked
    together = marked.sub(_BROKEN, lambda _: "").sub(_SPACED, lambda match: match[0].replace(match[1], ""))
    together = together.sub(_NOISE, lambda _: "").sub(_DIGITS_APART, lambda match: match[0].strip())
    together = together.sub(_GLUED, lambda match: f"{match[0]} ")
    together = together.sub(_SYLLABLES, lambda match: whole_of(match[0]) or match[0])
    if together.text != marked.text:
        yield together
    letters = together.sub(_LEET_WORD, _unleet)
    if letters.text != together.text:
        yield letters
    spelt = letters.sub(_SLIP, lambda match: slip_of(match[0]) or match[0])
    if spelt.text != letters.text:
        yield spelt


@lru_cache(maxsize=4096)
def _plain(cluster: str) -> str:
    if cluster[0] == "\n":
        return "\n"
    return "".join(_fold(char) for char in unicodedata.normalize("NFKC", _before(cluster)))


def _before(cluster: str) -> str:
    """Look a character up before NFKC would take it apart."""
    found = _LOOK_ALIKE.get(cluster[0], cluster[0])
    if ord(cluster[0]) in _INDICATOR:
        found = chr(ord(cluster[0]) - _INDICATOR.start + ord("A"))
    return found + cluster[1:]


def _fold(char: str) -> str:
    if char.isascii() or char in _GERMAN:
        return " " if char in "\t\r\f\v" else char
    category = unicodedata.category(char)
    digit = unicodedata.digit(char, None)
    if char in _LOOK_ALIKE:
        plain = _LOOK_ALIKE[char]
    elif char in _BLANKS or category in {"Zs", "Zl", "Zp"}:
        plain = " "
    elif category in {"Cf", "Mn", "Me", "Cc"}:
        plain = ""
    elif digit is not None:
        plain = str(digit)
    else:
        plain = _letter(char) if category in {"Lu", "Ll", "Lo", "So"} else char
    return plain


def _letter(char: str) -> str:
    latin = _LATIN_NAME.search(unicodedata.name(char, ""))
    if latin:
        return latin[1] if char.isupper() else latin[1].lower()
    base = unicodedata.normalize("NFD", char)[0]
    return _LOOK_ALIKE.get(base, base)


def _escaped(match: re.Match[str]) -> str:
    code = int(next(group for group in match.groups() if group), 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else ""  # noqa: PLR2004 — Unicode's range


def _unleet(match: re.Match[str]) -> str:
    word = match[0]
    if len(_CAPITAL_LETTERS.findall(word)) * 2 < len(word):
        return word
    return word.lower().translate(_LEET)
