"""The fence: a small file beside the database that no copy of it can be.

Whoever restores a backup or clones a machine makes the file anew: another inode, or at least another change time, which
the kernel sets and no tool restores. So the file's identity, with the machine's, tells the original from every copy,
also where database and file were copied together. What it cannot see is a machine that was rolled back as a whole, disk
and all: that shows when the coordinator meets an old generation at the next renewal of the certificate.
"""

import hashlib
import os
from pathlib import Path
from typing import Final

from guildpost_agent.app.ports.fence import Mark
from guildpost_shared.durable_files import flush_folder
from guildpost_shared.errors import Unavailable

FILE: Final = "fence"
_MACHINE: Final = Path("/etc/machine-id")


class FenceFile:
    """A ``FenceKeeper`` on a file, written in place: renaming would give it another identity."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Mark | None:
        """Read the file and look at it."""
        try:
            with self._path.open("rb") as file:
                return Mark(file.read().decode("ascii", "replace").strip(), _place(os.fstat(file.fileno())))
        except FileNotFoundError:
            return None

    def write(self, value: str) -> Mark:
        """Overwrite the file and flush it; its folder too when it is new."""
        try:
            fresh = not self._path.exists()
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "r+b") as file:
                file.write(f"{value}\n".encode("ascii"))
                file.truncate()
                file.flush()
                os.fsync(file.fileno())
                place = _place(os.fstat(file.fileno()))
            if fresh:
                flush_folder(self._path.parent)
        except OSError as error:
            raise Unavailable("fence_not_written", type(error).__name__, path=self._path) from error
        return Mark(value, place)


def _place(seen: os.stat_result) -> str:
    """Name the file: machine, inode, change time; the device's number may change from boot to boot."""
    machine = _MACHINE.read_text("ascii").strip() if _MACHINE.is_file() else ""
    return hashlib.sha256(f"{machine} {seen.st_ino} {seen.st_ctime_ns}".encode()).hexdigest()
