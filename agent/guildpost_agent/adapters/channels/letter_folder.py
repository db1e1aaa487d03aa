"""A folder that a lettershop takes batches from.

A batch is a folder named after its id. It is staged under a hidden temporary name; every file and the folder itself
are flushed to the disk. Publishing is a rename, which is flushed too. Whoever looks sees the whole batch or nothing,
before and after a power cut.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from guildpost_agent.app.ports.letter_delivery import Standing
from guildpost_shared.durable_files import flush_folder
from guildpost_shared.errors import Unavailable
from guildpost_shared.failpoints import hit
from guildpost_shared.os_reasons import os_reason


class LetterFolder:
    """``LetterDelivery`` on a file system."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def standing(self, batch_id: str) -> Standing:
        """Say where the batch is."""
        if self._final(batch_id).is_dir():
            return Standing.THERE
        return Standing.STAGED if self._staged(batch_id).is_dir() else Standing.ABSENT

    def stage(self, batch_id: str, files: Mapping[str, bytes], *, first: bool = True, last: bool = True) -> None:
        """Write files durably under the batch's hidden name; where that fails, nothing of the batch is left."""
        del last  # every call leaves on the disk what it was given
        staged = self._staged(batch_id)
        if not first and not staged.is_dir():
            raise Unavailable("letter_batch_gone", batch=batch_id)
        with self._reachable():
            try:
                if first:
                    self._folder.mkdir(parents=True, exist_ok=True)
                    shutil.rmtree(staged, ignore_errors=True)
                    staged.mkdir()
                for name, data in files.items():
                    _write_durably(staged / name, data)
                hit("letters.file_written")
                flush_folder(staged)
                flush_folder(self._folder)
            except OSError:
                shutil.rmtree(staged, ignore_errors=True)
                raise

    def publish(self, batch_id: str) -> None:
        """Rename the staged batch to its name."""
        standing = self.standing(batch_id)
        if standing is Standing.ABSENT:
            raise Unavailable("letter_batch_gone", batch=batch_id)
        with self._reachable():
            if standing is Standing.STAGED:
                self._staged(batch_id).rename(self._final(batch_id))
            flush_folder(self._folder)

    def discard(self, batch_id: str) -> None:
        """Take away what is staged."""
        if self._staged(batch_id).is_dir():
            with self._reachable():
                shutil.rmtree(self._staged(batch_id))

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise Unavailable(
                "letter_folder_away", detail=type(error).__name__, path=self._folder, reason=os_reason(error)
            ) from error

    def _staged(self, batch_id: str) -> Path:
        return self._folder / f".batch-{batch_id}.part"

    def _final(self, batch_id: str) -> Path:
        return self._folder / f"batch-{batch_id}"


def _write_durably(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
