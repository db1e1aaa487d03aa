"""A material's life: who wrote it, who approved exactly which contents, when it is published, and how it ends.

A *material* is one version of a template (all its parts, languages and tones) or a service definition: a set of
catalogue paths with the SHA-256 of their contents. ``domain/material_names`` says which paths belong together. Its
life, first until it is in force::

              submit          approve_marketing                approve_legal
    ┌───────┐─────────▶┌────────┐────────▶┌────────────────────┐────────▶┌────────────────┐
    │ draft │          │ review │         │ approved_marketing │         │ approved_legal │
    └───────┘◀─────────└────────┘◀────────└────────────────────┘◀────────└───────┬────────┘
        ▲     reject, edit                reject, edit        reject, edit       │ hand_over, once its time has come
        │            reject, or refuse (a signer said no)                        ▼
        └────────────────────────────────────────────────────────────────────┌─────────┐ publish ┌───────────┐
                                                                             │ signing │────────▶│ published │
                                                                             └─────────┘         └───────────┘
and then to its end::

                recall                   remove (signed)
    ┌───────────┐──────▶┌───────────┐───────────────────────▶┌──────────┐
    │ published │       │ recalling │                        │ recalled │
    └──┬─────▲──┘◀──────└───────────┘                        └──────────┘
       │     │   refuse   ▲       ▲
       │     │            │recall │recall
       │     │ reject     │       │
       │   ┌─┴────────────┴┐ retire (the other role) ┌──────────┐ remove (signed) ┌─────────┐
       ├──▶│ retire_asked  │────────────────────────▶│ retiring │────────────────▶│ retired │
       │   └───────────────┘                         └──────────┘                 └─────────┘
       │ ask_retire           refuse leads back to published                           ▲
       └─ supersede (a newer edition is in force), also from retire_asked ─────────────┘

Rules:

1. nobody who wrote any of the contents approves them: not whoever edited or submitted this edition, not whoever once
   wrote a part that stands in it, in any earlier edition or version;
2. two persons approve, one with the right of marketing, one with the right of legal;
3. an approval names the exact contents; other contents make a draft of it and void every approval;
4. a recall needs one person of either role: haste is the point. A retirement needs one of each;
5. whatever sends something back or takes it away says why.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guildpost_coordinator.domain.people import Person, Right
from guildpost_shared.errors import Conflict, Refused


class State(StrEnum):
    """Where a material stands."""

    DRAFT = "draft"
    REVIEW = "review"
    APPROVED_MARKETING = "approved_marketing"
    APPROVED_LEGAL = "approved_legal"
    SIGNING = "signing"
    PUBLISHED = "published"
    RECALLING = "recalling"
    RECALLED = "recalled"
    RETIRE_ASKED = "retire_asked"
    RETIRING = "retiring"
    RETIRED = "retired"


class Event(StrEnum):
    """What can happen to it."""

    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE_MARKETING = "approve_marketing"
    APPROVE_LEGAL = "approve_legal"
    REJECT = "reject"
    HAND_OVER = "hand_over"
    REFUSE = "refuse"
    PUBLISH = "publish"
    RECALL = "recall"
    ASK_RETIRE = "ask_retire"
    RETIRE = "retire"
    REMOVE = "remove"
    SUPERSEDE = "supersede"


TRANSITIONS: Final[Mapping[tuple[State, Event], State]] = MappingProxyType(
    {
        (State.DRAFT, Event.EDIT): State.DRAFT,
        (State.DRAFT, Event.SUBMIT): State.REVIEW,
        (State.REVIEW, Event.EDIT): State.DRAFT,
        (State.REVIEW, Event.REJECT): State.DRAFT,
        (State.REVIEW, Event.APPROVE_MARKETING): State.APPROVED_MARKETING,
        (State.APPROVED_MARKETING, Event.EDIT): State.DRAFT,
        (State.APPROVED_MARKETING, Event.REJECT): State.DRAFT,
        (State.APPROVED_MARKETING, Event.APPROVE_LEGAL): State.APPROVED_LEGAL,
        (State.APPROVED_LEGAL, Event.EDIT): State.DRAFT,
        (State.APPROVED_LEGAL, Event.REJECT): State.DRAFT,
        (State.APPROVED_LEGAL, Event.HAND_OVER): State.SIGNING,
        (State.SIGNING, Event.REJECT): State.DRAFT,
        (State.SIGNING, Event.REFUSE): State.DRAFT,
        (State.SIGNING, Event.PUBLISH): State.PUBLISHED,
        (State.PUBLISHED, Event.RECALL): State.RECALLING,
        (State.PUBLISHED, Event.ASK_RETIRE): State.RETIRE_ASKED,
        (State.PUBLISHED, Event.SUPERSEDE): State.RETIRED,
        (State.RETIRE_ASKED, Event.RECALL): State.RECALLING,
        (State.RETIRE_ASKED, Event.REJECT): State.PUBLISHED,
        (State.RETIRE_ASKED, Event.RETIRE): State.RETIRING,
        (State.RETIRE_ASKED, Event.SUPERSEDE): State.RETIRED,
        (State.RETIRING, Event.RECALL): State.RECALLING,
        (State.RETIRING, Event.REMOVE): State.RETIRED,
        (State.RETIRING, Event.REFUSE): State.PUBLISHED,
        (State.RECALLING, Event.RECALL): State.RECALLING,
        (State.RECALLING, Event.REMOVE): State.RECALLED,
        (State.RECALLING, Event.REFUSE): State.PUBLISHED,
    }
)

APPROVING: Final[Mapping[Right, Event]] = MappingProxyType(
    {Right.MARKETING: Event.APPROVE_MARKETING, Right.LEGAL: Event.APPROVE_LEGAL}
)
IN_FORCE: Final = frozenset({State.PUBLISHED, State.RETIRE_ASKED, State.RETIRING, State.RECALLING})
OPEN: Final = frozenset({State.DRAFT, State.REVIEW, State.APPROVED_MARKETING, State.APPROVED_LEGAL, State.SIGNING})
"""Not published yet: readable only by those who write and judge material."""
AT_THE_SIGNERS: Final = frozenset({State.SIGNING, State.RECALLING, State.RETIRING})
MAX_COMMENT: Final = 2_000
COORDINATOR: Final = Person("", "guildpost-coordinator", "", frozenset(), "")
"""Who takes the steps that no person takes."""


@dataclass(frozen=True)
class Approval:
    """Who approved which contents for which role; ``digest`` is ``digest(contents)``."""

    role: Right
    person_id: str
    at: datetime
    digest: str


@dataclass(frozen=True)
class Step:
    """One step on record.

    Attributes:
        event: what happened.
        state: afterwards.
        person_id: of whoever did it; empty for the coordinator itself.
        person: the name at that time.
        at: wall clock, UTC.
        comment: why.
        role: for which role the person spoke, or None.
        contents: path → SHA-256 in hex, as they were after the step.
        before: part → SHA-256 of the version before, as it was then.
    """

    event: Event
    state: State
    person_id: str
    person: str
    at: datetime
    comment: str
    role: Right | None
    contents: Mapping[str, str]
    before: Mapping[str, str]


@dataclass(frozen=True)
class Material:
    """One edition of what a key names.

    Attributes:
        key: ``services/hu_au`` or ``templates/hu_au/1``.
        edition: 1, 2, … under this key; a new one begins when the last one was published or ended.
        contents: path → SHA-256 in hex.
        before: part → SHA-256 of the version before; empty for the first.
        authors: ids of everybody whose work this is (rule 1).
        approvals: of the contents as they are.
        publish_at: not before this instant (UTC); None for as soon as it is approved.
        publication_id: what brings it into the catalogue, or takes it out; empty before.
        steps: all that happened, oldest first.
        revision: the number of steps that are stored; writing checks it.
    """

    key: str
    edition: int
    state: State = State.DRAFT
    contents: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
    authors: frozenset[str] = frozenset()
    approvals: tuple[Approval, ...] = ()
    publish_at: datetime | None = None
    publication_id: str = ""
    steps: tuple[Step, ...] = ()
    revision: int = field(default=0, compare=False)

    @property
    def name(self) -> str:
        """How people name it: ``templates/hu_au/1@2``."""
        return f"{self.key}@{self.edition}"

    @property
    def digest(self) -> str:
        """Give the one hash that stands for all contents."""
        return digest(self.contents)

    def part(self, path: str) -> str:
        """Give a path's name inside the material, which is the same in another version of it."""
        return path.removeprefix(f"{self.key}/") if path.startswith(f"{self.key}/") else path

    def parts(self) -> dict[str, str]:
        """Give part → SHA-256."""
        return {self.part(path): sha256 for path, sha256 in self.contents.items()}


def digest(contents: Mapping[str, str]) -> str:
    """Hash contents: SHA-256 in hex over the lines ``path SHA-256``, sorted."""
    lines = "".join(f"{path} {sha256}\n" for path, sha256 in sorted(contents.items()))
    return hashlib.sha256(lines.encode("utf-8")).hexdigest()


def next_state(state: State, event: Event) -> State:
    """Give the state after an event.

    Raises:
        Conflict: ``material_step_impossible``.
    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise Conflict("material_step_impossible", f"{event.value} in {state.value}") from None


def may_read(material: Material, person: Person) -> bool:
    """Say whether somebody may see contents: until they are published, only those who write and judge material."""
    concerned = person.rights & {Right.AUTHOR, *APPROVING}
    return person.active and (material.state not in OPEN or bool(concerned))


def require_approved(material: Material) -> None:
    """Check rules 1 to 3 once more, on nothing but the record.

    Raises:
        Refused: ``material_not_approved``.
    """
    valid = [one for one in material.approvals if one.digest == material.digest]
    roles, people = {one.role for one in valid}, {one.person_id for one in valid}
    if roles != set(APPROVING) or len(people) != len(valid) or people & material.authors or not material.authors:
        raise Refused("material_not_approved", material=material.name)


def is_due(material: Material, now: datetime) -> bool:
    """Say whether an approved material's time has come."""
    return material.state is State.APPROVED_LEGAL and (material.publish_at is None or material.publish_at <= now)
