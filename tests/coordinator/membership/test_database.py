"""The coordinator's database: schema, instants, rounds, durability settings."""

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine

from guildpost_coordinator.adapters import sql
from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.rounds import SqlRounds
from guildpost_coordinator.adapters.sql.tables import metadata
from guildpost_coordinator.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_coordinator.app.ports.rounds import Finished, ReleaseRecord
from guildpost_coordinator.app.ports.unit_of_work import AuditEntry, Contact
from guildpost_coordinator.app.record_contact import Heard, record_contacts
from guildpost_coordinator.domain.membership import Membership
from guildpost_coordinator.domain.rounds import Round, RoundState, move
from guildpost_shared.clock import ManualClock
from guildpost_shared.errors import Conflict

NOW = datetime(2027, 3, 1, 7, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(tmp_path / "coordinator.db")
    migrate(engine)
    yield engine
    engine.dispose()


def test_the_migrations_build_what_the_tables_say(engine: Engine) -> None:
    for module in pkgutil.iter_modules(sql.__path__):
        if module.name.endswith("tables"):  # each brings its own to the one metadata
            importlib.import_module(f"{sql.__name__}.{module.name}")
    assert {"memberships", "publications"} <= set(metadata.tables)
    with engine.connect() as connection:
        assert [] == compare_metadata(MigrationContext.configure(connection), metadata)


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    migrate(engine)


@pytest.mark.parametrize(
    ("pragma", "expected"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)], ids=str
)
def test_an_acknowledged_commit_survives_a_power_loss(engine: Engine, pragma: str, expected: object) -> None:
    with engine.connect() as connection:
        assert expected == connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()


def test_the_file_is_its_owners_only(tmp_path: Path, engine: Engine) -> None:
    assert engine is not None
    assert 0o600 == (tmp_path / "coordinator.db").stat().st_mode & 0o777


def test_nothing_is_kept_without_commit(engine: Engine) -> None:
    open_uow = unit_of_work_factory(engine)
    with open_uow() as uow:
        uow.memberships.add(Membership("dealer-01", "Autohaus", "entity-1"))
    with open_uow() as uow:
        assert [] == uow.memberships.all()


def test_a_reader_does_not_wait_for_a_writer(engine: Engine) -> None:
    with unit_of_work_factory(engine)() as writing:
        writing.memberships.add(Membership("dealer-01", "Autohaus", "entity-1"))
        with unit_of_work_factory(engine, read_only=True)() as reading:
            assert [] == reading.memberships.all()


def test_instants_come_back_in_utc(engine: Engine) -> None:
    open_uow = unit_of_work_factory(engine)
    berlin = NOW.astimezone(timezone(timedelta(hours=1)))
    with open_uow() as uow:
        uow.memberships.add(Membership("dealer-01", "Autohaus", "entity-1", enrolled_at=berlin))
        uow.audit.append(AuditEntry(berlin, "test", "enrolled", "dealer-01"))
        uow.commit()
    with open_uow() as uow:
        assert [NOW] == [m.enrolled_at for m in uow.memberships.all()]
        assert [AuditEntry(NOW, "test", "enrolled", "dealer-01")] == uow.audit.latest(5)


def test_a_naive_instant_is_a_bug(engine: Engine) -> None:
    with unit_of_work_factory(engine)() as uow, pytest.raises(Exception, match="an instant needs its zone"):
        uow.audit.append(AuditEntry(NOW.replace(tzinfo=None), "test", "enrolled", "dealer-01"))


def test_the_last_contact_replaces_the_one_before(engine: Engine) -> None:
    open_uow, clock = unit_of_work_factory(engine), ManualClock(NOW)
    with open_uow() as uow:
        uow.memberships.add(Membership("dealer-01", "Autohaus", "entity-1"))
        uow.commit()
    record_contacts({"dealer-01": Heard("0.1.0", connected=True)}, open_uow=open_uow, clock=clock)
    clock.set(NOW + timedelta(hours=1))
    record_contacts({"dealer-01": Heard("0.2.0", connected=True)}, open_uow=open_uow, clock=clock)
    with open_uow() as uow:
        uow.presence.disconnect_all()
        assert [Contact("dealer-01", NOW + timedelta(hours=1), False, "0.2.0")] == uow.presence.all()


def _round(round_id: str = "round-1", period: str = "2027-03-01/2027-03-28") -> Round:
    state = RoundState.ANNOUNCED
    return Round(round_id, "studies/timing/1.json", "timing", period, state, NOW, NOW + timedelta(hours=1))


def test_a_round_is_stored_with_its_release(engine: Engine) -> None:
    rounds = SqlRounds(engine)
    rounds.add(_round())
    collecting = move(_round(), "open")
    released = move(collecting, "release", contributors=12)
    rounds.save(collecting)
    record = ReleaseRecord("timing", _round().period, "round-1", "releases/timing/1.json", b"{}", NOW)
    rounds.save(released, Finished(record))
    assert released == rounds.get("round-1")
    assert [record] == rounds.releases()
    rounds.mark_published("timing", _round().period)
    assert [True] == [found.published for found in rounds.releases()]


def test_a_study_and_period_have_one_round(engine: Engine) -> None:
    rounds = SqlRounds(engine)
    rounds.add(_round())
    with pytest.raises(Conflict, match="round_exists"):
        rounds.add(_round("round-2"))
    rounds.add(_round("round-3", "2027-04-01/2027-04-28"))
    assert ["round-1", "round-3"] == [r.round_id for r in rounds.all()]
    assert rounds.get("round-2") is None
