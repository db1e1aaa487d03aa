"""The coordinator's side of signing: show what awaits a role, take its signature or its refusal."""

from guildpost_coordinator.app.advance_publications import advance_publications
from guildpost_coordinator.app.ports.catalogue import Publications, SignedRole
from guildpost_coordinator.app.publishing import Publishing
from guildpost_coordinator.domain.catalogue import Publication, State, sign, withdraw
from guildpost_shared.catalogue_paths import SignerRole
from guildpost_shared.errors import Conflict, Refused
from guildpost_shared.proposals import Proposal


def pending_proposal(publishing: Publishing, role: SignerRole) -> Proposal | None:
    """Give what awaits a role's signature, if anything does."""
    with publishing.turn, publishing.publications() as publications:
        awaiting = _awaiting(publications, role)
        proposal = awaiting.proposals[role] if awaiting is not None else None
        if proposal is None or proposal.signature is not None:
            return None
        return Proposal(role, proposal.version, proposal.to_sign, publishing.repository.published_file(role))


def proposed_content(publishing: Publishing, role: SignerRole, sha256: str) -> bytes:
    """Give contents of what awaits a role.

    Args:
        publishing: collaborators.
        role: the caller's role.
        sha256: hash of the contents, in hex.

    Raises:
        Refused: ``catalogue_file_missing``: nothing that awaits this role has these contents.
    """
    with publishing.publications() as publications:
        awaiting = _awaiting(publications, role)
        if awaiting is None or not _offers(awaiting, role, sha256):
            raise Refused("catalogue_file_missing", detail=f"content {sha256} for {role}")
        return publications.content(sha256)


def submit_signature(publishing: Publishing, role: SignerRole, version: int, signature: bytes) -> bool:
    """Take a role's signature; the last one that was missing puts the publication into force.

    Returns:
        Whether it is in force now.

    Raises:
        Untrusted: ``proposal_bad_signature``.
        Conflict: ``proposal_superseded``.
    """
    with publishing.turn:
        publication_id = record_signature(publishing, role, version, signature)
        advance_publications(publishing)
        with publishing.publications() as publications:
            now = publications.get(publication_id)
            return now is not None and now.state is State.PUBLISHED


def record_signature(publishing: Publishing, role: SignerRole, version: int, signature: bytes) -> str:
    """Keep a role's signature for the running coordinator, which goes on from there with its next look.

    Returns:
        The id of the publication.

    Raises:
        Untrusted: ``proposal_bad_signature``.
        Conflict: ``proposal_superseded``.
    """
    with publishing.publications() as publications:
        signed = sign(_proposed(publications, role, version), role, version, signature)
        publishing.repository.verify(role, SignedRole(signed.proposals[role].to_sign, signature))
        publications.save(signed)
    return signed.publication_id


def refuse_proposal(publishing: Publishing, role: SignerRole, version: int, code: str) -> None:
    """Withdraw a publication because a signer refuses it; the next draft gets its turn.

    Raises:
        Conflict: ``proposal_superseded``.
    """
    with publishing.turn:
        record_refusal(publishing, role, version, code)
        advance_publications(publishing)


def record_refusal(publishing: Publishing, role: SignerRole, version: int, code: str) -> None:
    """Withdraw a publication, and leave the next draft to the running coordinator; errors as above."""
    with publishing.publications() as publications:
        publications.save(withdraw(_proposed(publications, role, version), code))


def _awaiting(publications: Publications, role: SignerRole) -> Publication | None:
    """Find what awaits a role; of each role there is one at most."""
    return next((one for one in publications.in_state(State.AWAITING) if role in one.proposals), None)


def _proposed(publications: Publications, role: SignerRole, version: int) -> Publication:
    publication = _awaiting(publications, role)
    if publication is None or publication.proposals[role].version != version:
        raise Conflict("proposal_superseded", role=role, version=version)
    return publication


def _offers(publication: Publication, role: SignerRole, sha256: str) -> bool:
    """Say whether the bytes to sign name these contents: what a signer must see depends on what it signed last."""
    proposal = publication.proposals.get(role)
    return proposal is not None and sha256.encode("ascii") in proposal.to_sign
