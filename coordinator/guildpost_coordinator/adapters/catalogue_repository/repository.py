"""Publishing into the TUF repository with the online keys (port ``CatalogueRepository``)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import Signature
from tuf.api.metadata import Metadata, MetaFile, Snapshot, Targets, Timestamp

from guildpost_coordinator.adapters.catalogue_repository.ceremony import (
    OnlineKeys,
    write_role,
    write_snapshot,
    write_timestamp,
)
from guildpost_coordinator.adapters.catalogue_repository.codec import (
    assemble,
    canonical,
    listing_of,
    role_metadata,
)
from guildpost_coordinator.adapters.catalogue_repository.files import TIMESTAMP, RepositoryFiles
from guildpost_coordinator.app.ports.catalogue import SignedRole
from guildpost_coordinator.domain.catalogue import Listing, RoleListing
from guildpost_shared.catalogue_paths import OFFLINE_LIFETIME, TIMESTAMP_LIFETIME, Role
from guildpost_shared.errors import ConfigurationError, Untrusted

TIMESTAMP_DUE: Final = TIMESTAMP_LIFETIME - timedelta(days=1)  # re-signed once it is a day old
SNAPSHOT_DUE: Final = timedelta(days=15)


class TufRepository:
    """The published catalogue on disk."""

    def __init__(self, files: RepositoryFiles, online: OnlineKeys) -> None:
        """Open a repository.

        Raises:
            ConfigurationError: ``catalogue_missing``: there was no ceremony yet.
        """
        if not files.exists():
            raise ConfigurationError("catalogue_missing")
        self._files = files
        self._online = online

    def published(self, role: Role) -> RoleListing:
        """Give a role's published metadata; see the port."""
        return listing_of(Metadata[Targets].from_bytes(self.published_file(role)).signed)

    def published_file(self, role: Role) -> bytes:
        """Give the same as the signed file."""
        return self.read(f"{self.snapshot().meta[f'{role}.json'].version}.{role}.json")

    def draft(self, role: Role, version: int, targets: Mapping[str, Listing], *, now: datetime) -> bytes:
        """Write new, unsigned metadata; see the port."""
        del role
        return canonical(role_metadata(version, now + OFFLINE_LIFETIME, targets))

    def sign_online(self, role: Role, to_sign: bytes) -> bytes | None:
        """Sign for ``models``, the one delegated role whose key is online."""
        return self._online.models.sign(to_sign) if role == "models" else None

    def verify(self, role: Role, signed: SignedRole) -> None:
        """Check a signature against the role's delegated key; see the port."""
        self._signature(role, signed)

    def publish(self, roles: Mapping[Role, SignedRole], contents: Mapping[str, bytes], *, now: datetime) -> int:
        """Put signed metadata and contents into force at once; see the port."""
        files = {role: assemble(signed.to_sign, self._signature(role, signed)) for role, signed in roles.items()}
        for sha256, data in contents.items():
            self._files.write_target(sha256, data)
        metas: dict[str, MetaFile] = {}
        for role, data in files.items():
            metas |= write_role(self._files, role, data, Metadata[Targets].from_bytes(data).signed.version)
        return self.commit(metas, now=now)

    def refresh(self, *, now: datetime) -> bool:
        """Re-sign what is due; see the port."""
        if self.snapshot().expires - now <= SNAPSHOT_DUE:
            self.commit({}, now=now)
            return True
        stamp = self.timestamp()
        if stamp.expires - now > TIMESTAMP_DUE:
            return False
        write_timestamp(self._files, self._online, stamp.snapshot_meta, version=stamp.version + 1, now=now)
        return True

    def commit(self, metas: Mapping[str, MetaFile], *, now: datetime) -> int:
        """Put already written targets metadata into force with a new snapshot and timestamp.

        Returns:
            The new snapshot's version.
        """
        current, stamp = self.snapshot(), self.timestamp()
        write_snapshot(
            self._files,
            self._online,
            version=current.version + 1,
            timestamp_version=stamp.version + 1,
            metas={**current.meta, **metas},
            now=now,
        )
        return current.version + 1

    def timestamp(self) -> Timestamp:
        """Give the timestamp in force."""
        return Metadata[Timestamp].from_bytes(self.read(TIMESTAMP)).signed

    def snapshot(self) -> Snapshot:
        """Give the snapshot in force."""
        return (
            Metadata[Snapshot].from_bytes(self.read(f"{self.timestamp().snapshot_meta.version}.snapshot.json")).signed
        )

    def top_targets(self) -> Targets:
        """Give the top-level targets metadata in force, which delegates to the roles."""
        version = self.snapshot().meta["targets.json"].version
        return Metadata[Targets].from_bytes(self.read(f"{version}.targets.json")).signed

    def read(self, name: str) -> bytes:
        """Give a metadata file that must be there.

        Raises:
            ConfigurationError: ``catalogue_missing``: the folder was tampered with or half copied.
        """
        data = self._files.metadata(name)
        if data is None:
            raise ConfigurationError("catalogue_missing", detail=name)
        return data

    def _signature(self, role: Role, signed: SignedRole) -> Signature:
        """Find the delegated key that made a signature."""
        top = self.top_targets()
        for keyid in top.get_delegated_role(role).keyids:
            signature = Signature(keyid, signed.signature.hex())
            try:
                top.get_key(keyid).verify_signature(signature, signed.to_sign)
            except UnverifiedSignatureError:
                continue
            return signature
        raise Untrusted("proposal_bad_signature", role=role)
