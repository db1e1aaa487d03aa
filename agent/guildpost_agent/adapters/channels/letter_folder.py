"""A folder that a lettershop takes batches from.

A batch is a folder named after its id. It is written under a hidden temporary name, every file and the folder itself
are flushed to the disk, then it is renamed; the rename is flushed too. Whoever looks sees the whole batch or nothing,
before and after a power cut.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from guildpost_shared.errors import Unavailable
from guildpost_shared.failpoints import hit


class LetterFolder:
    """``LetterDelivery`` on a file system."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def delivered(self, batch_id: str) -> bool:
        """Say whether the batch is there."""
        return self._final(batch_id).is_dir()

    def deliver(self, batch_id: str, files: Mapping[str, bytes]) -> None:
        """Put a batch there, whole and once."""
        if self.delivered(batch_id):
            return
        temporary = self._folder / f".batch-{batch_id}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(temporary, ignore_errors=True)
            temporary.mkdir()
            for name, data in files.items():
                _write_durably(temporary / name, data)
            hit("letters.file_written")
            _flush_folder(temporary)
            temporary.rename(self._final(batch_id))
            _flush_folder(self._folder)
        except OSError as error:
            shutil.rmtree(temporary, ignore_errors=True)
            raise Unavailable(
                "letter_folder_away", detail=type(error).__name__, path=self._folder, reason=error.strerror or "–"
            ) from error

    def _final(self, batch_id: str) -> Path:
        return self._folder / f"batch-{batch_id}"


def _write_durably(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(path: Path) -> None:
    if os.name == "nt":  # Windows has no handle to flush a folder with; NTFS journals the rename.
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
