"""The files that hold people outside the database.

    <drop folder>/done, refused      exports that were taken in or refused
    <planner folder>/done, refused   the same of a workshop planner
    <letters folder>/batch-…         letters for the lettershop, and ``.batch-….part`` of an interrupted run

Files are named ``exports/…``, ``planner/…`` and ``letters/…`` relative to these folders, so that a note about one
holds no path.
"""

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from guildpost_agent.domain.rights.mentions import Mentioned
from guildpost_shared.errors import Unavailable

PLACES: Final = ("done", "refused")
_EXPORTS: Final = "exports"
_LETTERS: Final = "letters"
_PLANNER: Final = "planner"
_PLAIN: Final = frozenset({".csv", ".txt", ".xml", ".json"})
"""What can be searched as text; everything else (archives, workbooks) counts as mentioning anybody."""


class FolderFiles:
    """``KeptFiles`` on the drop folder, the letters folder and the planner's folder."""

    def __init__(self, drop_folder: Path, letters_folder: Path, planner_folder: Path | None = None) -> None:
        self._roots = {_EXPORTS: drop_folder, _LETTERS: letters_folder}
        if planner_folder is not None:
            self._roots[_PLANNER] = planner_folder

    def exports(self) -> list[tuple[str, datetime]]:
        """List imported and refused exports with their time."""
        return [file for kind in (_EXPORTS, _PLANNER) if kind in self._roots for file in self._exports(kind)]

    def _exports(self, kind: str) -> list[tuple[str, datetime]]:
        root = self._roots[kind]
        found = (path for place in PLACES for path in (root / place).glob("*") if path.is_file())
        return self._listed(kind, found)

    def batches(self) -> list[tuple[str, datetime]]:
        """List letter batches, and what an interrupted run left of one, with their time."""
        root = self._roots[_LETTERS]
        found = (path for pattern in ("batch-*", ".batch-*.part") for path in root.glob(pattern))
        return self._listed(_LETTERS, found)

    def mentions(self, name: str, who: Mentioned) -> bool:
        """Say whether a kept export mentions somebody; what cannot be looked into counts as if it did.

        A planner's export counts always: it names people in a person's own spelling.
        """
        path = self._path(name)
        if name.startswith(f"{_PLANNER}/") or path.suffix.lower() not in _PLAIN:
            return True
        try:
            return who.in_bytes(path.read_bytes())
        except FileNotFoundError:
            return False
        except OSError:
            return True

    def batch_name(self, batch_id: str) -> str:
        """Name a batch as ``batches`` would."""
        return f"{_LETTERS}/batch-{batch_id}"

    def delete(self, name: str) -> None:
        """Delete it, and the note that says why it was refused; one that is gone already is fine."""
        path = self._path(name)
        try:
            if path.is_dir():
                shutil.rmtree(path)
                return
            path.unlink(missing_ok=True)
            path.with_name(f"{path.name}.reason.txt").unlink(missing_ok=True)
        except FileNotFoundError:
            return
        except OSError as error:
            raise Unavailable("kept_file_not_deleted", type(error).__name__, path=path) from error

    def _listed(self, kind: str, paths: Iterable[Path]) -> list[tuple[str, datetime]]:
        root = self._roots[kind]
        return sorted(
            (f"{kind}/{path.relative_to(root).as_posix()}", datetime.fromtimestamp(path.stat().st_mtime, UTC))
            for path in paths
        )

    def _path(self, name: str) -> Path:
        kind, _, rest = name.partition("/")
        path = self._roots[kind] / rest
        if ".." in Path(rest).parts:
            raise ValueError(name)
        return path
