"""A folder of pages that a command writes: whole or not at all, and never over something else."""

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from guildpost_shared.errors import ConfigurationError

Written = tuple[str, bytes]
"""A file below the folder, and its contents."""


def require_free(out: Path, mark: str) -> None:
    """Refuse to write where something else lies.

    Args:
        out: the folder.
        mark: a file that says whose pages these are: a newer set may take their place.

    Raises:
        ConfigurationError: ``preview_out_taken``.
    """
    taken = out.exists() and not (out.is_dir() and ((out / mark).is_file() or not any(out.iterdir())))
    if taken or out.is_symlink():
        raise ConfigurationError("preview_out_taken", folder=out)


def write_pages(pages: Iterable[Written], out: Path, mark: str) -> None:
    """Write all files, then put the folder in its place: nobody sees half of it.

    Raises:
        ConfigurationError: ``preview_unreadable`` when the disk refuses; what was there before stays.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as working:
            made = Path(working) / "made"
            made.mkdir()
            (made / mark).write_text("", "ascii")
            for name, contents in pages:
                file = made / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(contents)
            if out.exists():
                shutil.move(out, Path(working) / "old")
            shutil.move(made, out)
    except OSError as error:
        raise unreadable(out, error) from error


def unreadable(path: Path, error: OSError) -> ConfigurationError:
    """Say that a path cannot be read or written."""
    return ConfigurationError("preview_unreadable", path=path, reason=error.strerror or type(error).__name__)
