"""Publishing: from a set of files to a catalogue that all required roles have signed.

A *publication* is a set of changes to the catalogue. Its life::

    ┌───────┐ propose  ┌──────────┐ publish  ┌───────────┐
    │ draft │─────────▶│ awaiting │─────────▶│ published │
    └───┬───┘          └────┬─────┘          └───────────┘
        │ withdraw          │ withdraw
        └─────────┬─────────┘
                  ▼
            ┌───────────┐
            │ withdrawn │  a signer refused, or a person took it back; the reason is kept
            └───────────┘

Of each role at most one publication is awaiting, so that every signer sees one line of versions; the others stay drafts
until it is their turn: what asks for other roles goes on beside them. A role's next version is one more than the
highest that was ever published *or signed*: a signer never signs two different contents under one version
(domain/proposals.py).

A recall waits for nobody: it needs one role's signature *alone* (either role's removal takes a path out of force), and
what is awaiting when it comes is *set aside*: a draft again, whose signatures so far are kept with a withdrawn copy.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guildpost_shared.catalogue_paths import ROLES, Role, SignerRole, required_roles, target_name
from guildpost_shared.errors import Conflict


class State(StrEnum):
    """Where a publication stands."""

    DRAFT = "draft"
    AWAITING = "awaiting"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Event(StrEnum):
    """What can happen to it."""

    PROPOSE = "propose"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    SET_ASIDE = "set_aside"


SET_ASIDE_REASON: Final = "proposal_superseded"
"""The reason on the copy that keeps the signatures of what was set aside."""

TRANSITIONS: Final[Mapping[tuple[State, Event], State]] = MappingProxyType(
    {
        (State.DRAFT, Event.PROPOSE): State.AWAITING,
        (State.DRAFT, Event.WITHDRAW): State.WITHDRAWN,
        (State.AWAITING, Event.PUBLISH): State.PUBLISHED,
        (State.AWAITING, Event.WITHDRAW): State.WITHDRAWN,
        (State.AWAITING, Event.SET_ASIDE): State.DRAFT,
    }
)


@dataclass(frozen=True)
class Listing:
    """What a role says about a target: length in bytes and SHA-256 in hex."""

    length: int
    sha256: str


@dataclass(frozen=True)
class RoleListing:
    """One version of a role's metadata; targets under their full names (``legal/services/hu_au.json``)."""

    version: int
    expires: datetime
    targets: Mapping[str, Listing]


@dataclass(frozen=True)
class RoleProposal:
    """A role's new metadata inside a publication, and its signature as soon as there is one (64 bytes)."""

    version: int
    to_sign: bytes
    signature: bytes | None = None


@dataclass(frozen=True)
class Publication:
    """A set of changes on its way into the catalogue.

    Attributes:
        changes: path without role → its new listing, or None to take it out.
        proposals: per required role, once it is proposed.
        reason: the error code of whoever withdrew it.
        alone: the one role that signs it, where a removal by that role is all that it is (recall); None for all.
    """

    publication_id: str
    state: State
    created_at: datetime
    changes: Mapping[str, Listing | None]
    proposals: Mapping[Role, RoleProposal] = field(default_factory=dict)
    reason: str = ""
    alone: SignerRole | None = None


def next_state(state: State, event: Event) -> State:
    """Give the state after an event.

    Raises:
        Conflict: ``illegal_transition``.
    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise Conflict("illegal_transition", state=state.value, event=event.value) from None


def roles_to_sign(paths: Iterable[str]) -> tuple[Role, ...]:
    """Name every role whose metadata changes when these paths change."""
    needed = {role for path in paths for role in required_roles(path)}
    return tuple(role for role in ROLES if role in needed)


def signers_of(publication: Publication) -> tuple[Role, ...]:
    """Name every role whose metadata a publication changes."""
    roles = roles_to_sign(publication.changes)
    return roles if publication.alone is None else tuple(role for role in roles if role == publication.alone)


def changed_targets(role: Role, current: RoleListing, changes: Mapping[str, Listing | None]) -> dict[str, Listing]:
    """Apply the changes that concern one role to its current targets."""
    targets = dict(current.targets)
    for path, listing in changes.items():
        if role not in required_roles(path):
            continue
        if listing is None:
            targets.pop(target_name(role, path), None)
        else:
            targets[target_name(role, path)] = listing
    return targets


def listings_to_read(current: RoleListing, proposed: RoleListing) -> tuple[Listing, ...]:
    """List what a signer has to see: everything that a proposal adds or changes."""
    new = (item for name, item in proposed.targets.items() if current.targets.get(name) != item)
    return tuple(dict.fromkeys(new))


def propose(publication: Publication, proposals: Mapping[Role, RoleProposal]) -> Publication:
    """Put a draft up for signature.

    Raises:
        Conflict: ``illegal_transition``.
    """
    return replace(publication, state=next_state(publication.state, Event.PROPOSE), proposals=dict(proposals))


def sign(publication: Publication, role: Role, version: int, signature: bytes) -> Publication:
    """Add a verified signature; the same one again changes nothing.

    Raises:
        Conflict: ``proposal_superseded``: this version of this role does not await a signature (any more).
    """
    proposal = publication.proposals.get(role)
    if publication.state is not State.AWAITING or proposal is None or proposal.version != version:
        raise Conflict("proposal_superseded", role=role, version=version)
    signed = {**publication.proposals, role: replace(proposal, signature=signature)}
    return replace(publication, proposals=signed)


def is_complete(publication: Publication) -> bool:
    """Say whether every role that must sign has signed."""
    return all(proposal.signature is not None for proposal in publication.proposals.values())


def mark_published(publication: Publication) -> Publication:
    """Close a publication that is in the catalogue now.

    Raises:
        Conflict: ``illegal_transition``, also when a signature is missing.
    """
    if not is_complete(publication):
        raise Conflict("illegal_transition", state="awaiting (unsigned)", event=Event.PUBLISH.value)
    return replace(publication, state=next_state(publication.state, Event.PUBLISH))


def withdraw(publication: Publication, reason: str) -> Publication:
    """Take a publication back.

    Args:
        publication: a draft or awaiting one.
        reason: an error code.

    Raises:
        Conflict: ``illegal_transition``.
    """
    return replace(publication, state=next_state(publication.state, Event.WITHDRAW), reason=reason)


def set_aside(publication: Publication, copy_id: str) -> tuple[Publication, Publication]:
    """Make room for a recall.

    Args:
        publication: the awaiting one.
        copy_id: id of the withdrawn copy.

    Returns:
        The publication as a draft without proposals, and a withdrawn copy that keeps them: a version that somebody
        has signed is never given to other contents.

    Raises:
        Conflict: ``illegal_transition``.
    """
    copy = replace(withdraw(publication, SET_ASIDE_REASON), publication_id=copy_id)
    return replace(publication, state=next_state(publication.state, Event.SET_ASIDE), proposals={}), copy
