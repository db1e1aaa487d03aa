"""The first metadata of a catalogue: what is agreed once, with all keys at hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from tuf.api.metadata import DelegatedRole, Delegations, Key, Metadata, MetaFile, Root, Snapshot, Targets, Timestamp

from guildpost_coordinator.adapters.catalogue_repository.codec import role_metadata
from guildpost_coordinator.adapters.catalogue_repository.files import TIMESTAMP, RepositoryFiles
from guildpost_coordinator.adapters.catalogue_repository.keys import CatalogueKey
from guildpost_shared.catalogue_paths import OFFLINE_LIFETIME, ROLES, TIMESTAMP_LIFETIME, Role, delegation_patterns
from guildpost_shared.errors import Conflict

SNAPSHOT_LIFETIME: Final = timedelta(days=30)

_Signed = TypeVar("_Signed", Root, Targets, Snapshot, Timestamp)


@dataclass(frozen=True)
class OnlineKeys:
    """What the coordinator itself may sign."""

    snapshot: CatalogueKey
    timestamp: CatalogueKey
    models: CatalogueKey


@dataclass(frozen=True)
class CeremonyKeys:
    """Every key of a new catalogue."""

    root: CatalogueKey
    marketing: CatalogueKey
    legal: CatalogueKey
    association: CatalogueKey
    online: OnlineKeys

    def of(self, role: Role) -> CatalogueKey:
        """Give a delegated role's key."""
        keys: Mapping[Role, CatalogueKey] = {
            "marketing": self.marketing,
            "legal": self.legal,
            "association": self.association,
            "models": self.online.models,
        }
        return keys[role]


def found_catalogue(files: RepositoryFiles, keys: CeremonyKeys, *, now: datetime) -> bytes:
    """Write a new, empty catalogue.

    Args:
        files: where it shall live.
        keys: every key, once together.
        now: wall clock, UTC.

    Returns:
        The first root metadata; join codes carry its hash.

    Raises:
        Conflict: ``catalogue_exists``.
    """
    if files.exists():
        raise Conflict("catalogue_exists")
    later = (now + OFFLINE_LIFETIME).replace(microsecond=0)
    root_file = signed_file(_root(keys, later), keys.root)
    files.write_metadata("1.root.json", root_file)
    metas: dict[str, MetaFile] = {}
    for role in ROLES:
        metas |= write_role(files, role, signed_file(role_metadata(1, later, {}), keys.of(role)), 1)
    targets = Targets(version=1, expires=later, delegations=delegations({r: keys.of(r).tuf_key for r in ROLES}))
    metas |= write_role(files, "targets", signed_file(targets, keys.root), 1)
    write_snapshot(files, keys.online, version=1, timestamp_version=1, metas=metas, now=now)
    return root_file


def delegations(role_keys: Mapping[Role, Key]) -> Delegations:
    """Delegate to each role its own namespace, with its one key, and to nobody after it (terminating)."""
    return Delegations(
        keys={key.keyid: key for key in role_keys.values()},
        roles={
            role: DelegatedRole(role, [key.keyid], threshold=1, terminating=True, paths=delegation_patterns(role))
            for role, key in role_keys.items()
        },
    )


def signed_file(signed: _Signed, *keys: CatalogueKey) -> bytes:
    """Sign metadata with one or more keys and give the file."""
    metadata = Metadata(signed)
    for key in keys:
        metadata.sign(key.signer, append=True)
    return metadata.to_bytes()


def write_role(files: RepositoryFiles, role: str, data: bytes, version: int) -> dict[str, MetaFile]:
    """Write a version of targets metadata; give its entry for the snapshot."""
    files.write_metadata(f"{version}.{role}.json", data)
    return {f"{role}.json": MetaFile.from_data(version, data, ["sha256"])}


def write_snapshot(
    files: RepositoryFiles,
    online: OnlineKeys,
    *,
    version: int,
    timestamp_version: int,
    metas: Mapping[str, MetaFile],
    now: datetime,
) -> None:
    """Write a snapshot and then the timestamp that puts it into force."""
    expires = (now + SNAPSHOT_LIFETIME).replace(microsecond=0)
    data = signed_file(Snapshot(version=version, expires=expires, meta=dict(metas)), online.snapshot)
    files.write_metadata(f"{version}.snapshot.json", data)
    write_timestamp(files, online, MetaFile.from_data(version, data, ["sha256"]), version=timestamp_version, now=now)


def write_timestamp(
    files: RepositoryFiles, online: OnlineKeys, snapshot: MetaFile, *, version: int, now: datetime
) -> None:
    """Write the timestamp; from here on agents see the snapshot it names."""
    expires = (now + TIMESTAMP_LIFETIME).replace(microsecond=0)
    files.write_metadata(
        TIMESTAMP, signed_file(Timestamp(version=version, expires=expires, snapshot_meta=snapshot), online.timestamp)
    )


def _root(keys: CeremonyKeys, expires: datetime) -> Root:
    root = Root(version=1, expires=expires, consistent_snapshot=True)
    for role in ("root", "targets"):
        root.add_key(keys.root.tuf_key, role)
    root.add_key(keys.online.snapshot.tuf_key, "snapshot")
    root.add_key(keys.online.timestamp.tuf_key, "timestamp")
    return root
