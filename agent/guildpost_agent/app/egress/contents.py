"""What no message to the coordinator or the relay may hold (antitrust rule R2, and every person's address).

Searched are the readable runs of a payload, so that text inside a binary message is found too. Keys and hashes are
random, and among 10,000 dealerships a short address ("p@NA.Mp") stands in somebody's key sooner or later; the same key
would then be held back for ever. So chance is kept out where it can be told from text:

    - a piece inside a longer run of letters and digits (a key, a hash, Base64) is no hit
    - a message of ours is taken apart into its fields: a field that is text altogether is searched whole, a field of
      bytes only where ``_SHORTEST_RUN_OF_BYTES`` readable characters follow one another
    - what is no such message is searched whole, apart from number plates, which are the shortest
"""

import re
from typing import Final

from guildpost_agent.app.egress.fields import fields_of, is_text

_EDGE: Final = r"(?<![A-Za-z0-9+/=_-])"
_END: Final = r"(?![A-Za-z0-9+/=_-])"
_PATTERNS: Final[dict[str, re.Pattern[str]]] = {
    "email": re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-zäöüß0-9-]{1,63}\.)+[A-Za-z]{2,24}"),
    # ISO 3779: 17 characters without I, O, Q; a run of digits alone is no vehicle.
    "vin": re.compile(rf"{_EDGE}(?=[A-HJ-NPR-Z0-9]*[A-Z])(?=[A-HJ-NPR-Z0-9]*\d)[A-HJ-NPR-Z0-9]{{17}}{_END}"),
    # Annex to § 9 FZV: district, one or two letters, up to four digits, E or H behind.
    "plate": re.compile(rf"{_EDGE}[A-ZÄÖÜ]{{1,3}}[- ][A-Z]{{1,2}} ?[1-9]\d{{0,3}}[EH]?{_END}"),
    "phone": re.compile(r"(?<![\w.:+-])(?:\+\d{1,3}|00\d{1,3}|0)[ /()-]{0,2}[1-9](?:[ /()-]{0,3}\d){6,12}(?![\w.:-])"),
    "money": re.compile(
        r"\d\s?(?:€|EUR\b|Euro\b)|(?:€|\bEUR)\s?\d|\b(?:Rabatt|Nachlass|Marge|Umsatz|Stundensatz|Preis|Gewinn"
        r"|Auslastung|discount|margin|revenue|turnover|price|hourly.rate|profit|utili[sz]ation"
        r"|Kulanz\w*|Guthaben|goodwill\w*|(?:\w*_)?cents)\b",
        re.IGNORECASE,
    ),
}
_KEY: Final = re.compile(r"(?<![@.%])(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/=_-]{40,}(?![@.%])(?![A-Za-z0-9+/=_-])")
"""Base64 or hexadecimal digits without a gap; not beside what makes it a part of an address."""

_SHORTEST_PLATE_RUN: Final = 9
_SHORTEST_RUN_OF_BYTES: Final = 16


def forbidden(payload: bytes) -> str | None:
    """Search a payload.

    Returns:
        The name of the first rule that hits (``email``, ``vin``, ``plate``, ``phone``, ``money``), or None.
    """
    if is_text(payload):
        return _hit(_runs(payload))
    fields = fields_of(payload)
    if fields is None:
        return _hit(_runs(payload), shortest_plate_run=_SHORTEST_PLATE_RUN)
    texts = [run for field in fields if is_text(field) for run in _runs(field)]
    others = [run for field in fields if not is_text(field) for run in _runs(field)]
    return _hit([*texts, *(run for run in others if len(run) >= _SHORTEST_RUN_OF_BYTES)])


def _hit(runs: list[str], *, shortest_plate_run: int = 0) -> str | None:
    searched = [_KEY.sub("\n", run) for run in runs]
    plates = [text for text, run in zip(searched, runs, strict=True) if len(run) >= shortest_plate_run]
    return next(
        (
            name
            for name, pattern in _PATTERNS.items()
            if any(map(pattern.search, plates if name == "plate" else searched))
        ),
        None,
    )


def _runs(data: bytes) -> list[str]:
    """Cut bytes into their readable runs."""
    text = data.decode("utf-8", errors="replace")
    readable = "".join(letter if letter.isprintable() and letter != "\ufffd" else "\n" for letter in text)
    return readable.split("\n")
