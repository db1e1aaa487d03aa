from collections.abc import Iterable, Mapping
from typing import Final

from guildpost_coordinator.app.advance_publications import advance_publications
from guildpost_coordinator.app.ports.catalogue import OpenPublications, Publications
from guildpost_coordinator.app.publishing import Publishing
from guildpost_coordinator.domain.catalogue import Listing, Publication, State
from guildpost_coordinator.domain.proposals import ContentChecks, check_contents, describe
from guildpost_shared.catalogue_paths import MAX_TARGET_BYTES, check_path
from guildpost_shared.clock import Clock
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import Refused
from guildpost_shared.ids import new_id

STUDIES: Final = "studies/"


def publish_catalogue(publishing: Publishing, paths: Mapping[str, bytes], *, remove: Iterable[str] = ()) -> str:
    """Put files up for signature; they are in force once every required role has signed.

    Args:
        publishing: collaborators.
        paths: path without role → contents.
        remove: paths to take out of the catalogue (recall).

    Returns:
        The id of the publication.

    Raises:
        Refused: ``publication_empty``, ``catalogue_bad_path``, ``catalogue_target_too_large``,
            ``study_version_taken``, or what the check of a kind says about its contents.
    """
    publication_id = draft_publication(
        paths,
        remove=remove,
        publications=publishing.publications,
        clock=publishing.clock,
        entropy=publishing.entropy,
        checks=publishing.checks,
    )
    advance_publications(publishing)
    return publication_id


def draft_publication(
    paths: Mapping[str, bytes],
    *,
    remove: Iterable[str] = (),
    publications: OpenPublications,
    clock: Clock,
    entropy: Entropy,
    checks: ContentChecks,
) -> str:
    """Record files for publishing without proposing them yet: no key is needed, the coordinator's next tick goes on.

    Args:
        paths: path without role → contents.
        remove: paths to take out of the catalogue (recall).
        publications: opens a transaction.
        clock: the wall clock.
        entropy: randomness of the id.
        checks: kind → check of contents.

    Returns:
        The id of the publication.

    Raises:
        Refused: see ``publish_catalogue``.
    """
    changes: dict[str, Listing | None] = {check_path(path): None for path in remove}
    for path, contents in paths.items():
        changes[path] = _listing(check_path(path), contents, checks)
    if not changes:
        raise Refused("publication_empty")
    publication = Publication(new_id(entropy), State.DRAFT, clock.now(), changes)
    with publications() as record:
        for path in paths:
            _require_new(path, changes[path], record)
        record.add(publication, {describe(contents).sha256: contents for contents in paths.values()})
    return publication.publication_id


def _require_new(path: str, listing: Listing | None, record: Publications) -> None:
    """Refuse other contents under a study's version: by it was counted, and by it agents believe its releases."""
    latest = record.latest_change(path) if path.startswith(STUDIES) else None
    known = None if latest is None or latest.state is State.WITHDRAWN else latest.changes[path]
    if known is not None and known != listing:
        raise Refused("study_version_taken", path=path)


def _listing(path: str, contents: bytes, checks: ContentChecks) -> Listing:
    if len(contents) > MAX_TARGET_BYTES:
        raise Refused("catalogue_target_too_large", path=path)
    listing = describe(contents)
    check_contents(path, listing, contents, checks)
    return listing
