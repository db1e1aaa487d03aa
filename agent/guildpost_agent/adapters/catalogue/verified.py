"""One verified look at the catalogue with python-tuf's public updater.

The updater answers "who lists this path, with which hash" (``get_targetinfo``) but has no call that lists paths. The
names come from the metadata files that it keeps on disk: it writes a file there only after verifying it, and loads
each role on the first question about its namespace. These files are only asked for *names* and for the shape of the
delegations; what a role says about a name is asked of the updater again.

Delegations must be exactly as agreed, because a catalogue that delegates otherwise could go round the two roles: the
top-level role lists nothing itself, and each role has its own namespace, to the end (terminating), and no other.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

from tuf.api import exceptions as tuf
from tuf.api.metadata import Metadata, Snapshot, TargetFile, Targets, Timestamp
from tuf.api.serialization import DeserializationError
from tuf.ngclient import Updater, UpdaterConfig

from guildpost_agent.adapters.catalogue.fetcher import METADATA_BASE, TARGET_BASE, TransportFetcher
from guildpost_agent.app.ports.catalogue_source import CatalogueTransport
from guildpost_agent.domain.catalogue import Listing
from guildpost_shared.catalogue_keys import same_fingerprint
from guildpost_shared.catalogue_paths import (
    ASSOCIATION,
    MAX_TARGETS_PER_ROLE,
    ROLES,
    TIMESTAMP_LIFETIME,
    Role,
    delegation_patterns,
    path_in_namespace,
    target_name,
)
from guildpost_shared.errors import Refused, Untrusted

LIMITS: Final = UpdaterConfig(
    max_root_rotations=64,
    max_delegations=len(ROLES) + 1,
    root_max_length=64 * 1024,
    timestamp_max_length=16 * 1024,
    snapshot_max_length=64 * 1024,
    targets_max_length=1024 * 1024,
)
_Signed = TypeVar("_Signed", Snapshot, Targets, Timestamp)
_PROBE: Final = "services/-"  # no path of the grammar: asking for it loads a role's metadata and finds nothing


@dataclass(frozen=True)
class VerifiedCatalogue:
    """The roles' listings after every signature, version and date was checked."""

    snapshot: int
    signed_at: datetime
    listings: dict[str, dict[Role, Listing]]
    association_keys: tuple[bytes, ...]

    def has_association(self, fingerprint: str) -> bool:
        """Say whether the association's namespace hangs on exactly the key with this fingerprint."""
        return len(self.association_keys) == 1 and same_fingerprint(self.association_keys[0], fingerprint)


class CatalogueUpdater:
    """python-tuf's updater for one sync; afterwards a new one is made."""

    def __init__(self, folder: Path, transport: CatalogueTransport, root: bytes) -> None:
        """Load the trusted root.

        Args:
            folder: metadata that python-tuf has verified and keeps.
            transport: where files come from.
            root: bootstrap root metadata whose hash the caller has compared with the join code.

        Raises:
            Untrusted: ``catalogue_bad_signature``.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        with _translated():
            self._updater = Updater(
                str(folder),
                METADATA_BASE,
                target_base_url=TARGET_BASE,
                fetcher=TransportFetcher(transport),
                config=LIMITS,
                bootstrap=root,
            )

    def look(self) -> VerifiedCatalogue:
        """Fetch and verify everything but the contents.

        Raises:
            Untrusted: ``catalogue_bad_signature``, ``catalogue_rollback``, ``catalogue_expired`` or
                ``catalogue_bad_delegation``.
            Refused: ``catalogue_too_large``.
            Unavailable: the coordinator is away.
        """
        with _translated():
            self._updater.refresh()
            top = self._stored("targets", Targets)
            _check_delegations(top)
            snapshot = self._stored("snapshot", Snapshot)
            return VerifiedCatalogue(
                snapshot=snapshot.version,
                signed_at=self._stored("timestamp", Timestamp).expires - TIMESTAMP_LIFETIME,
                listings=self._listings(),
                association_keys=_keys_of(top, ASSOCIATION),
            )

    def download(self, role: Role, path: str, into: Path) -> None:
        """Fetch the contents that a role lists under a path; python-tuf verifies length and hash.

        Raises:
            Untrusted: ``catalogue_tampered_target``.
            Unavailable: the coordinator is away.
        """
        with _translated(), _as_tampered(path):
            target = self._updater.get_targetinfo(target_name(role, path))
            if target is None:
                raise tuf.RepositoryError(f"{path} vanished within one state")
            self._updater.download_target(target, str(into))

    def _listings(self) -> dict[str, dict[Role, Listing]]:
        listings: dict[str, dict[Role, Listing]] = {}
        for role in ROLES:
            for path, listing in self._listed_by(role):
                listings.setdefault(path, {})[role] = listing
        return listings

    def _listed_by(self, role: Role) -> Iterator[tuple[str, Listing]]:
        self._updater.get_targetinfo(target_name(role, _PROBE))
        names = list(self._stored(role, Targets).targets)
        if len(names) > MAX_TARGETS_PER_ROLE:
            raise Refused("catalogue_too_large", detail=f"{role} lists {len(names)}")
        for name in names:
            try:
                path = path_in_namespace(role, name)
            except Refused as error:
                raise Untrusted("catalogue_bad_delegation", detail=error.detail) from error
            target = self._updater.get_targetinfo(name)
            if target is not None:
                yield path, _listing(target)

    def _stored(self, role: str, kind: type[_Signed]) -> _Signed:
        """Read a metadata file that the updater has verified and written."""
        metadata = Metadata[_Signed].from_bytes((self._folder / f"{role}.json").read_bytes())
        if not isinstance(metadata.signed, kind):
            raise tuf.RepositoryError(f"{role} is no {kind.__name__}")
        return metadata.signed


def _listing(target: TargetFile) -> Listing:
    """Read a target's length and hash; other hash functions than SHA-256 are none of ours."""
    if set(target.hashes) != {"sha256"}:
        raise tuf.RepositoryError(f"{target.path} has other hashes than SHA-256")
    return Listing(target.length, target.hashes["sha256"])


def _check_delegations(top: Targets) -> None:
    """Compare the delegations with what was agreed.

    Raises:
        Untrusted: ``catalogue_bad_delegation``.
    """
    roles = (top.delegations.roles if top.delegations else None) or {}
    agreed = not top.targets and set(roles) == set(ROLES)
    for role in ROLES if agreed else ():
        delegation = roles[role]
        agreed &= delegation.paths == delegation_patterns(role) and delegation.terminating
    if not agreed:
        raise Untrusted("catalogue_bad_delegation")


def _keys_of(top: Targets, role: Role) -> tuple[bytes, ...]:
    keys = [top.get_key(keyid) for keyid in top.get_delegated_role(role).keyids]
    return tuple(bytes.fromhex(str(key.keyval["public"])) for key in keys)


@contextmanager
def _as_tampered(path: str) -> Iterator[None]:
    try:
        yield
    except (tuf.LengthOrHashMismatchError, tuf.DownloadLengthMismatchError, tuf.DownloadHTTPError) as error:
        raise Untrusted("catalogue_tampered_target", detail=path) from error


@contextmanager
def _translated() -> Iterator[None]:
    """Turn python-tuf's errors into ours; the transport's own errors pass through."""
    try:
        yield
    except tuf.BadVersionNumberError as error:
        raise Untrusted("catalogue_rollback", detail=str(error)) from error
    except tuf.ExpiredMetadataError as error:
        raise Untrusted("catalogue_expired", detail=str(error)) from error
    except (tuf.RepositoryError, tuf.DownloadError, DeserializationError, ValueError, KeyError) as error:
        raise Untrusted("catalogue_bad_signature", detail=f"{type(error).__name__}: {error}") from error
