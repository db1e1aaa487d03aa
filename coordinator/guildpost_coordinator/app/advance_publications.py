from collections.abc import Mapping

from guildpost_coordinator.app.ports.catalogue import Publications, SignedRole
from guildpost_coordinator.app.publishing import Publishing
from guildpost_coordinator.domain.catalogue import (
    Publication,
    RoleProposal,
    State,
    changed_targets,
    is_complete,
    mark_published,
    propose,
    set_aside,
    signers_of,
)
from guildpost_shared.catalogue_paths import Role
from guildpost_shared.ids import new_id


def advance_publications(publishing: Publishing) -> None:
    """Take publications as far as they can go: publish what is fully signed, propose the next draft.

    Idempotent: a tick may run it at any time, and after a crash it goes on where the record stands.
    """
    with publishing.turn:
        while _step(publishing):
            pass


def _step(publishing: Publishing) -> bool:
    """Do one step in its own transaction; say whether anything moved."""
    with publishing.publications() as publications:
        awaiting = publications.in_state(State.AWAITING)
        complete = next(filter(is_complete, awaiting), None)
        if complete is not None:
            return _publish(publishing, publications, complete)
        first = set[Role]()  # what was handed in earlier has these roles first
        for draft in publications.in_state(State.DRAFT):
            roles = {*signers_of(draft)}
            before = [one for one in awaiting if roles & one.proposals.keys()]
            if not before and not roles & first:
                publications.save(propose(draft, _proposals(publishing, publications, draft)))
                return True
            if before and draft.alone is not None and all(one.alone is None for one in before):
                return _set_aside(publishing, publications, before[0])
            first |= roles
        return False


def _set_aside(publishing: Publishing, publications: Publications, awaiting: Publication) -> bool:
    """Let a recall pass; what waited is a draft again and keeps its id."""
    draft, copy = set_aside(awaiting, new_id(publishing.entropy))
    publications.save(draft)
    publications.add(copy, {})
    publications.save(copy)
    return True


def _proposals(publishing: Publishing, publications: Publications, draft: Publication) -> dict[Role, RoleProposal]:
    """Write the new metadata of each role whose targets really change; the online role signs at once."""
    proposals: dict[Role, RoleProposal] = {}
    repository = publishing.repository
    for role in signers_of(draft):
        current = repository.published(role)
        targets = changed_targets(role, current, draft.changes)
        if targets == current.targets:
            continue
        version = max(current.version, publications.highest_signed_version(role)) + 1
        to_sign = repository.draft(role, version, targets, now=publishing.clock.now())
        proposals[role] = RoleProposal(version, to_sign, repository.sign_online(role, to_sign))
    return proposals


def _publish(publishing: Publishing, publications: Publications, awaiting: Publication) -> bool:
    """Put a fully signed publication into force; nothing to sign means that nothing changed."""
    publications.save(mark_published(awaiting))
    if awaiting.proposals:
        version = publishing.repository.publish(
            _signed(awaiting), _contents(publications, awaiting), now=publishing.clock.now()
        )
        publishing.announce(version)
    return True


def _signed(publication: Publication) -> Mapping[Role, SignedRole]:
    return {
        role: SignedRole(proposal.to_sign, proposal.signature)
        for role, proposal in publication.proposals.items()
        if proposal.signature is not None
    }


def _contents(publications: Publications, publication: Publication) -> dict[str, bytes]:
    wanted = {listing.sha256 for listing in publication.changes.values() if listing is not None}
    return {sha256: publications.content(sha256) for sha256 in wanted}
