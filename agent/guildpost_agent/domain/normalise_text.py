"""Text as people typed it: blanks, double encoding, shouting, length."""

import re
from functools import lru_cache
from typing import Final

# What UTF-8's first bytes of Latin letters, quotes and dashes look like when read as Windows-1252.
_MOJIBAKE: Final = re.compile("[ÃÂâ][\x80-\xbf\u0152-\u2122]")
_MOST_ROUNDS: Final = 3
_WORD: Final = re.compile(r"[^\W\d_]+")
_SHORTEST_SHOUT: Final = 3
# Particles stay small inside a name or a street: "An der alten Post", "von der Heide".
PARTICLES: Final = frozenset(
    [
        "von",
        "vom",
        "van",
        "der",
        "den",
        "dem",
        "des",
        "de",
        "du",
        "da",
        "di",
        "del",
        "della",
        "dos",
        "la",
        "le",
        "zu",
        "zur",
        "zum",
        "und",
        "ter",
        "ten",
        "am",
        "an",
        "auf",
        "im",
        "in",
        "bei",
        "ob",
    ]
)
_SMALL_FIRST: Final = frozenset(
    ["von", "vom", "van", "der", "den", "de", "du", "da", "di", "del", "della", "dos", "zu", "zur", "zum", "ter", "ten"]
)


def clean(text: str) -> str:
    """Take away blanks at the ends, double blanks, and characters that cannot be written."""
    if text.isprintable():
        return text if "  " not in text and text[:1] != " " and text[-1:] != " " else " ".join(text.split())
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def repair(text: str) -> str:
    """Undo double encoding (``MÃ¼ller`` → ``Müller``); text that is none stays as it is."""
    if text.isascii():
        return text
    for _ in range(_MOST_ROUNDS):
        if _MOJIBAKE.search(text) is None:
            break
        try:
            text = b"".join(_byte(char) for char in text).decode("utf-8")
        except ValueError:
            break
    return text


def _byte(char: str) -> bytes:
    """Give the byte that was read as a character: by Windows-1252, or as itself where that has no character."""
    try:
        return char.encode("cp1252")
    except UnicodeEncodeError:
        return char.encode("latin-1")


@lru_cache(maxsize=16_384)
def calm(text: str, *, name: bool) -> str:
    """Take the shouting out of a text; one with small letters keeps its own capitals.

    Args:
        text: a name, a street, a town.
        name: it is a personal name, whose particle is small even at the beginning (``VON LEY`` → ``von Ley``).
    """
    if len(text) < _SHORTEST_SHOUT or not text.isupper():
        return text

    def quiet(match: re.Match[str]) -> str:
        word, start = match[0], match.start()
        small = word.lower()
        if start and text[start - 1].isdigit():  # 3A stays 3A
            return word
        alone = not (start and text[start - 1] != " ") and text[match.end() : match.end() + 1] in {"", " "}
        whole = start == 0 and match.end() == len(text)
        if alone and not whole and (small in PARTICLES if start else name and small in _SMALL_FIRST):
            return small
        return small.capitalize() if small.capitalize().upper() == word else word

    return _WORD.sub(quiet, text)


def cut(text: str, longest: int) -> str:
    """Cut a text to its column."""
    return text if len(text) <= longest else text[:longest].rstrip()
