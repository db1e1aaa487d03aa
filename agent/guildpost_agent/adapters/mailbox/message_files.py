"""Messages as they lie on disk: single files, mbox files, Maildir folders, or folders of any of these."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from guildpost_agent.domain.bounces.parts import MOST_BYTES
from guildpost_shared.errors import ConfigurationError
from guildpost_shared.os_reasons import MISSING

_SEPARATOR: Final = b"From "
_UNFINISHED: Final = "tmp"
MOST_LINE: Final = 1 << 16


@dataclass(frozen=True)
class FoundMessage:
    """A message's bytes and the file it lies in; None for bytes that could not be read."""

    file: str
    raw: bytes | None


def messages_in(path: Path) -> Iterator[FoundMessage]:
    """Give every message under a path, folders in the order of their names; of each at most the first two MiB.

    Args:
        path: a message, an mbox, a Maildir, or a folder.

    Raises:
        ConfigurationError: there is no such file or folder (``file_unreadable``).
    """
    if not path.exists():
        raise ConfigurationError("file_unreadable", path=path, reason=MISSING)
    for file in _files(path):
        yield from _messages(file)


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, names, files in os.walk(path):
        if {"cur", "new"} & set(names) and _UNFINISHED in names:
            names.remove(_UNFINISHED)  # a Maildir's deliveries that are not complete
        names.sort()
        yield from (Path(folder) / name for name in sorted(files))


def _messages(file: Path) -> Iterator[FoundMessage]:
    if not file.is_file():
        yield FoundMessage(str(file), None)
        return
    try:
        with file.open("rb") as stream:
            if stream.read(len(_SEPARATOR)) != _SEPARATOR:
                stream.seek(0)
                yield FoundMessage(str(file), stream.read(MOST_BYTES))
                return
            yield from (FoundMessage(str(file), raw) for raw in _of_mbox(stream))
    except OSError:
        yield FoundMessage(str(file), None)


def _of_mbox(stream: BinaryIO) -> Iterator[bytes]:
    """Split an mbox at the lines ``From …`` that follow an empty line; a message is never held beyond its cap."""
    kept: list[bytes] = []
    size, empty = 0, False
    stream.readline(MOST_LINE)
    while line := stream.readline(MOST_LINE):
        if empty and line.startswith(_SEPARATOR):
            yield b"".join(kept)
            kept, size, empty = [], 0, False
            continue
        empty = line in {b"\n", b"\r\n"}
        if size < MOST_BYTES:
            kept.append(line)
            size += len(line)
    yield b"".join(kept)
