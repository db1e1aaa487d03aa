"""A folder that somebody else's system drops files into; what its readers have in common.

    done/       what was taken in
    refused/    what could not be, each with a ``….reason.txt`` that says why and what to do

Nothing is deleted here, and what is none of ours is left alone.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from guildpost_agent.app.ports.dms_source import RefusedFile
from guildpost_shared.errors import GuildpostError, Refused, public_text

Version = tuple[int, int]
"""Which writing of a file it is: size in bytes, time of the last change in ns."""

_Found = TypeVar("_Found")


def version_of(path: Path) -> Version:
    """Say which writing of a file this is."""
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


class WatchedFolder:
    """Files by name, each remembered as the writing that was read."""

    def __init__(self, folder: Path, is_finished: Callable[[str], bool]) -> None:
        """Watch a folder.

        Args:
            folder: where files are dropped; it need not exist yet.
            is_finished: says by its name whether a file can be for us.
        """
        self.path = folder
        self._is_finished = is_finished
        self._seen: dict[str, Version] = {}

    def names(self) -> list[str]:
        """List what lies ready, by name."""
        try:
            return sorted(path.name for path in self.path.iterdir() if path.is_file() and self._is_finished(path.name))
        except FileNotFoundError:
            return []

    def read_each(self, read: Callable[[Path, Version], _Found | None]) -> tuple[list[_Found], list[RefusedFile]]:
        """Read what lies ready.

        Args:
            read: reads one file, given which writing it is; None leaves it alone, ``Refused`` refuses it.

        Returns:
            What was found, by name, and what was refused.
        """
        found: list[_Found] = []
        refused: list[RefusedFile] = []
        for name in self.names():
            try:
                version = self._seen[name] = version_of(self.path / name)
                one = read(self.path / name, version)
            except Refused as error:
                refused.append(RefusedFile(name, error))
            except FileNotFoundError:
                continue  # taken away meanwhile
            except OSError as error:
                refused.append(RefusedFile(name, Refused("dms_file_unreadable", str(error.errno), file=name)))
            else:
                found += [one] if one is not None else []
        return found, refused

    def settle(self, taken: Sequence[str], refused: Sequence[RefusedFile]) -> None:
        """Move files to ``done`` and ``refused``; one that is gone or was written anew since is left alone."""
        for name in taken:
            self._move(name, "done")
        for file in refused:
            target = self._move(file.name, "refused")
            if target is not None:
                target.with_name(f"{target.name}.reason.txt").write_text(_reason(file.error), encoding="utf-8")

    def _move(self, name: str, place: str) -> Path | None:
        source = self.path / name
        try:
            if self._seen.get(name) != version_of(source):
                return None  # a newer one was written meanwhile: it is the next delivery
        except FileNotFoundError:
            return None
        folder = self.path / place
        folder.mkdir(exist_ok=True)
        target, count = folder / name, 1
        while target.exists():
            count += 1
            target = folder / f"{source.stem}.{count}{source.suffix}"
        return source.rename(target)


def _reason(error: GuildpostError) -> str:
    return f"{public_text(error, 'de')}\n\n{public_text(error, 'en')}\n"
