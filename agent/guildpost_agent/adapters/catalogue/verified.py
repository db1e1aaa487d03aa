"""One verified look at the catalogue: what every role lists, once the metadata itself is verified (``updater``).

The metadata files are only asked for *names* and for the shape of the delegations; what a role says about a name is
asked of the updater.

Delegations must be exactly as agreed, because a catalogue that delegates otherwise could go round the two roles: the
top-level role lists nothing itself, each role has its own namespace, to the end (terminating), and no other; and no
key speaks for two of them or counts twice for one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from tuf.api import exceptions as tuf
from tuf.api.metadata import Root, Snapshot, TargetFile, Targets, Timestamp

from guildpost_agent.adapters.catalogue.updater import MetadataUpdater, translated
from guildpost_agent.app.ports.catalogue_source import CatalogueTransport
from guildpost_agent.domain.catalogue import Listing
from guildpost_agent.domain.catalogue_approvals import Approval
from guildpost_agent.domain.catalogue_progress import ROOT, Progress
from guildpost_shared.catalogue_keys import key_fingerprint, same_fingerprint
from guildpost_shared.catalogue_paths import (
    ASSOCIATION,
    MAX_TARGETS_PER_ROLE,
    OFFLINE_LIFETIME,
    ROLES,
    TIMESTAMP_LIFETIME,
    Role,
    delegation_patterns,
    path_in_namespace,
    target_name,
)
from guildpost_shared.errors import Refused, Untrusted

_PROBE: Final = "services/-"  # no path of the grammar: asking for it loads a role's metadata and finds nothing


@dataclass(frozen=True)
class VerifiedCatalogue:
    """The roles' listings after every signature, version and date was checked, and what says how new they are."""

    progress: Progress
    signed: dict[Role, Approval]
    signed_at: datetime
    listings: dict[str, dict[Role, Listing]]
    association_keys: tuple[bytes, ...]

    def has_association(self, fingerprint: str) -> bool:
        """Say whether the association's namespace hangs on exactly the key with this fingerprint."""
        return len(self.association_keys) == 1 and same_fingerprint(self.association_keys[0], fingerprint)


class CatalogueUpdater:
    """A sync's look at the catalogue; afterwards a new one is made."""

    def __init__(self, folder: Path, transport: CatalogueTransport, root: bytes) -> None:
        """Load the trusted root.

        Args:
            folder: metadata that was verified and is kept.
            transport: where files come from.
            root: bootstrap root metadata whose hash the caller has compared with the join code.

        Raises:
            Untrusted: ``catalogue_bad_signature``.
        """
        self._updater = MetadataUpdater(folder, transport, root)

    def look(self) -> VerifiedCatalogue:
        """Fetch and verify everything but the contents.

        Raises:
            Untrusted: ``catalogue_bad_signature``, ``catalogue_rollback``, ``catalogue_expired`` or
                ``catalogue_bad_delegation``.
            Refused: ``catalogue_too_large``.
            Unavailable: the coordinator is away.
        """
        self._updater.refresh()
        top = self._updater.stored("targets", Targets)
        _check_delegations(top)
        timestamp = self._updater.stored("timestamp", Timestamp)
        with translated():
            return VerifiedCatalogue(
                progress=self._progress(timestamp.version),
                signed={role: self._signed(top, role) for role in ROLES},
                signed_at=timestamp.expires - TIMESTAMP_LIFETIME,
                listings=self._listings(),
                association_keys=_keys_of(top, ASSOCIATION),
            )

    def download(self, role: Role, path: str, into: Path) -> None:
        """Fetch the contents that a role lists under a path; length and hash are verified.

        Raises:
            Untrusted: ``catalogue_tampered_target``.
            Unavailable: the coordinator is away.
        """
        target = self._updater.target(target_name(role, path))
        if target is None:
            raise Untrusted("catalogue_bad_signature", detail=f"{path} vanished within one state")
        self._updater.fetch(target, into)

    def _signed(self, top: Targets, role: Role) -> Approval:
        self._updater.target(target_name(role, _PROBE))
        metadata = self._updater.stored(role, Targets)
        fingerprint = key_fingerprint(_keys_of(top, role)[0])
        return Approval(role, fingerprint, metadata.version, metadata.expires - OFFLINE_LIFETIME)

    def _progress(self, timestamp: int) -> Progress:
        root = self._updater.stored(ROOT, Root)
        snapshot = self._updater.stored("snapshot", Snapshot)
        roles = {name.removesuffix(".json"): entry.version for name, entry in snapshot.meta.items()}
        return Progress(
            versions={**roles, ROOT: root.version, "snapshot": snapshot.version, "timestamp": timestamp},
            online_keys=tuple(sorted({*root.roles["snapshot"].keyids, *root.roles["timestamp"].keyids})),
        )

    def _listings(self) -> dict[str, dict[Role, Listing]]:
        listings: dict[str, dict[Role, Listing]] = {}
        for role in ROLES:
            for path, listing in self._listed_by(role):
                listings.setdefault(path, {})[role] = listing
        return listings

    def _listed_by(self, role: Role) -> Iterator[tuple[str, Listing]]:
        names = list(self._updater.stored(role, Targets).targets)
        if len(names) > MAX_TARGETS_PER_ROLE:
            raise Refused("catalogue_too_large", detail=f"{role} lists {len(names)}")
        for name in names:
            try:
                path = path_in_namespace(role, name)
            except Refused as error:
                raise Untrusted("catalogue_bad_delegation", detail=error.detail) from error
            target = self._updater.target(name)
            if target is not None:
                yield path, _listing(target)


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
    with translated():
        keys = [key for role in ROLES for key in _keys_of(top, role)] if agreed else []
    if not agreed or len(set(keys)) < len(keys):
        raise Untrusted("catalogue_bad_delegation")


def _keys_of(top: Targets, role: Role) -> tuple[bytes, ...]:
    keys = [top.get_key(keyid) for keyid in top.get_delegated_role(role).keyids]
    return tuple(bytes.fromhex(str(key.keyval["public"])) for key in keys)
