from guildpost_coordinator.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_coordinator.app.publish_catalogue import publish_catalogue
from guildpost_coordinator.app.publishing import Publishing
from guildpost_coordinator.domain.catalogue import Listing, State
from guildpost_coordinator.domain.proposals import describe
from guildpost_coordinator.domain.roster import build_roster, same_members
from guildpost_shared.catalogue_paths import target_name
from guildpost_shared.identity.roster import TARGET_PATH, Roster, parse_roster


def publish_roster(publishing: Publishing, open_uow: OpenUnitOfWork, *, coordinator_key: bytes) -> str | None:
    """Put the roster of all active members up for signature, if it differs from the published one.

    Safe to run at any time: while a roster awaits signatures, or when the very same one was refused, nothing happens.

    Args:
        publishing: collaborators.
        open_uow: opens a transaction on the memberships.
        coordinator_key: raw Ed25519 key that signs round instructions, 32 bytes.

    Returns:
        The id of the publication, or None when there is nothing to do.
    """
    with publishing.turn:
        published = _published(publishing)
        with open_uow() as uow:
            members = uow.memberships.all()
        version = published.version + 1 if published else 1
        roster = build_roster(members, version=version, coordinator_key=coordinator_key)
        if not roster.entries or (published and same_members(roster, published)):
            return None
        if _is_in_flight(publishing, describe(roster.canonical_bytes)):
            return None
        return publish_catalogue(publishing, {TARGET_PATH: roster.canonical_bytes})


def _published(publishing: Publishing) -> Roster | None:
    listing = publishing.repository.published("legal").targets.get(target_name("legal", TARGET_PATH))
    if listing is None:
        return None
    with publishing.publications() as publications:
        return parse_roster(publications.content(listing.sha256))


def _is_in_flight(publishing: Publishing, listing: Listing) -> bool:
    with publishing.publications() as publications:
        latest = publications.latest_change(TARGET_PATH)
    if latest is None or latest.state is State.PUBLISHED:
        return False
    return latest.state in {State.DRAFT, State.AWAITING} or latest.changes[TARGET_PATH] == listing
