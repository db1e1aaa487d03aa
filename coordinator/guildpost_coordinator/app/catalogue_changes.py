"""What an agent will ask for, from what it says it has verified before: in the order in which an updater asks.

1  newer roots, and that there is no newer one
2  the timestamp
3  the snapshot that it names, if it is new
4  each role's metadata that the snapshot names, if it is new
5  targets that a role lists newly, in the role from which agents fetch them

It saves questions, nothing else: an agent verifies each file, and asks by name for what is not among them. So a file of
the repository that is not as expected ends the list, and what is too large for one answer is left out.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from guildpost_coordinator.app.ports.catalogue import CatalogueFiles
from guildpost_shared.catalogue_changes import (
    HELD_ROLES,
    MAX_CHANGED_FILES,
    MAX_CHANGES_BYTES,
    CatalogueFile,
    metadata_name,
)
from guildpost_shared.catalogue_paths import ROLES, Role, path_in_namespace, required_roles
from guildpost_shared.errors import Refused

TIMESTAMP: Final = "timestamp.json"
_SNAPSHOT: Final = "snapshot"
_ROOT: Final = "root"


def changes_since(files: CatalogueFiles, held: Mapping[str, int]) -> tuple[CatalogueFile, ...]:
    """List what is new since an agent's last sync.

    Args:
        files: the published files.
        held: role → version of its metadata that the agent has verified; nothing at first.

    Returns:
        At most ``MAX_CHANGED_FILES`` files with ``MAX_CHANGES_BYTES`` together.
    """
    chosen: list[CatalogueFile] = []
    room = MAX_CHANGES_BYTES
    try:
        for file in _in_order(files, held):
            size = len(file.data or b"")
            if size <= room:
                chosen.append(file)
                room -= size
            if len(chosen) == MAX_CHANGED_FILES:
                break
    except (ValueError, KeyError, TypeError, AttributeError, Refused):
        return tuple(chosen)
    return tuple(chosen)


def newest_root(files: CatalogueFiles, held: int) -> int:
    """Give the version of the newest root that follows on a held one (0: none is held) without a gap."""
    while files.metadata(metadata_name(_ROOT, held + 1)) is not None:
        held += 1
    return held


def _in_order(files: CatalogueFiles, held: Mapping[str, int]) -> Iterator[CatalogueFile]:
    yield from _roots(files, held.get(_ROOT, 0))  # 1
    timestamp = files.metadata(TIMESTAMP)
    if timestamp is None:
        return
    yield CatalogueFile(TIMESTAMP, timestamp)  # 2
    version = _versions(timestamp)[_SNAPSHOT]
    snapshot = files.metadata(metadata_name(_SNAPSHOT, version))
    if version == held.get(_SNAPSHOT) or snapshot is None:
        return
    yield CatalogueFile(metadata_name(_SNAPSHOT, version), snapshot)  # 3
    named = _versions(snapshot)
    changed = [role for role in HELD_ROLES if role in named and named[role] != held.get(role)]
    for role in changed:
        data = files.metadata(metadata_name(role, named[role]))
        if data is not None:
            yield CatalogueFile(metadata_name(role, named[role]), data)  # 4
    for role in ROLES:
        if role in changed:
            yield from _targets(files, role, named[role], held.get(role))  # 5


def _roots(files: CatalogueFiles, held: int) -> Iterator[CatalogueFile]:
    newest = newest_root(files, held)
    for version in range(held + 1, newest + 1):
        yield CatalogueFile(metadata_name(_ROOT, version), files.metadata(metadata_name(_ROOT, version)))
    yield CatalogueFile(metadata_name(_ROOT, newest + 1), None)


def _targets(files: CatalogueFiles, role: Role, version: int, held: int | None) -> Iterator[CatalogueFile]:
    """Give the contents that a version of a role lists and the held version does not."""
    known = set() if held is None else set(_listed(files, role, held).values())
    for target, sha256 in sorted(_listed(files, role, version).items()):
        if sha256 in known or required_roles(path_in_namespace(role, target))[0] != role:
            continue
        folder, _, file = target.rpartition("/")
        name = f"{folder}/{sha256}.{file}"
        data = files.target(name)
        if data is not None:
            yield CatalogueFile(name, data)


def _versions(data: bytes) -> dict[str, int]:
    """Read which versions a timestamp or a snapshot names, by role."""
    meta: dict[str, Any] = json.loads(data)["signed"]["meta"]
    return {name.removesuffix(".json"): int(entry["version"]) for name, entry in meta.items()}


def _listed(files: CatalogueFiles, role: Role, version: int) -> dict[str, str]:
    """Read which targets a version of a role lists: name → SHA-256 in hex; nothing where there is no such version."""
    data = files.metadata(metadata_name(role, version))
    targets: dict[str, Any] = {} if data is None else json.loads(data)["signed"]["targets"]
    return {name: str(entry["hashes"]["sha256"]) for name, entry in targets.items()}
