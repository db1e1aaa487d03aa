"""What every step on material works with: the record, the clock, and who is asking."""

import hashlib
from dataclasses import dataclass

from guildpost_coordinator.app.ports.lifecycle import Lifecycle, OpenLifecycle
from guildpost_coordinator.app.ports.unit_of_work import AuditEntry
from guildpost_coordinator.domain.material import IN_FORCE, Material, State, may_read
from guildpost_coordinator.domain.material_names import is_key, keys_before
from guildpost_coordinator.domain.people import Person
from guildpost_coordinator.domain.proposals import ContentChecks
from guildpost_shared.clock import Clock
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import Refused, Untrusted


@dataclass(frozen=True)
class MaterialDesk:
    """The collaborators of the use cases around material.

    Attributes:
        open: opens a transaction.
        clock: the wall clock.
        entropy: randomness of ids and tokens.
        checks: kind → check of contents, asked when a material is submitted.
    """

    open: OpenLifecycle
    clock: Clock
    entropy: Entropy
    checks: ContentChecks


def token_hash(token: str) -> str:
    """Give what is kept of a personal token: SHA-256 in hex (a token has 160 random bits, so no salt is needed)."""
    return hashlib.sha256(token.strip().encode("utf-8")).hexdigest()


def identify(record: Lifecycle, token: str) -> Person:
    """Find whose token it is.

    Raises:
        Untrusted: ``person_token_unknown``.
    """
    person = record.people.by_token(token_hash(token))
    if person is None:
        raise Untrusted("person_token_unknown")
    return person


def found(record: Lifecycle, actor: Person, name: str) -> Material:
    """Find a material that somebody may see.

    Args:
        record: the transaction.
        actor: who asks.
        name: ``templates/hu_au/1`` (the newest edition) or ``templates/hu_au/1@2``.

    Raises:
        Refused: ``material_unknown``: there is none, or it is nobody's business yet but its people's.
    """
    key, _, edition = name.partition("@")
    editions = record.materials.editions(key) if is_key(key) else []
    wanted = [one for one in editions if not edition or str(one.edition) == edition]
    if not wanted or not may_read(wanted[-1], actor):
        raise Refused("material_unknown", material=name[:160])
    return wanted[-1]


def earlier_versions(record: Lifecycle, material: Material) -> list[Material]:
    """List every earlier edition and lower version, first the one that a material takes the place of.

    That one is the last edition that was in force, or that of the highest lower version; where none ever was, the list
    begins with what has no contents.
    """
    known = [one.key for one in record.materials.latest_of_all()]
    keys = [material.key, *keys_before(material.key, known)]
    editions = {key: record.materials.editions(key) for key in keys}
    editions[material.key] = [one for one in editions[material.key] if one.edition < material.edition]
    former = (_last_in_force(editions[key]) for key in keys)
    replaced = next((one for one in former if one is not None), Material(material.key, 0))
    return [replaced, *(one for key in keys for one in editions[key] if one != replaced)]


def keep_step(record: Lifecycle, material: Material) -> Material:
    """Store a material after a step, and the step in the audit log."""
    step = material.steps[-1]
    who = step.person if step.role is None else f"{step.person} ({step.role.value})"
    record.audit.append(AuditEntry(step.at, who[:120], f"material_{step.event.value}", material.name))
    return record.materials.save(material)


def _last_in_force(editions: list[Material]) -> Material | None:
    ended = IN_FORCE | {State.RETIRED, State.RECALLED}
    return next((one for one in reversed(editions) if one.state in ended), None)
