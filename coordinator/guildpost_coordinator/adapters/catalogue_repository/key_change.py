"""Putting a fully signed change of keys into force; nothing else may write to the catalogue meanwhile.

1. Every document is as agreed, follows the published version, and has every signature, by the keys that the *published*
   catalogue and the documents themselves name – not by those that the request claims.
2. Documents are written under new names, the root last of them; then snapshot and timestamp put them into force.
3. New online keys take the place of the old ones, whose files are gone then.

Each step may be done again: after a crash the same request is put into force once more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from securesystemslib.signer import Key
from tuf.api.metadata import MetaFile, Root, Targets

from guildpost_coordinator.adapters.catalogue_repository.ceremony import (
    OnlineKeys,
    signed_file,
    write_role,
)
from guildpost_coordinator.adapters.catalogue_repository.codec import role_metadata
from guildpost_coordinator.adapters.catalogue_repository.files import RepositoryFiles, newest_root
from guildpost_coordinator.adapters.catalogue_repository.key_documents import (
    MODELS,
    check_request,
    role_keys,
    root_key,
)
from guildpost_coordinator.adapters.catalogue_repository.key_request import Document, KeyRequest
from guildpost_coordinator.adapters.catalogue_repository.repository import TufRepository
from guildpost_shared.catalogue_paths import OFFLINE_LIFETIME, ROLES
from guildpost_shared.errors import Conflict, Untrusted

ROOT: Final = "root"
TOP: Final = "targets"


@dataclass(frozen=True)
class KeyChange:
    """What a change works on: the files, and the online keys as they are and as they shall be (the same otherwise)."""

    files: RepositoryFiles
    before: OnlineKeys
    after: OnlineKeys


def apply_request(change: KeyChange, request: KeyRequest, *, now: datetime) -> int:
    """Put a change of keys into force.

    Args:
        change: what it works on.
        request: with every signature.
        now: wall clock, UTC.

    Returns:
        The version of the catalogue in force (TUF snapshot).

    Raises:
        Refused: ``key_request_unreadable``.
        Untrusted: ``key_request_not_agreed``.
        Conflict: ``key_request_unsigned`` or ``key_request_stale``.
    """
    check_request(request)
    if request.missing:
        raise Conflict("key_request_unsigned", missing=", ".join(keyid[:16] for keyid in request.missing))
    repository = TufRepository(change.files, change.after)
    by_role = {document.role: document for document in request.documents}
    top = by_role.get(TOP)
    if top is None:
        raise Untrusted("key_request_not_agreed", document=request.purpose)
    if change.files.metadata(top.name) == top.file() and repository.snapshot().meta["targets.json"].version == _version(
        top
    ):
        return repository.snapshot().version  # done before: only step 3 was missing
    _check_signatures(change, repository, by_role)
    metas = _write(change, repository, by_role, now=now)
    return repository.commit(metas, now=now)


def _version(document: Document) -> int:
    return int(document.name.split(".")[0])


def _check_signatures(change: KeyChange, repository: TufRepository, by_role: Mapping[str, Document]) -> None:
    """Check each document's version and its signatures by the keys that have to be there."""
    published = newest_root(change.files)
    root_document = by_role.get(ROOT)
    root = root_document.signed if root_document else published
    top = by_role[TOP].signed
    if not isinstance(root, Root) or not isinstance(top, Targets):
        raise Untrusted("key_request_not_agreed", document=TOP)
    needed: dict[str, tuple[Key, ...]] = {TOP: (root_key(root),)}
    if root_document is not None:
        written = change.files.metadata(root_document.name) == root_document.file()
        _follows(root_document, published.version - written)
        needed[ROOT] = (root_key(root),) if written else (root_key(published), root_key(root))
    _follows(by_role[TOP], repository.top_targets().version)
    keys, former = role_keys(top), role_keys(repository.top_targets())
    listed = {*by_role, MODELS} if change.after != change.before else {*by_role}
    if any(keys[role] != former[role] and role not in listed for role in keys):
        raise Untrusted("key_request_not_agreed", document=by_role[TOP].name)  # its listing would hang on no key
    for role in ROLES:
        if role in by_role:
            _follows(by_role[role], repository.published(role).version)
            needed[role] = (keys[role],)
    for name, document in by_role.items():
        if name not in needed or not all(document.verified_by(key) for key in needed[name]):
            raise Untrusted("key_request_not_agreed", document=document.name)


def _follows(document: Document, version: int) -> None:
    if _version(document) != version + 1:
        raise Conflict("key_request_stale", document=document.name)


def _write(
    change: KeyChange, repository: TufRepository, by_role: Mapping[str, Document], *, now: datetime
) -> dict[str, MetaFile]:
    metas: dict[str, MetaFile] = {}
    for name, document in by_role.items():
        if name != ROOT:
            metas |= write_role(change.files, name, document.file(), _version(document))
    if change.after != change.before:  # the online role's listing hangs on its new key
        listing = repository.published(MODELS)
        again = role_metadata(listing.version + 1, now + OFFLINE_LIFETIME, listing.targets)
        metas |= write_role(change.files, MODELS, signed_file(again, change.after.models), again.version)
    if ROOT in by_role:
        change.files.write_metadata(by_role[ROOT].name, by_role[ROOT].file())
    return metas
