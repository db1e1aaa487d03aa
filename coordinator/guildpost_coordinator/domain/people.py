"""The brand's people: who writes material, who approves it for marketing and legal, who keeps this register.

A person is known by the e-mail address, for good: somebody who leaves and comes back is the same person, so that nobody
approves own work under a second name. Rules:

1. only an administrator changes the register, except for its first entry, which must be an administrator;
2. nobody changes or ends the own rights, so that one administrator is always left.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from guildpost_shared.errors import Conflict, Refused

_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_MAX_NAME: Final = 120


class Right(StrEnum):
    """What a person may do."""

    AUTHOR = "author"
    MARKETING = "marketing"
    LEGAL = "legal"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Person:
    """Somebody of the brand.

    Attributes:
        person_id: never given to anybody else.
        name: as it stands in records.
        email: lower case; known once.
        rights: none once removed.
        token_hash: SHA-256 of the personal token in hex; empty once removed.
    """

    person_id: str
    name: str
    email: str
    rights: frozenset[Right]
    token_hash: str

    @property
    def active(self) -> bool:
        """Say whether the person may still act."""
        return bool(self.token_hash)


def normalise(email: str) -> str:
    """Give the one form of an address."""
    return email.strip().lower()


def enter(known: Iterable[Person], actor: Person | None, entry: Person) -> Person:
    """Enter a person, or take one back under the identity it had.

    Args:
        known: the whole register.
        actor: who does it; None for the first entry of an empty register.
        entry: with a fresh id and token.

    Returns:
        The person to keep.

    Raises:
        Refused: ``person_invalid``, ``person_right_missing`` or ``person_first_administrator``.
        Conflict: ``person_exists``.
    """
    people = list(known)
    if not any(person.active for person in people):
        if Right.ADMINISTRATOR not in entry.rights:
            raise Refused("person_first_administrator")
    else:
        require(actor, Right.ADMINISTRATOR)
    name, email = entry.name.strip(), normalise(entry.email)
    if not 0 < len(name) <= _MAX_NAME or not name.isprintable() or not _EMAIL.fullmatch(email) or not entry.rights:
        raise Refused("person_invalid")
    former = next((person for person in people if person.email == email), None)
    if former is not None and former.active:
        raise Conflict("person_exists", email=email)
    return replace(entry, person_id=former.person_id if former else entry.person_id, name=name, email=email)


def change_rights(known: Iterable[Person], actor: Person | None, email: str, rights: frozenset[Right]) -> Person:
    """Give a person other rights.

    Raises:
        Refused: ``person_right_missing``, ``person_not_entered``, ``person_own_rights`` or ``person_invalid`` (no right
            at all: remove the person).
    """
    if not rights:
        raise Refused("person_invalid")
    return _changed(known, actor, email, lambda person: replace(person, rights=rights))


def remove(known: Iterable[Person], actor: Person | None, email: str) -> Person:
    """End a person's rights and token; what the person did stays on record.

    Raises:
        Refused: as for ``change_rights``.
    """
    return _changed(known, actor, email, lambda person: replace(person, rights=frozenset(), token_hash=""))


def require(actor: Person | None, right: Right) -> Person:
    """Let only somebody with a right pass.

    Raises:
        Refused: ``person_right_missing``.
    """
    if actor is None or not actor.active or right not in actor.rights:
        raise Refused("person_right_missing", right=right.value)
    return actor


def _changed(known: Iterable[Person], actor: Person | None, email: str, change: Callable[[Person], Person]) -> Person:
    administrator, people = require(actor, Right.ADMINISTRATOR), list(known)
    person = next((one for one in people if one.email == normalise(email) and one.active), None)
    if person is None:
        raise Refused("person_not_entered", email=normalise(email))
    if person.person_id == administrator.person_id:
        raise Refused("person_own_rights")
    return change(person)
