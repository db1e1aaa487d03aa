"""The life of material in memory (ports ``Lifecycle``, ``Materials``, ``People``, ``Publications``, ``AuditLog``).

fake = FakeLifecycle()
with fake.open() as record:                  # a block that raises leaves everything as it was
    record.people.save(person)
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace

from guildpost_coordinator.app.ports.unit_of_work import AuditEntry
from guildpost_coordinator.domain.catalogue import Publication
from guildpost_coordinator.domain.catalogue import State as PublicationState
from guildpost_coordinator.domain.material import Material, State
from guildpost_coordinator.domain.people import Person
from guildpost_shared.catalogue_paths import Role
from guildpost_shared.errors import Conflict, Refused


@dataclass
class _Stored:
    """Everything that lasts."""

    materials: dict[tuple[str, int], Material] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    publications: dict[str, Publication] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    audit: list[AuditEntry] = field(default_factory=list)


class FakeMaterials:
    """Materials, in the order in which they were begun."""

    def __init__(self, stored: _Stored) -> None:
        self._stored = stored

    def save(self, material: Material) -> Material:
        name = (material.key, material.edition)
        known = self._stored.materials.get(name)
        if (known.revision if known else 0) != material.revision:
            raise Conflict("material_changed", material=material.name)
        self._stored.materials[name] = replace(material, revision=len(material.steps))
        return self._stored.materials[name]

    def latest(self, key: str) -> Material | None:
        return next(iter(reversed(self.editions(key))), None)

    def editions(self, key: str) -> list[Material]:
        return sorted((one for one in self._stored.materials.values() if one.key == key), key=lambda one: one.edition)

    def latest_of_all(self) -> list[Material]:
        newest = {one.key: one for one in sorted(self._stored.materials.values(), key=lambda one: one.edition)}
        return [newest[key] for key in sorted(newest)]

    def in_state(self, *states: State) -> list[Material]:
        return [one for one in self._stored.materials.values() if one.state in states]

    def keep(self, contents: Mapping[str, bytes]) -> None:
        self._stored.contents.update(contents)

    def content(self, sha256: str) -> bytes:
        return _content(self._stored, sha256)


class FakePeople:
    """The register."""

    def __init__(self, stored: _Stored) -> None:
        self._stored = stored

    def save(self, person: Person) -> None:
        self._stored.people[person.person_id] = person

    def all(self) -> list[Person]:
        return sorted(self._stored.people.values(), key=lambda one: one.email)

    def by_token(self, token_hash: str) -> Person | None:
        return next((one for one in self._stored.people.values() if token_hash and one.token_hash == token_hash), None)


class FakePublications:
    """Publications, in the order in which they were handed in."""

    def __init__(self, stored: _Stored) -> None:
        self._stored = stored

    def add(self, publication: Publication, contents: Mapping[str, bytes]) -> None:
        self._stored.publications[publication.publication_id] = publication
        self._stored.contents.update(contents)

    def save(self, publication: Publication) -> None:
        self._stored.publications[publication.publication_id] = publication

    def get(self, publication_id: str) -> Publication | None:
        return self._stored.publications.get(publication_id)

    def in_state(self, state: PublicationState) -> list[Publication]:
        waiting = [one for one in self._stored.publications.values() if one.state is state]
        return sorted(waiting, key=lambda one: one.alone is None)

    def latest_change(self, path: str) -> Publication | None:
        return next((one for one in reversed(self._stored.publications.values()) if path in one.changes), None)

    def standing(self, prefix: str) -> set[str]:
        valid = [one for one in self._stored.publications.values() if one.state is not PublicationState.WITHDRAWN]
        found = {path: item for one in valid for path, item in one.changes.items() if path.startswith(prefix)}
        return {path for path, item in found.items() if item is not None}

    def content(self, sha256: str) -> bytes:
        return _content(self._stored, sha256)

    def highest_signed_version(self, role: Role) -> int:
        proposals = (one.proposals.get(role) for one in self._stored.publications.values())
        return max((one.version for one in proposals if one and one.signature), default=0)


class FakeAuditLog:
    """The record of decisions."""

    def __init__(self, stored: _Stored) -> None:
        self._stored = stored

    def append(self, entry: AuditEntry) -> None:
        self._stored.audit.append(entry)

    def latest(self, limit: int) -> list[AuditEntry]:
        return self._stored.audit[::-1][:limit]


class FakeRecord:
    """One transaction."""

    def __init__(self, stored: _Stored) -> None:
        self.materials = FakeMaterials(stored)
        self.people = FakePeople(stored)
        self.publications = FakePublications(stored)
        self.audit = FakeAuditLog(stored)


class FakeLifecycle:
    """``open`` is an ``OpenLifecycle``."""

    def __init__(self) -> None:
        self._stored = _Stored()

    @contextmanager
    def open(self) -> Iterator[FakeRecord]:
        working = deepcopy(self._stored)
        yield FakeRecord(working)
        self._stored = working


def _content(stored: _Stored, sha256: str) -> bytes:
    try:
        return stored.contents[sha256]
    except KeyError:
        raise Refused("catalogue_file_missing", detail=f"content {sha256}") from None
