"""One writer at a time: the running coordinator, or a command that changes keys."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from guildpost_shared.errors import Conflict

LOCK_FILE: Final = "catalogue.lock"


def hold_lock(folder: Path) -> IO[bytes]:
    """Take the catalogue's lock; it ends with the file that is given back, at the latest with the process.

    Raises:
        Conflict: ``catalogue_in_use``.
    """
    file = (folder / LOCK_FILE).open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise Conflict("catalogue_in_use") from error
    return file


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the catalogue's lock inside the block; errors as above."""
    with hold_lock(folder):
        yield
