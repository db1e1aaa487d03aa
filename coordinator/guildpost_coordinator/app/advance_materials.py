from collections.abc import Sequence
from datetime import datetime

from guildpost_coordinator.app.material_desk import keep_step
from guildpost_coordinator.app.ports.lifecycle import Lifecycle, OpenLifecycle
from guildpost_coordinator.domain.catalogue import Listing, Publication
from guildpost_coordinator.domain.catalogue import State as PublicationState
from guildpost_coordinator.domain.material import AT_THE_SIGNERS, IN_FORCE, Material, State, is_due
from guildpost_coordinator.domain.material_steps import hand_over, mark_published, refuse, remove, supersede
from guildpost_coordinator.domain.proposals import describe
from guildpost_shared.clock import Clock
from guildpost_shared.entropy import Entropy
from guildpost_shared.ids import new_id

STAYING = frozenset({State.PUBLISHED, State.RETIRE_ASKED})
"""In force, and nothing takes it out but a newer edition."""


def advance_materials(open_lifecycle: OpenLifecycle, clock: Clock, entropy: Entropy) -> None:
    """Note what the signers decided, and hand over what is approved and due; a tick of the running coordinator.

    Each part is one transaction that changes material and publication together: a crash leaves both as they were, and
    a clock that jumps finds what was handed over already in another state. What is due at the same look goes out as
    one publication, so that a service and its templates come into force together.
    """
    with open_lifecycle() as record:
        for material in record.materials.in_state(*AT_THE_SIGNERS):
            _settle(record, material, clock.now())
        due = [one for one in record.materials.in_state(State.APPROVED_LEGAL) if is_due(one, clock.now())]
        if due:
            _hand_over(record, due, new_id(entropy), clock.now())


def _settle(record: Lifecycle, material: Material, now: datetime) -> None:
    carrier = record.publications.get(material.publication_id)
    if carrier is None or carrier.state in {PublicationState.DRAFT, PublicationState.AWAITING}:
        return
    if carrier.state is PublicationState.WITHDRAWN:
        keep_step(record, refuse(material, carrier.reason, now=now))
    elif material.state is State.SIGNING:
        published = keep_step(record, mark_published(material, now=now))
        for former in _in_force_before(record, published):
            if former.state in STAYING:
                keep_step(record, supersede(former, published, now=now))
    else:
        keep_step(record, remove(material, now=now))


def _hand_over(record: Lifecycle, due: Sequence[Material], publication_id: str, now: datetime) -> None:
    changes: dict[str, Listing | None] = {}
    contents: dict[str, bytes] = {}
    for material in due:
        keep_step(record, hand_over(material, publication_id, now=now))
        for former in _in_force_before(record, material):
            changes.update(dict.fromkeys(path for path in former.contents if path not in material.contents))
        for path, sha256 in material.contents.items():
            contents[sha256] = record.materials.content(sha256)
            changes[path] = describe(contents[sha256])
    record.publications.add(Publication(publication_id, PublicationState.DRAFT, now, changes), contents)


def _in_force_before(record: Lifecycle, material: Material) -> list[Material]:
    """List older editions under the same key that are in force."""
    older = (one for one in record.materials.editions(material.key) if one.edition < material.edition)
    return [one for one in older if one.state in IN_FORCE]
