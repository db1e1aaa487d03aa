"""The folder that the dealer management system drops its exports into.

    *.csv  *.txt  *.xml   kunden… fahrzeuge… auftraege… termine… einwilligungen… radlager…, also with a date behind; any
                          other name that a confirmed mapping profile knows, or whose headings leave no doubt
    done/  refused/       see ``watched_folder``; what was imported is moved after the database has it

A crash between the database and the move leaves the file in place: it is imported again, which changes nothing.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from guildpost_agent.adapters.dms.single_file import open_sure, profile_for
from guildpost_agent.adapters.watched_folder import Version, WatchedFolder, version_of
from guildpost_agent.app.ports.dms_source import Delivery, RefusedFile, SourceTable
from guildpost_agent.domain.dms_rows import Table
from guildpost_agent.domain.mapping.profile import Profile
from guildpost_agent.domain.mapping.vocabulary import table_of_name
from guildpost_shared.errors import Refused

_SUFFIXES: Final = frozenset({".csv", ".txt", ".xml"})
_TEMPORARY: Final = re.compile(r"^[.~$_]|\.(tmp|part|partial|filepart|crdownload)\b|\(\d+\)\.", re.IGNORECASE)


def is_finished(file: str) -> bool:
    """Say whether a file can be an export, by its name: a known ending, and no temporary name."""
    return not _TEMPORARY.search(file) and Path(file).suffix.lower() in _SUFFIXES


def table_of(file: str) -> Table | None:
    """Say which table a file holds, by its name; None for files that are not ours or not finished."""
    return table_of_name(Path(file).stem) if is_finished(file) else None


class DropFolder:
    """A ``DmsSource`` over a folder."""

    def __init__(self, folder: Path, profiles: Sequence[Profile] = (), *, amounts: bool = False) -> None:
        """Watch a folder.

        Args:
            folder: where exports are dropped; it need not exist yet.
            profiles: the site's confirmed ones.
            amounts: whether columns of amounts are read.
        """
        self._amounts = amounts
        self._folder = WatchedFolder(folder, is_finished)
        self._profiles = profiles
        self._judged: dict[str, tuple[Version, bool]] = {}

    def read(self) -> Delivery | None:
        """Return everything that lies ready, tables in their order and files by name, or None."""
        tables, refused = self._folder.read_each(self._open)
        if not tables and not refused:
            return None
        order = list(Table)
        return Delivery(tuple(sorted(tables, key=lambda t: (order.index(t.table), t.as_of, t.name))), tuple(refused))

    def is_export(self, file: str) -> bool:
        """Say whether a file that lies there is for us; one under an unknown name is opened once to see."""
        if not is_finished(file):
            return False
        if table_of(file) or profile_for(file, self._profiles):
            return True
        try:
            version = version_of(self._folder.path / file)
            if self._judged.get(file, (None, False))[0] != version:
                self._judged[file] = (version, self._is_ours(file))
        except OSError:
            return False
        return self._judged[file][1]

    def settle(self, imported: Sequence[str], refused: Sequence[RefusedFile]) -> None:
        """Move files to ``done`` and ``refused``; one that is gone or was written anew since ``read`` is left alone."""
        self._folder.settle(imported, refused)

    def _open(self, path: Path, version: Version) -> SourceTable | None:
        del version  # the table itself sees whether its file changes while it is read
        return open_sure(path, self._profiles, amounts=self._amounts)

    def _is_ours(self, file: str) -> bool:
        try:
            return open_sure(self._folder.path / file, self._profiles) is not None
        except Refused:
            return True
