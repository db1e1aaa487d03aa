"""The register of the brand's people; rights are checked here, whoever asks."""

import base64
from collections.abc import Iterable

from guildpost_coordinator.app.material_desk import MaterialDesk, identify, token_hash
from guildpost_coordinator.app.ports.lifecycle import Lifecycle
from guildpost_coordinator.app.ports.unit_of_work import AuditEntry
from guildpost_coordinator.domain.people import Person, Right, change_rights, enter, remove
from guildpost_shared.ids import new_id

TOKEN_BYTES = 20


def add_person(desk: MaterialDesk, token: str | None, *, name: str, email: str, rights: Iterable[Right]) -> str:
    """Enter a person.

    Args:
        desk: collaborators.
        token: an administrator's; None for the first person of an empty register.
        name: as it shall stand in records.
        email: known once.
        rights: at least one.

    Returns:
        The new person's token: 32 lower-case base32 characters, shown once and never again.

    Raises:
        Untrusted: ``person_token_unknown``.
        Refused: ``person_right_missing``, ``person_invalid`` or ``person_first_administrator``.
        Conflict: ``person_exists``.
    """
    fresh = base64.b32encode(desk.entropy.token_bytes(TOKEN_BYTES)).decode("ascii").lower()
    entry = Person(new_id(desk.entropy), name, email, frozenset(rights), token_hash(fresh))
    with desk.open() as record:
        known = record.people.all()
        actor = identify(record, token) if token is not None else None
        entered = enter(known, actor, entry)
        _keep(desk, record, actor, entered, "person_add")
    return fresh


def set_rights(desk: MaterialDesk, token: str, *, email: str, rights: Iterable[Right]) -> Person:
    """Give a person other rights.

    Raises:
        Untrusted: ``person_token_unknown``.
        Refused: ``person_right_missing``, ``person_unknown``, ``person_own_rights`` or ``person_invalid``.
    """
    with desk.open() as record:
        known, actor = record.people.all(), identify(record, token)
        changed = change_rights(known, actor, email, frozenset(rights))
        _keep(desk, record, actor, changed, "person_rights")
    return changed


def remove_person(desk: MaterialDesk, token: str, *, email: str) -> Person:
    """End a person's rights and token; what the person did stays on record.

    Raises:
        Untrusted: ``person_token_unknown``.
        Refused: ``person_right_missing``, ``person_unknown`` or ``person_own_rights``.
    """
    with desk.open() as record:
        known, actor = record.people.all(), identify(record, token)
        gone = remove(known, actor, email)
        _keep(desk, record, actor, gone, "person_remove")
    return gone


def list_people(desk: MaterialDesk, token: str) -> list[Person]:
    """List everybody who may act, by e-mail; anybody of them may know.

    Raises:
        Untrusted: ``person_token_unknown``.
    """
    with desk.open() as record:
        identify(record, token)
        return [person for person in record.people.all() if person.active]


def _keep(desk: MaterialDesk, record: Lifecycle, actor: Person | None, person: Person, action: str) -> None:
    rights = ",".join(sorted(right.value for right in person.rights)) or "-"
    who = actor.name if actor else "first entry"
    record.people.save(person)
    record.audit.append(AuditEntry(desk.clock.now(), who, action, f"{person.email} {rights}"))
