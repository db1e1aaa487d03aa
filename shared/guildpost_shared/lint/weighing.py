"""Weigh what the tables found against what the reader thinks of the sentence (``reader``).

Neither is right alone. The tables miss what no expression names, and take a figure or a word for a price that is none;
the reader knows no exceptions, but has seen what texts on prices are like. So:

    - where nothing was found, a sentence is refused if the reader is sure
    - what was found is a warning instead of an error where the reader is sure of the contrary; how sure it has to be
      depends on what found it, and an amount with its currency stays an error whatever the reader thinks

Margins were chosen on texts of authors whose others the reader had not been fitted to (``bench/reader.py``).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from guildpost_shared.lint.hits import By, Hit
from guildpost_shared.lint.reader import Readings, clause_margin, readings

SURE: Final = 0.75
INNOCENT: Final[Mapping[By, float]] = {
    By.ANNOUNCED: -1.5,
    By.PERCENT: -2.0,
    By.TABLE: -1.5,
    By.FRAME: -1.5,
    By.FREE: -1.5,
    By.FIGURE: -2.0,
}
INNOCENT_CLAUSE: Final = 0.0
_OF_PRICES: Final = "R10."
_ERROR, _WARNING = "error", "warning"


def weighed(text: str, hits: Iterable[Hit]) -> Iterator[Hit]:
    """Let the reader have its say.

    Args:
        text: normalised.
        hits: that the tables found in it; those of conduct stay as they are.
    """
    read = readings(text)
    known: set[int] = set()
    for hit in hits:
        kept = _weighed(text, hit, read)
        yield kept
        if kept.severity == _ERROR:
            known.update(read.of(kept.start))
    for size, margins in ((1, read.margins), (2, read.pairs)):
        for first, margin in enumerate(margins):
            sentences = range(first, first + size)
            if margin >= SURE and known.isdisjoint(sentences):
                known.update(sentences)
                yield Hit("R10.reading", read.starts[first], read.ends[sentences[-1]], by=By.READER)


def _weighed(text: str, hit: Hit, read: Readings) -> Hit:
    if hit.severity != _ERROR or not hit.rule.startswith(_OF_PRICES) or hit.by not in INNOCENT:
        return hit
    highest = read.highest(hit.start)
    if highest is None or highest > INNOCENT[hit.by]:
        return hit
    if clause_margin(text, hit.start, hit.end) > INNOCENT_CLAUSE:
        return hit
    return replace(hit, severity=_WARNING)
