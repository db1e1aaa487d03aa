"""The verified copy: contents by SHA-256, and one file that says what is in force, parsed once per version of it.

Readers (also short-lived children) open ``in_force.json`` and then the contents it names; the writer replaces it in
one step and removes contents only once neither the new nor the former state names them.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from guildpost_agent.domain.catalogue import Listing
from guildpost_agent.domain.catalogue_approvals import Approval, InForce
from guildpost_agent.domain.catalogue_progress import Progress
from guildpost_shared.durable_files import replace_file
from guildpost_shared.errors import Untrusted

_INDEX: Final = "in_force.json"
_SEEN: Final = "latest_clock.txt"


@dataclass(frozen=True)
class StoredState:
    """A verified state.

    Attributes:
        progress: versions that no later state may fall behind.
        signed_at: when its timestamp was signed, UTC.
        association: fingerprint that the association's paths were judged by, or None.
        in_force: path → what is in force, since when, approved by whom.
        refused: path → error code.
    """

    progress: Progress
    signed_at: datetime
    association: str | None
    in_force: dict[str, InForce]
    refused: dict[str, str]


class CatalogueStore:
    """Files below one folder."""

    def __init__(self, folder: Path) -> None:
        self._index = folder / _INDEX
        self._seen = folder / _SEEN
        self._contents = folder / "contents"
        self._parsed: tuple[tuple[int, int, int], StoredState] | None = None

    def state(self) -> StoredState | None:
        """Give the last good state; None before the first, and when the file is damaged: the next sync mends it."""
        try:
            file = self._index.stat()
            mark = (file.st_ino, file.st_mtime_ns, file.st_size)
            if self._parsed is None or self._parsed[0] != mark:
                self._parsed = mark, _parse(self._index.read_bytes())
        except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return self._parsed[1]

    def replace_state(self, state: StoredState) -> None:
        """Put a new state into force and drop contents that no state names any more."""
        former = self.state()
        raw = {
            "versions": dict(sorted(state.progress.versions.items())),
            "online_keys": state.progress.online_keys,
            "signed_at": state.signed_at.isoformat(),
            "association": state.association,
            "in_force": {path: _written(item) for path, item in sorted(state.in_force.items())},
            "refused": state.refused,
        }
        self._index.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self._index, json.dumps(raw, indent=1).encode("utf-8"))
        kept = {item.listing.sha256 for each in (state, former) if each for item in each.in_force.values()}
        for path in self._contents.glob("*"):
            if path.name not in kept:
                path.unlink(missing_ok=True)

    def latest_clock(self) -> datetime | None:
        """Give the latest time that this machine's clock showed; None before the first sync, or when unreadable."""
        try:
            return datetime.fromisoformat(self._seen.read_text("ascii"))
        except (FileNotFoundError, ValueError):
            return None

    def replace_clock(self, now: datetime) -> None:
        """Keep the latest time of the clock, UTC."""
        self._seen.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self._seen, now.isoformat().encode("ascii"))

    def content(self, path: str, listing: Listing) -> bytes:
        """Give contents, checked once more against their hash.

        Raises:
            Untrusted: ``catalogue_cache_damaged``.
        """
        data = self._read(listing)
        if data is None:
            raise Untrusted("catalogue_cache_damaged", path=path)
        return data

    def has(self, listing: Listing) -> bool:
        """Say whether undamaged contents are here already."""
        return self._read(listing) is not None

    def file_for(self, listing: Listing) -> Path:
        """Name the file that contents shall be downloaded into."""
        self._contents.mkdir(parents=True, exist_ok=True)
        return self._contents / listing.sha256

    def _read(self, listing: Listing) -> bytes | None:
        try:
            data = (self._contents / listing.sha256).read_bytes()
        except FileNotFoundError:
            return None
        intact = len(data) == listing.length and hashlib.sha256(data).hexdigest() == listing.sha256
        return data if intact else None


def _written(item: InForce) -> dict[str, Any]:
    return {
        "length": item.listing.length,
        "sha256": item.listing.sha256,
        "since": item.since.isoformat(),
        "approvals": [
            [each.role, each.fingerprint, each.version, each.issued_at.isoformat()] for each in item.approvals
        ],
    }


def _read_back(raw: dict[str, Any]) -> InForce:
    approvals = tuple(
        Approval(role, fingerprint, version, datetime.fromisoformat(issued))
        for role, fingerprint, version, issued in raw["approvals"]
    )
    return InForce(Listing(raw["length"], raw["sha256"]), datetime.fromisoformat(raw["since"]), approvals)


def _parse(data: bytes) -> StoredState:
    raw = json.loads(data)
    return StoredState(
        progress=Progress(dict(raw["versions"]), tuple(raw["online_keys"])),
        signed_at=datetime.fromisoformat(raw["signed_at"]),
        association=raw["association"],
        in_force={path: _read_back(item) for path, item in raw["in_force"].items()},
        refused=raw["refused"],
    )
