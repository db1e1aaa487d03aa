"""Keys replaced at once, by whoever claims to hold the root key: for tests of what agents make of it.

How a brand does it, in files that travel to the signers, is ``guildpost_coordinator.cli.key_request`` and its siblings.
"""

from datetime import datetime

from tuf.api.metadata import Key

from guildpost_coordinator.adapters.catalogue_repository.ceremony import (
    delegations,
    signed_file,
    write_role,
)
from guildpost_coordinator.adapters.catalogue_repository.codec import role_metadata
from guildpost_coordinator.adapters.catalogue_repository.files import RepositoryFiles, newest_root
from guildpost_coordinator.adapters.catalogue_repository.keys import CatalogueKey
from guildpost_coordinator.adapters.catalogue_repository.repository import TufRepository
from guildpost_shared.catalogue_paths import OFFLINE_LIFETIME, ROLES, Role


def replace_role_key(
    files: RepositoryFiles,
    repository: TufRepository,
    root: CatalogueKey,
    role: Role,
    new: CatalogueKey,
    *,
    now: datetime,
) -> int:
    """Give a delegated role another key.

    Args:
        files: the repository's files.
        repository: the repository, with its online keys.
        root: the offline root key, which signs the delegations.
        role: whose key is replaced.
        new: its new key.
        now: wall clock, UTC.

    Returns:
        The new version of the catalogue.
    """
    top = repository.top_targets()
    keys: dict[Role, Key] = {name: top.get_key(top.get_delegated_role(name).keyids[0]) for name in ROLES}
    top.delegations = delegations({**keys, role: new.tuf_key})
    top.version += 1
    listing = repository.published(role)
    again = role_metadata(listing.version + 1, now + OFFLINE_LIFETIME, listing.targets)
    metas = write_role(files, "targets", signed_file(top, root), top.version)
    metas |= write_role(files, role, signed_file(again, new), again.version)
    return repository.commit(metas, now=now)


def replace_root_key(
    files: RepositoryFiles, repository: TufRepository, old: CatalogueKey, new: CatalogueKey, *, now: datetime
) -> int:
    """Replace the offline root key, which also signs the delegations; arguments and result as above."""
    root = newest_root(files)
    for role in ("root", "targets"):
        root.revoke_key(old.tuf_key.keyid, role)
        root.add_key(new.tuf_key, role)
    root.version += 1
    root.expires = (now + OFFLINE_LIFETIME).replace(microsecond=0)
    files.write_metadata(f"{root.version}.root.json", signed_file(root, old, new))
    top = repository.top_targets()
    top.version += 1
    return repository.commit(write_role(files, "targets", signed_file(top, new), top.version), now=now)
