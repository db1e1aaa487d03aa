"""Everything about the brand's words: money, set prices, gifts (R10), conduct (R11, HU), however they can be read."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from guildpost_shared.lint.bare_figures import bare_figures
from guildpost_shared.lint.frames import frames
from guildpost_shared.lint.hits import Hit
from guildpost_shared.lint.marked import Marked
from guildpost_shared.lint.money import money
from guildpost_shared.lint.normalise import normalise, spellings
from guildpost_shared.lint.percents import percents
from guildpost_shared.lint.phrases import CONDUCT, PRICES, given_away, phrases
from guildpost_shared.lint.tables import words

_MOST_SHOWN = 90


@dataclass(frozen=True)
class Wording:
    """Words that break a rule.

    Attributes:
        rule: its id.
        severity: ``error`` or ``warning``.
        place: offset in the source.
        words: as the reader sees them, shortened.
    """

    rule: str
    severity: str
    place: int
    words: str


def judge(text: Marked) -> Iterator[Wording]:
    """Judge a piece of text.

    Args:
        text: what is shown, Liquid already worked out.
    """
    seen: set[tuple[str, int, str]] = set()
    for reading in spellings(normalise(text)):
        for hit in _hits(reading.text):
            key = (hit.rule, reading.place(hit.start), hit.severity)
            if key not in seen:
                seen.add(key)
                shown = " ".join(reading.text[hit.start : hit.end].split())
                yield Wording(hit.rule, hit.severity, reading.place(hit.start), shown[:_MOST_SHOWN])


@lru_cache(maxsize=256)
def _hits(whole: str) -> tuple[Hit, ...]:
    from guildpost_shared.lint.weighing import weighed  # noqa: PLC0415 — numpy, for who judges words alone

    text = words("idioms", "idioms").sub(lambda saying: " " * len(saying[0]), whole)
    hits = (
        *money(text),
        *percents(text),
        *bare_figures(text),
        *phrases(text, PRICES),
        *frames(text),
        *given_away(text),
        *phrases(text, CONDUCT),
    )
    return tuple(weighed(whole, hits))
