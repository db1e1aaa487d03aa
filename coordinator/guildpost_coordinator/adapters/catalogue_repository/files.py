"""The repository's files: metadata under its TUF names, targets under their SHA-256.

``timestamp.json`` is written last and replaced in one step: it is the switch that puts a publication into force.
Every other file is written once under a name that never comes back (TUF consistent snapshots).
"""

from pathlib import Path
from typing import Final

from tuf.api.metadata import Metadata, Root

from guildpost_shared.catalogue_paths import is_metadata_name, parse_target_file_name
from guildpost_shared.durable_files import replace_file
from guildpost_shared.errors import ConfigurationError

TIMESTAMP: Final = "timestamp.json"


class RepositoryFiles:
    """Read and write the published files (port ``CatalogueFiles``)."""

    def __init__(self, folder: Path) -> None:
        self._metadata = folder / "metadata"
        self._targets = folder / "targets"

    def metadata(self, name: str) -> bytes | None:
        """Give a metadata file, or None; only names of the grammar are looked up."""
        return _read(self._metadata / name) if is_metadata_name(name) else None

    def target(self, name: str) -> bytes | None:
        """Give a target by its hashed name, or None."""
        parts = parse_target_file_name(name)
        return None if parts is None else _read(self._targets / parts.sha256)

    def write_metadata(self, name: str, data: bytes) -> None:
        """Write a metadata file durably."""
        _replace(self._metadata / name, data)

    def write_target(self, sha256: str, data: bytes) -> None:
        """Write contents durably; what is there already stays."""
        path = self._targets / sha256
        if _read(path) != data:
            _replace(path, data)

    def exists(self) -> bool:
        """Say whether there is a repository."""
        return (self._metadata / TIMESTAMP).exists()


def newest_root(files: RepositoryFiles) -> Root:
    """Give the root metadata with the highest version.

    Raises:
        ConfigurationError: ``catalogue_missing``.
    """
    version, newest = 1, files.metadata("1.root.json")
    while (following := files.metadata(f"{version + 1}.root.json")) is not None:
        version, newest = version + 1, following
    if newest is None:
        raise ConfigurationError("catalogue_missing", detail="1.root.json")
    return Metadata[Root].from_bytes(newest).signed


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, data)
