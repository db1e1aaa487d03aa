"""What a change of keys writes, and what anybody who signs it checks and reads.

======== ============================================================ ==========================
purpose  documents                                                    signed by
======== ============================================================ ==========================
a role   delegations with its new key; its listing anew               root; the new key
root     root n+1 with the new key; delegations anew                  old and new root key; new
online   root n+1 with new snapshot and timestamp keys; delegations   root; root
         with the new key of ``models``
renew    root n+1 and delegations, good for another year              root; root
======== ============================================================ ==========================

A new root is signed by the old and the new key, so that every agent walks from the root it knows to the new one (TUF
specification 1.0.34, section 6.1). The coordinator's own files (``models``, snapshot, timestamp) it signs itself.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from securesystemslib.signer import Key, SSlibKey
from tuf.api.metadata import Metadata, Root, Targets

from guildpost_coordinator.adapters.catalogue_repository.ceremony import delegations
from guildpost_coordinator.adapters.catalogue_repository.codec import listing_of, role_metadata
from guildpost_coordinator.adapters.catalogue_repository.files import RepositoryFiles, newest_root
from guildpost_coordinator.adapters.catalogue_repository.key_request import KeyRequest, document
from guildpost_coordinator.adapters.catalogue_repository.repository import TufRepository
from guildpost_coordinator.domain.catalogue import Listing
from guildpost_shared.catalogue_keys import key_fingerprint
from guildpost_shared.catalogue_paths import OFFLINE_LIFETIME, ROLES, SIGNER_ROLES, Role, SignerRole, path_in_namespace
from guildpost_shared.errors import GuildpostError, Refused, Untrusted

Kept = Literal["keep", "empty"] | int
TOP_ROLES: Final = ("root", "targets", "snapshot", "timestamp")
OFFLINE: Final = ("root", "targets")  # top roles that hang on the offline root key
MODELS: Final[Role] = "models"


class KeyOffice:
    """Writes requests about one catalogue."""

    def __init__(self, files: RepositoryFiles, repository: TufRepository, *, now: datetime) -> None:
        """Take a look at the catalogue in force.

        Args:
            files: the repository's files.
            repository: the repository.
            now: wall clock, UTC.
        """
        self._files = files
        self._repository = repository
        self._expires = (now + OFFLINE_LIFETIME).replace(microsecond=0)
        self.root = newest_root(files)
        self.top = repository.top_targets()

    def replace_role(self, role: SignerRole, new: Key, *, kept: Kept = "keep") -> KeyRequest:
        """Give a role another key.

        Args:
            role: whose key is replaced.
            new: its new key.
            kept: what the role lists afterwards: what it lists now, nothing (everything that needs it is recalled),
                or what it listed in an earlier version.

        Raises:
            Refused: ``key_request_no_version``.
        """
        listing = self._repository.published(role)
        again = role_metadata(listing.version + 1, self._expires, self._kept(role, kept))
        top = self._next_top({role: new})
        return KeyRequest(role, (document(top, "targets", root_key(self.root)), document(again, role, new)))

    def replace_root(self, new: Key) -> KeyRequest:
        """Replace the offline root key."""
        old = root_key(self.root)
        root = self._next_root()
        for role in OFFLINE:
            root.revoke_key(old.keyid, role)
            root.add_key(new, role)
        return KeyRequest("root", (document(self._next_top({}), "targets", new), document(root, "root", old, new)))

    def replace_online(self, snapshot: Key, timestamp: Key, models: Key) -> KeyRequest:
        """Replace the coordinator's own three keys."""
        root = self._next_root()
        for role, new in (("snapshot", snapshot), ("timestamp", timestamp)):
            for keyid in list(root.roles[role].keyids):
                root.revoke_key(keyid, role)
            root.add_key(new, role)
        signer = root_key(self.root)
        top = self._next_top({MODELS: models})
        return KeyRequest("online", (document(top, "targets", signer), document(root, "root", signer)))

    def renew(self) -> KeyRequest:
        """Let root and delegations be good for another year, with the keys as they are."""
        signer = root_key(self.root)
        top, root = self._next_top({}), self._next_root()
        return KeyRequest("renew", (document(top, "targets", signer), document(root, "root", signer)))

    def _next_root(self) -> Root:
        root = Root.from_dict(self.root.to_dict())
        root.version += 1
        root.expires = self._expires
        return root

    def _next_top(self, changed: Mapping[Role, Key]) -> Targets:
        keys = {**role_keys(self.top), **changed}
        return Targets(version=self.top.version + 1, expires=self._expires, delegations=delegations(keys))

    def _kept(self, role: Role, kept: Kept) -> Mapping[str, Listing]:
        if kept == "empty":
            return {}
        if kept == "keep":
            return self._repository.published(role).targets
        earlier = self._files.metadata(f"{kept}.{role}.json")
        if earlier is None:
            raise Refused("key_request_no_version", role=role, version=kept)
        return listing_of(Metadata[Targets].from_bytes(earlier).signed).targets


def root_key(root: Root) -> Key:
    """Give the offline root key."""
    return root.get_key(root.roles["root"].keyids[0])


def role_keys(top: Targets) -> dict[Role, Key]:
    """Give each delegated role's key."""
    return {role: top.get_key(top.get_delegated_role(role).keyids[0]) for role in ROLES}


def fingerprint_of(key: Key) -> str:
    """Give a key's printed fingerprint."""
    return key_fingerprint(bytes.fromhex(str(key.keyval["public"])))


def public_key(raw: bytes) -> Key:
    """Make the key that metadata names from its 32 public bytes (Ed25519)."""
    return SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(raw))


def check_request(request: KeyRequest) -> None:
    """Check that documents are of the agreed shape, whoever wrote them.

    Raises:
        Refused: ``key_request_unreadable``.
        Untrusted: ``key_request_not_agreed``: a root or delegations other than the product makes, or a role that lists
            what is none of its business.
    """
    for item in request.documents:
        signed = item.signed
        try:
            agreed = _root_agreed(signed) if isinstance(signed, Root) else _targets_agreed(item.role, signed)
        except (ValueError, KeyError, TypeError, AttributeError, GuildpostError) as error:
            raise Untrusted("key_request_not_agreed", detail=str(error), document=item.name) from error
        if not agreed:
            raise Untrusted("key_request_not_agreed", document=item.name)


def _root_agreed(root: Root) -> bool:
    keys = {role: root.roles[role].keyids for role in TOP_ROLES}
    single = all(len(keyids) == 1 and root.roles[role].threshold == 1 for role, keyids in keys.items())
    named = {keyid for keyids in keys.values() for keyid in keyids} == set(root.keys)
    apart = keys["root"] == keys["targets"] and not {*keys["snapshot"], *keys["timestamp"]} & {*keys["root"]}
    return bool(single and named and apart and root.consistent_snapshot and not root.unrecognized_fields)


def _targets_agreed(role: str, targets: Targets) -> bool:
    if role != "targets":
        (name,) = (known for known in SIGNER_ROLES if known == role)
        for target in targets.targets:
            path_in_namespace(name, target)
        return targets.delegations is None and not targets.unrecognized_fields
    if targets.delegations is None:
        return False
    keys = role_keys(targets)
    distinct = len({str(key.keyval["public"]) for key in keys.values()}) == len(keys)
    agreed = delegations(keys).to_dict() == targets.delegations.to_dict()
    return distinct and agreed and not targets.targets and not targets.unrecognized_fields


def summary(request: KeyRequest) -> list[str]:
    """Say what documents bring about, one line each, for whoever signs: role → fingerprint, versions, terms."""
    lines = []
    for item in request.documents:
        signed = item.signed
        lines.append(f"{item.name}  → {signed.expires:%Y-%m-%d}")
        if isinstance(signed, Root):
            lines += [
                f"  {role:12} {fingerprint_of(signed.get_key(signed.roles[role].keyids[0]))}" for role in TOP_ROLES
            ]
        elif item.role == "targets":
            lines += [f"  {role:12} {fingerprint_of(key)}" for role, key in role_keys(signed).items()]
        else:
            lines += [f"  {name}  {file.length} B  {file.hashes['sha256']}" for name, file in signed.targets.items()]
    return lines
