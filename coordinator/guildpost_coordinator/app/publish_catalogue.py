from collections.abc import Iterable, Mapping

from guildpost_coordinator.app.advance_publications import advance_publications
from guildpost_coordinator.app.publishing import Publishing
from guildpost_coordinator.domain.catalogue import Listing, Publication, State
from guildpost_coordinator.domain.proposals import check_contents, describe
from guildpost_shared.catalogue_paths import MAX_TARGET_BYTES, check_path
from guildpost_shared.errors import Refused
from guildpost_shared.ids import new_id


def publish_catalogue(publishing: Publishing, paths: Mapping[str, bytes], *, remove: Iterable[str] = ()) -> str:
    """Put files up for signature; they are in force once every required role has signed.

    Args:
        publishing: collaborators.
        paths: path without role → contents.
        remove: paths to take out of the catalogue (recall).

    Returns:
        The id of the publication.

    Raises:
        Refused: ``publication_empty``, ``catalogue_bad_path``, ``catalogue_target_too_large``, or what the check of
            a kind says about its contents.
    """
    publication_id = draft_publication(publishing, paths, remove=remove)
    advance_publications(publishing)
    return publication_id


def draft_publication(publishing: Publishing, paths: Mapping[str, bytes], *, remove: Iterable[str] = ()) -> str:
    """Record files for publishing without proposing them yet; the coordinator's next tick does that.

    Args:
        publishing: collaborators.
        paths: path without role → contents.
        remove: paths to take out of the catalogue (recall).

    Returns:
        The id of the publication.

    Raises:
        Refused: see ``publish_catalogue``.
    """
    changes: dict[str, Listing | None] = {check_path(path): None for path in remove}
    for path, contents in paths.items():
        changes[check_path(path)] = _listing(publishing, path, contents)
    if not changes:
        raise Refused("publication_empty")
    publication = Publication(new_id(publishing.entropy), State.DRAFT, publishing.clock.now(), changes)
    with publishing.publications() as publications:
        publications.add(publication, {describe(contents).sha256: contents for contents in paths.values()})
    return publication.publication_id


def _listing(publishing: Publishing, path: str, contents: bytes) -> Listing:
    if len(contents) > MAX_TARGET_BYTES:
        raise Refused("catalogue_target_too_large", path=path)
    listing = describe(contents)
    check_contents(path, listing, contents, publishing.checks)
    return listing
