from collections.abc import Callable
from dataclasses import dataclass

from guildpost_coordinator.app.ports.signing import MetadataReader, RoleKey, SignedLog, SigningDesk
from guildpost_coordinator.domain.proposals import ContentChecks, Review, check_contents, review
from guildpost_shared.clock import Clock
from guildpost_shared.errors import GuildpostError, ProtocolViolation, Refused, Untrusted
from guildpost_shared.proposals import Proposal

Approve = Callable[[Review], bool]
"""Show a person what a proposal changes and take the answer."""


@dataclass(frozen=True)
class Signer:
    """The collaborators of a signer process."""

    desk: SigningDesk
    key: RoleKey
    log: SignedLog
    reader: MetadataReader
    checks: ContentChecks
    approve: Approve
    clock: Clock


@dataclass(frozen=True)
class Signed:
    """What was signed: the changes (None when an earlier signature was handed in again), and what came of it."""

    version: int
    review: Review | None
    in_force: bool


def sign_pending(signer: Signer) -> Signed | None:
    """Look once at what awaits this role, judge it, and sign or refuse.

    Returns:
        What was signed, or None when nothing awaited.

    Raises:
        Refused: the proposal failed a check (domain/proposals.py) or a person said no (``proposal_declined``); the
            coordinator was told.
        Untrusted: ``proposal_bad_signature``: the coordinator shows something as signed by this key that is not.
        Unavailable: the coordinator is away.
    """
    proposal = signer.desk.pending()
    if proposal is None:
        return None
    try:
        changes = _judge(signer, proposal)
    except (ProtocolViolation, Refused, Untrusted) as error:
        signer.desk.refuse(proposal.version, error.code)
        raise
    if changes is not None:
        signer.log.record(proposal.version, proposal.to_sign)
    in_force = signer.desk.submit(proposal.version, signer.key.sign(proposal.to_sign))
    return Signed(proposal.version, changes, in_force)


def _judge(signer: Signer, proposal: Proposal) -> Review | None:
    """Check a proposal against this signer's own record; None means that these very bytes were signed before."""
    base = _last_signed(signer, proposal)
    if base == proposal.to_sign:
        return None
    proposed = signer.reader.read(proposal.to_sign)
    if proposal.role != signer.key.role or proposal.version != proposed.version:
        raise Refused("proposal_wrong_version", role=signer.key.role)
    changes = review(signer.key.role, signer.reader.read(base), proposed, now=signer.clock.now())
    for path, listing in changes.contents_to_read.items():
        contents = signer.desk.content(listing.sha256, limit=listing.length)
        check_contents(path, listing, contents, signer.checks)
    if not signer.approve(changes):
        raise Refused("proposal_declined", role=signer.key.role)
    return changes


def _last_signed(signer: Signer, proposal: Proposal) -> bytes:
    """Give what this key signed last: its own record, or a newer published version that verifies under this key."""
    own = signer.log.latest()
    try:
        published = signer.key.verify_file(proposal.previous)
    except GuildpostError:
        if own is None:
            raise
        return own
    if own is None or signer.reader.read(published).version > signer.reader.read(own).version:
        return published
    return own
