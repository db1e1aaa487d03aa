"""One suite for everything that keeps the life of material: in memory, SQLite, PostgreSQL."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.lifecycle import lifecycle_factory
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.app.ports.lifecycle import OpenLifecycle
from guildpost_coordinator.app.ports.unit_of_work import AuditEntry
from guildpost_coordinator.domain.catalogue import Listing, Publication
from guildpost_coordinator.domain.catalogue import State as PublicationState
from guildpost_coordinator.domain.material import Material, State
from guildpost_coordinator.domain.material_steps import approve, edit, reject, submit
from guildpost_coordinator.domain.people import Person, Right
from guildpost_shared.errors import Conflict, Refused
from tests.factories.coordinator_database import coordinator_on_postgres
from tests.factories.postgres import Postgres, running_postgres
from tests.fakes.lifecycle import FakeLifecycle

NOW = datetime(2027, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)
ANNA = Person("p1", "Anna Größl", "anna@arvana.example", frozenset({Right.AUTHOR, Right.MARKETING}), "aa" * 32)
MIA = Person("p2", "Mia", "mia@arvana.example", frozenset({Right.MARKETING}), "bb" * 32)
CONTENTS = {"services/hu_au.json": "11" * 32}


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def open_lifecycle(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenLifecycle]:
    with ExitStack() as stack:
        if request.param == "memory":
            yield FakeLifecycle().open
        elif request.param == "sqlite":
            engine = open_engine(tmp_path / "coordinator.db")
            stack.callback(engine.dispose)
            migrate(engine)
            yield lifecycle_factory(engine)
        else:
            server = request.getfixturevalue("postgres")
            yield lifecycle_factory(stack.enter_context(coordinator_on_postgres(server, "coordinator")))


def in_review(key: str = "services/hu_au", edition: int = 1) -> Material:
    drafted = edit(Material(key, edition), ANNA, CONTENTS, now=NOW, comment="erster Entwurf")
    return submit(drafted, ANNA, NOW + timedelta(days=3), now=NOW, comment="")


def test_a_material_comes_back_with_all_its_steps(open_lifecycle: OpenLifecycle) -> None:
    approved = approve(in_review(), MIA, Right.MARKETING, seen="", now=NOW, comment="so ist es gut")
    with open_lifecycle() as record:
        record.materials.save(approved)
    with open_lifecycle() as record:
        found = record.materials.latest("services/hu_au")
    assert approved == found
    assert 3 == found.revision


def test_later_steps_are_added_to_those_before(open_lifecycle: OpenLifecycle) -> None:
    with open_lifecycle() as record:
        stored = record.materials.save(in_review())
    rejected = reject(stored, MIA, now=NOW, comment="zu lang")
    with open_lifecycle() as record:
        record.materials.save(rejected)
    with open_lifecycle() as record:
        assert [rejected] == record.materials.editions("services/hu_au")


def test_of_two_steps_on_the_same_state_one_is_taken(open_lifecycle: OpenLifecycle) -> None:
    with open_lifecycle() as record:
        stored = record.materials.save(in_review())
    approved = approve(stored, MIA, Right.MARKETING, seen="", now=NOW, comment="")
    with open_lifecycle() as record:
        record.materials.save(reject(stored, MIA, now=NOW, comment="nein"))
    with pytest.raises(Conflict, match="material_changed"), open_lifecycle() as record:
        record.materials.save(approved)
    with open_lifecycle() as record:
        assert State.DRAFT is record.materials.editions("services/hu_au")[0].state


def test_an_edition_is_begun_once(open_lifecycle: OpenLifecycle) -> None:
    with open_lifecycle() as record:
        record.materials.save(in_review())
    with pytest.raises(Conflict, match="material_changed"), open_lifecycle() as record:
        record.materials.save(in_review())


def test_materials_are_found_by_key_edition_and_state(open_lifecycle: OpenLifecycle) -> None:
    first, second, other = in_review(), in_review(edition=2), in_review("services/climate")
    with open_lifecycle() as record:
        for one in (first, second, other):
            record.materials.save(one)
        record.materials.save(replace(Material("services/welcome", 1)))
    with open_lifecycle() as record:
        assert [first, second] == record.materials.editions("services/hu_au")
        assert second == record.materials.latest("services/hu_au")
        assert None is record.materials.latest("services/unknown")
        keys = ["services/climate", "services/hu_au", "services/welcome"]
        assert keys == [one.key for one in record.materials.latest_of_all()]
        assert [first, second, other] == record.materials.in_state(State.REVIEW, State.SIGNING)
        assert [] == record.materials.in_state(State.PUBLISHED)


def test_contents_are_kept_once_and_found_by_their_hash(open_lifecycle: OpenLifecycle) -> None:
    with open_lifecycle() as record:
        record.materials.keep({"11" * 32: b"one"})
        record.materials.keep({"11" * 32: b"one", "22" * 32: b"\x00\xff"})
        record.materials.keep({})
        record.publications.add(
            Publication("a" * 24, PublicationState.DRAFT, NOW, {"services/x.json": Listing(3, "11" * 32)}),
            {"11" * 32: b"one"},
        )
    with open_lifecycle() as record:
        assert b"\x00\xff" == record.materials.content("22" * 32)
        assert b"one" == record.publications.content("11" * 32)
        with pytest.raises(Refused, match="catalogue_file_missing"):
            record.materials.content("33" * 32)


def test_people_are_found_by_their_token_as_long_as_they_have_one(open_lifecycle: OpenLifecycle) -> None:
    with open_lifecycle() as record:
        record.people.save(MIA)
        record.people.save(ANNA)
    with open_lifecycle() as record:
        assert [ANNA, MIA] == record.people.all()
        assert ANNA == record.people.by_token(ANNA.token_hash)
        record.people.save(replace(ANNA, token_hash="", rights=frozenset()))
    with open_lifecycle() as record:
        assert None is record.people.by_token(ANNA.token_hash)
        assert None is record.people.by_token("")
        assert 2 == len(record.people.all())


def write_everything_and_fail(open_lifecycle: OpenLifecycle) -> None:
    with open_lifecycle() as record:
        record.people.save(ANNA)
        record.materials.save(in_review())
        record.publications.add(Publication("a" * 24, PublicationState.DRAFT, NOW, {"services/x.json": None}), {})
        record.audit.append(AuditEntry(NOW, "Anna", "material_edit", "services/hu_au@1"))
        raise ZeroDivisionError


def test_a_block_that_raises_leaves_everything_as_it_was(open_lifecycle: OpenLifecycle) -> None:
    with pytest.raises(ZeroDivisionError):
        write_everything_and_fail(open_lifecycle)
    with open_lifecycle() as record:
        assert [] == record.people.all()
        assert [] == record.materials.latest_of_all()
        assert None is record.publications.get("a" * 24)
        assert [] == record.audit.latest(5)


def test_recalls_come_before_what_was_handed_in_earlier(open_lifecycle: OpenLifecycle) -> None:
    ordinary = Publication("a" * 24, PublicationState.DRAFT, NOW, {"services/x.json": None})
    urgent = replace(ordinary, publication_id="b" * 24, alone="legal")
    with open_lifecycle() as record:
        record.publications.add(ordinary, {})
        record.publications.add(urgent, {})
    with open_lifecycle() as record:
        assert [urgent, ordinary] == record.publications.in_state(PublicationState.DRAFT)
        assert urgent == record.publications.latest_change("services/x.json")
        assert [] == record.publications.in_state(PublicationState.AWAITING)
        assert 0 == record.publications.highest_signed_version("legal")
        record.audit.append(AuditEntry(NOW, "Lea", "material_recall", "services/x@1"))
        assert ["material_recall"] == [entry.action for entry in record.audit.latest(1)]


def test_a_path_stands_from_the_day_it_is_handed_in_until_it_is_removed(open_lifecycle: OpenLifecycle) -> None:
    listing = Listing(3, "11" * 32)
    changes: list[tuple[PublicationState, dict[str, Listing | None]]] = [
        (PublicationState.PUBLISHED, {"services/old.json": listing, "services/kept.json": listing}),
        (PublicationState.WITHDRAWN, {"services/never.json": listing, "services/kept.json": None}),
        (PublicationState.AWAITING, {"services/old.json": None}),
        (PublicationState.DRAFT, {"services/new.json": listing, "studies/lift/1.json": listing}),
    ]
    with open_lifecycle() as record:
        for number, (state, changed) in enumerate(changes):
            record.publications.add(Publication(f"{number}" * 24, state, NOW, changed), {})
    with open_lifecycle() as record:
        assert {"services/kept.json", "services/new.json"} == record.publications.standing("services/")
