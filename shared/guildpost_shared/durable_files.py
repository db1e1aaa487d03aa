"""Files that a power loss leaves whole: the old one or the new one."""

import os
from pathlib import Path
from typing import Final

_STAGED: Final = ".new"


def replace_file(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write beside, flush, rename, flush the folder.

    Args:
        path: its folder must exist; what lies there under the name is replaced.
        data: the whole content.
        mode: who may read and write it, less what the process's mask takes away.

    Raises:
        OSError: it could not be written; what was there before stays.
    """
    staged = path.with_name(path.name + _STAGED)
    staged.unlink(missing_ok=True)  # of a crash; it may have had other rights
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    staged.replace(path)
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Make new names in a folder durable."""
    if os.name == "nt":  # Windows has no handle to flush a folder with; NTFS journals the rename.
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
