"""What a sync will probably ask for, fetched in one answer; what is not among it is fetched by name.

The updater asks and judges as ever: here are only bytes under names, held for one sync. Nothing says that they are
genuine, new, or what was asked for.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from guildpost_agent.app.ports.catalogue_source import CatalogueTransport
from guildpost_shared.catalogue_changes import HELD_ROLES, MAX_VERSION, CatalogueFile
from guildpost_shared.errors import Refused

_ROOT: Final = "root"
_SNAPSHOT: Final = "snapshot"


class ForeseenTransport:
    """A transport in front of another (port ``CatalogueTransport``), for one sync."""

    def __init__(self, transport: CatalogueTransport, held: Mapping[str, int]) -> None:
        """Fetch what is new.

        Args:
            transport: where files come from.
            held: role → version of its metadata that was verified before.

        Raises:
            GuildpostError: as for ``CatalogueTransport.changes``.
        """
        self._transport = transport
        self._files: dict[str, bytes | None] = {}
        for name, data in transport.changes(held):
            self._files.setdefault(name, data)

    def changes(self, held: Mapping[str, int]) -> Iterator[CatalogueFile]:
        """Fetch once more; see the port."""
        return self._transport.changes(held)

    def metadata(self, name: str) -> Iterator[bytes]:
        """Give a metadata file; see the port."""
        return self._given(name) if name in self._files else self._transport.metadata(name)

    def target(self, name: str) -> Iterator[bytes]:
        """Give a target; see the port."""
        return self._given(name) if name in self._files else self._transport.target(name)

    def close(self) -> None:
        """Let go of the connection; see the port."""
        self._transport.close()

    def _given(self, name: str) -> Iterator[bytes]:
        data = self._files[name]
        if data is None:
            raise Refused("catalogue_file_missing")
        yield data


def held_versions(folder: Path) -> dict[str, int]:
    """Read from the metadata that python-tuf keeps which versions are here: a hint, nothing is decided by it.

    Args:
        folder: of the kept metadata.

    Returns:
        Role → version; nothing where there is none or it cannot be read.
    """
    try:
        root, snapshot = (json.loads((folder / f"{role}.json").read_bytes())["signed"] for role in (_ROOT, _SNAPSHOT))
        named = {name.removesuffix(".json"): entry["version"] for name, entry in snapshot["meta"].items()}
        versions = {**named, _ROOT: root["version"], _SNAPSHOT: snapshot["version"]}
        return {role: versions[role] for role in HELD_ROLES if 1 <= versions[role] <= MAX_VERSION}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
