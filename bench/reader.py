"""``make bench BENCH=reader``: how well the linter's reader reads texts that it was not fitted to.

Without arguments a fifth of the texts is left out, a reader fitted to the others (two minutes) and tried on the
fifth. ``ARGS=--write`` fits one to all texts and writes the weights that ship; do so after changing texts, classes of
words or features.
"""

import tomllib
from pathlib import Path
from typing import Final
from zlib import crc32

import numpy as np

import guildpost_shared.lint
from bench.figures import Figure
from bench.reading.fit import fitted
from bench.reading.texts import CORPUS, Passage, passages
from guildpost_shared.lint.documents import lint
from guildpost_shared.lint.features import Features, together
from guildpost_shared.lint.findings import Severity
from guildpost_shared.lint.reader import Weights
from guildpost_shared.lint.weighing import SURE

WEIGHTS: Final = Path(guildpost_shared.lint.__path__[0]) / "words" / "reader.npz"
_LEFT_OUT: Final = 5
_LONG: Final = 60
"""A sentence of so many features has ten words or more."""
_STRIDE: Final = 7919


def run(arguments: list[str]) -> list[Figure]:
    """Measure, or write the weights."""
    texts = [*passages(fixes=True), *passages(fixes=False)]
    if arguments == ["--write"]:
        _write(_fit(texts))
        return []
    left_out = [each for each in texts if crc32(each.text.encode()) % _LEFT_OUT == 0]
    weights = _fit([each for each in texts if crc32(each.text.encode()) % _LEFT_OUT])
    fixing = [_margin(weights, each) for each in left_out if each.fixes]
    innocent = [_margin(weights, each) for each in left_out if not each.fixes]
    return [
        Figure("reader alone, texts left out: found where it is sure", _share(fixing), "%", 80, at_most=False),
        Figure("reader alone, texts left out: false alarms", _share(innocent), "%", 5),
        Figure("whole linter, unseen authors: found", _refused("unseen_price_fixing"), "%", 99, at_most=False),
        Figure("whole linter, unseen authors: false alarms", _refused("unseen_innocent"), "%", 5),
    ]


def _refused(name: str) -> float:
    """Give the share of a table of the corpus that the linter refuses, with the weights that ship."""
    texts = tomllib.loads((CORPUS / f"{name}.toml").read_text("utf-8")).values()
    errors = [any(each.severity is Severity.ERROR for each in lint({"text.txt": text.encode()})) for text in texts]
    return round(100 * sum(errors) / len(errors), 2)


def _fit(texts: list[Passage]) -> Weights:
    fixing = [(each.whole, *each.sentences) for each in texts if each.fixes]
    innocent = [one for each in texts if not each.fixes for one in _parts(each)]
    thinned, harmless = _thinned(texts)
    return fitted([*fixing, *thinned], [*innocent, *harmless])


def _thinned(texts: list[Passage]) -> tuple[list[tuple[Features]], list[Features]]:
    """Put a harmless sentence beside every second text, so that a price is not hidden by what stands around it."""
    sentences = [one for each in texts if not each.fixes for one in each.sentences if len(one.wording) >= _LONG]
    beside = [sentences[at * _STRIDE % len(sentences)] for at in range(len(texts))]
    pairs = [(each, together([each.whole, other])) for each, other in zip(texts, beside, strict=True)][::2]
    return [(both,) for each, both in pairs if each.fixes], [both for each, both in pairs if not each.fixes]


def _parts(passage: Passage) -> list[Features]:
    """Give a text as a whole and, where it has several, its sentences: what is innocent is so in every part."""
    return [passage.whole, *(passage.sentences if len(passage.sentences) > 1 else ())]


def _margin(weights: Weights, passage: Passage) -> float:
    one = passage.sentences
    pairs = [together(one[at : at + 2]) for at in range(len(one) - 1)]
    return max(weights.margin(each) for each in (*one, *pairs))


def _share(margins: list[float]) -> float:
    return round(100 * float(np.mean(np.array(margins) >= SURE)), 2)


def _write(weights: Weights) -> None:
    scale = np.array([*weights.worth, weights.bias])
    np.savez_compressed(WEIGHTS, wording=weights.wording, classes=weights.classes, scale=scale)
