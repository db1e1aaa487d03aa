"""The texts that the linter's reader is fitted to, and how they are read."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from guildpost_shared.lint.features import Features, features, together
from guildpost_shared.lint.marked import Marked
from guildpost_shared.lint.normalise import normalise, spellings
from guildpost_shared.lint.reader import spans
from guildpost_shared.lint.words_of import pieces_of_text

ROOT: Final = Path(__file__).parents[2]
TEXTS: Final = Path(__file__).parent / "texts"
CORPUS: Final = ROOT / "tests" / "shared" / "lint" / "corpus"
SAMPLE: Final = ROOT / "demo" / "guildpost_demo" / "catalogue" / "templates"
FIXING: Final = "price_fixing"
INNOCENT: Final = "innocent"
_ESCAPED: Final = re.compile(r"\\(.)")


@dataclass(frozen=True)
class Passage:
    """One text: its features as a whole, those of its sentences, and whether it fixes a price."""

    text: str
    fixes: bool
    whole: Features
    sentences: tuple[Features, ...]


def passages(*, fixes: bool) -> Iterator[Passage]:
    """Read the texts of one kind, each once."""
    seen: set[str] = set()
    for text in _texts(FIXING if fixes else INNOCENT):
        shown = as_read(text)
        if shown not in seen:
            seen.add(shown)
            passage = _passage(text, shown, fixes=fixes)
            if passage is not None:
                yield passage


def as_read(text: str) -> str:
    """Give the text as its reader sees it, put right as far as the linter can."""
    piece = next(iter(pieces_of_text(Marked.of(text))))
    return list(spellings(normalise(piece)))[-1].text


def _passage(text: str, shown: str, *, fixes: bool) -> Passage | None:
    sentences = tuple(features(shown[start:end]) for start, end in spans(shown))
    return Passage(text, fixes, together(sentences), sentences) if sentences else None


def _plain(escaped: re.Match[str]) -> str:
    return "\n" if escaped[1] == "n" else escaped[1]


def _texts(name: str) -> Iterator[str]:
    for file in sorted(TEXTS.glob(f"{name}*.txt")):
        yield from (_ESCAPED.sub(_plain, line) for line in file.read_text("utf-8").split("\n") if line)
    for file in sorted(CORPUS.glob(f"{name}_*.toml")):
        yield from (text for text in tomllib.loads(file.read_text("utf-8")).values() if isinstance(text, str))
    if name == INNOCENT:
        yield from _sample_catalogue()


def _sample_catalogue() -> Iterator[str]:
    """Give every text of the sample catalogue's templates: a brand's whole mails, letters and calls without a price."""
    for file in sorted(SAMPLE.rglob("*")):
        if file.suffix == ".json":
            yield from _strings(json.loads(file.read_text("utf-8")))
        elif file.is_file():
            yield file.read_text("utf-8")


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for each in value.values() for text in _strings(each))
    elif isinstance(value, list):
        yield from (text for each in value for text in _strings(each))
