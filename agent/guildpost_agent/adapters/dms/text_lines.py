"""A text file as windows of lines, in bounded memory: any line end (CRLF, LF, CR), no line longer than a limit."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from guildpost_agent.adapters.dms.encoding import blocks_of, decoded

LONGEST_LINE: Final = 100_000
"""Characters; a longer line is cut to one more than this, which tells the reader that it is no row."""


def split_lines(texts: Iterable[str]) -> Iterator[list[str]]:
    """Split texts that follow one another into their lines, without ends.

    Yields:
        The lines that each text completes; the last one holds the rest of the file, empty after a final line end.
    """
    rest = ""
    after_return = False
    for text in texts:
        if after_return and text:
            text = text.removeprefix("\n")  # noqa: PLW2901 — the pair was cut between two texts
            after_return = False
        if not text:
            continue
        after_return = text.endswith("\r")
        lines = _split(rest + text)
        rest = lines.pop()[: LONGEST_LINE + 1]
        yield [line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE + 1] for line in lines]
    yield [rest]


def _split(text: str) -> list[str]:
    """Split at every line end; a text that has only one kind of them needs no rewriting."""
    pairs = text.count("\r\n")
    if pairs == text.count("\n") == text.count("\r"):
        return text.split("\r\n")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def lines_of(path: Path, encoding: str) -> Iterator[list[str]]:
    """Read a file's lines, some at a time.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        yield from split_lines(decoded(blocks_of(stream), encoding))


def first_lines(path: Path, encoding: str, count: int) -> list[str]:
    """Read a file's first lines."""
    found: list[str] = []
    for lines in lines_of(path, encoding):
        found += lines
        if len(found) >= count:
            break
    return found[:count]
