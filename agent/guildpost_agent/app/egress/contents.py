"""What no message to the coordinator or the relay may hold (antitrust rule R2, and every person's address).

Searched is every run of readable characters in the payload, so that text inside a binary message is found too. The
patterns ask for free edges: a piece inside a longer run of letters and digits (a key, a hash) is no hit. Number plates
are so short that random bytes look like one now and then; in a binary message only runs of nine characters count.
"""

import re
from typing import Final

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
_SHORTEST_PLATE_RUN: Final = 9


def forbidden(payload: bytes) -> str | None:
    """Search a payload.

    Returns:
        The name of the first rule that hits (``email``, ``vin``, ``plate``, ``phone``, ``money``), or None.
    """
    runs, is_text = _readable(payload)
    long_runs = runs if is_text else [run for run in runs if len(run) >= _SHORTEST_PLATE_RUN]
    searched = {name: long_runs if name == "plate" else runs for name in _PATTERNS}
    return next((name for name, pattern in _PATTERNS.items() if any(map(pattern.search, searched[name]))), None)


def _readable(payload: bytes) -> tuple[list[str], bool]:
    """Cut a payload into its readable runs; say whether it is text altogether."""
    text = payload.decode("utf-8", errors="replace")
    readable = "".join(letter if letter.isprintable() and letter != "\ufffd" else "\n" for letter in text)
    return readable.split("\n"), "\n" not in readable
