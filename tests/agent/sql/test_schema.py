"""The agent's database: schema, personal columns, key, leases, rounds, transactions."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine

from guildpost_agent.adapters.sql.engine import open_engine
from guildpost_agent.adapters.sql.migrate import migrate, newest
from guildpost_agent.adapters.sql.tables import metadata
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.app.planning_state import last_plan, note_plan, planning_key
from guildpost_shared.errors import ConfigurationError
from tests.factories.agent import an_entry
from tests.fakes.seeded_entropy import SeededEntropy

NOW = datetime(2027, 3, 1, 7, tzinfo=UTC)
KEY = bytes(range(32))
PERSONAL = {
    "quarantine": {"raw"},
    "customers": {
        "customer_id", "salutation", "title", "given_name", "family_name", "company", "street", "postcode", "town",
        "phone", "mobile", "email", "birth_date",
    },
    "vehicles": {"vehicle_id", "customer_id", "vin", "plate", "first_registration", "mileage_km", "next_hu", "sold_on"},
    "jobs": {"job_id", "order_number", "order_date", "vehicle_id", "customer_id", "mileage_km", "text"},
    "approvals": {"at", "by_whom"},
    "appointments": {"appointment_id", "customer_id", "vehicle_id", "starts_at", "created_on"},
    "consent_events": {"customer_id", "at", "source", "collected_by", "given_on", "ip", "reference", "preferences"},
    "opt_in_requests": {"customer_id", "email", "source", "collected_by", "ip"},
    "opt_in_mails": {"mailed_at"},
    "phone_consent_uses": {"customer_id", "used_at", "called_by"},
    "call_tasks": {
        "occasion_id", "customer_id", "vehicle_id", "opens", "closes", "context", "notes", "result_on", "closed_at",
        "closed_by",
    },
    "occasions": {"occasion_id", "customer_id", "vehicle_id", "due_date"},
    "decisions": {"occasion_id", "facts"},
    "touchpoints": {"occasion_id", "customer_id", "vehicle_id", "due_date", "reasons"},
    "outbox": {"recipient"},
    "outcomes": {"outcome_id", "detail"},
    "replies": {
        "customer_id", "received_at", "kind", "acted", "sender", "subject", "text", "closed_at", "closed_by", "note",
    },
    "contributed_customers": {"customer_id"},
    "goodwill_entries": {"customer_id", "at", "cents", "reason", "by_whom", "expires_on"},
    "holds": {"customer_id", "kind", "since", "until"},
    "found_alive": {"customer_id", "at", "by_whom", "reason"},
    "hold_steps": {"customer_id", "kind", "step", "at", "by_whom", "reason"},
    "vehicle_lists": {"vehicle_id", "reference", "text", "done_on"},
    "vehicle_list_waiting": {"written", "text"},
}  # fmt: skip
IDENTIFYING = frozenset(PERSONAL["customers"] | {"vehicle_id", "vin", "plate", "occasion_id", "recipient", "raw"})


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(tmp_path / "agent.db", KEY)
    migrate(engine)
    yield engine
    engine.dispose()


def test_the_migrations_build_what_the_tables_say(engine: Engine) -> None:
    with engine.connect() as connection:
        assert [] == compare_metadata(MigrationContext.configure(connection), metadata)


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    migrate(engine)
    with engine.connect() as connection:
        assert newest() == connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


@pytest.mark.parametrize("table", sorted(PERSONAL))
def test_columns_with_personal_data_say_so(table: str) -> None:
    marked = {column.name for column in metadata.tables[table].c if column.info.get("personal")}
    assert set() == PERSONAL[table] - marked


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_a_column_named_like_a_personal_one_is_personal_in_every_table(table: str) -> None:
    columns = metadata.tables[table].c
    assert [] == [c.name for c in columns if c.name in IDENTIFYING and not c.info.get("personal")]


@pytest.mark.parametrize(
    ("key", "code"),
    [(bytes(32), "database_key_wrong"), (b"short", "database_key_invalid"), (b"", "database_key_invalid")],
    ids=["another key", "too short", "empty"],
)
def test_a_wrong_key_is_the_operators_to_mend(tmp_path: Path, engine: Engine, key: bytes, code: str) -> None:
    assert engine is not None
    with pytest.raises(ConfigurationError, match=code):
        migrate(open_engine(tmp_path / "agent.db", key))


def test_nothing_stands_in_the_file_in_the_clear(tmp_path: Path, engine: Engine) -> None:
    with unit_of_work_factory(engine)() as uow:
        uow.documents.put("note", b"Erika Mustermann")
        uow.commit()
    engine.dispose()
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert len(written) > 4096
    assert [] == [word for word in (b"Mustermann", b"SQLite format", b"documents") if word in written]


@pytest.mark.parametrize(
    ("pragma", "expected"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)], ids=str
)
def test_an_acknowledged_commit_survives_a_power_loss(engine: Engine, pragma: str, expected: object) -> None:
    with engine.connect() as connection:
        assert expected == connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()


def test_nothing_is_kept_without_commit(engine: Engine) -> None:
    open_uow = unit_of_work_factory(engine)
    with open_uow() as uow:
        uow.documents.put("first", b"1")
        uow.commit()
        uow.documents.put("second", b"2")
    with open_uow() as uow:
        assert (b"1", None) == (uow.documents.get("first"), uow.documents.get("second"))


def test_a_document_is_replaced_and_removed(engine: Engine) -> None:
    with unit_of_work_factory(engine)() as uow:
        uow.documents.put("note", b"1")
        uow.documents.put("note", b"2")
        assert b"2" == uow.documents.get("note")
        uow.documents.delete("note")
        assert uow.documents.get("note") is None


@pytest.mark.parametrize(
    ("holder", "after", "taken"),
    [
        ("first", timedelta(minutes=1), True),
        ("other", timedelta(minutes=9, seconds=59), False),
        ("other", timedelta(minutes=10), True),
    ],
    ids=["its own", "somebody else's", "expired"],
)
def test_a_lease_is_taken_when_free_its_own_or_expired(
    engine: Engine,
    holder: str,
    after: timedelta,
    taken: bool,  # noqa: FBT001 — a table's column
) -> None:
    with unit_of_work_factory(engine)() as uow:
        until = NOW + timedelta(minutes=10)
        assert uow.leases.acquire("tick", holder="first", now=NOW, until=until)
        assert taken == uow.leases.acquire("tick", holder=holder, now=NOW + after, until=until + after)


def test_only_the_holder_gives_a_lease_back(engine: Engine) -> None:
    until = NOW + timedelta(minutes=10)
    with unit_of_work_factory(engine)() as uow:
        uow.leases.acquire("tick", holder="first", now=NOW, until=until)
        uow.leases.release("tick", holder="other")
        assert not uow.leases.acquire("tick", holder="other", now=NOW, until=until)
        uow.leases.release("tick", holder="first")
        assert uow.leases.acquire("tick", holder="other", now=NOW, until=until)


def test_a_study_and_period_are_charged_to_one_round(engine: Engine) -> None:
    with unit_of_work_factory(engine)() as uow:
        charge = [("timing", "a", "r-1"), ("timing", "a", "r-1"), ("timing", "a", "r-2"), ("timing", "b", "r-2")]
        assert [True, True, False, True] == [
            uow.rounds.charge(study_id=study, period=period, round_id=round_id, now=NOW)
            for study, period, round_id in charge
        ]


def test_a_customers_mark_is_kept_and_counts_in_its_study_and_quarter_only(engine: Engine) -> None:
    with unit_of_work_factory(engine)() as uow:
        uow.rounds.mark_contributed("2027-Q1", [an_entry("c-1"), an_entry("c-2")], 1.0)
        uow.rounds.mark_contributed("2027-Q1", [an_entry("c-2"), an_entry("c-3")], 1.0)
        uow.rounds.mark_contributed("2027-Q2", [], 1.0)
        assert {"c-1", "c-2", "c-3"} == uow.rounds.contributed("timing", "2027-Q1")
        assert set() == uow.rounds.contributed("timing", "2027-Q2") | uow.rounds.contributed("other", "2027-Q1")


def test_a_rounds_state_survives_and_the_newest_comes_first(engine: Engine) -> None:
    open_uow = unit_of_work_factory(engine)
    with open_uow() as uow:
        for number, (round_id, state) in enumerate(
            (("r-1", "answered_1"), ("r-2", "answered_1"), ("r-1", "answered_2"))
        ):
            uow.rounds.save(
                round_id=round_id,
                study_id="timing",
                period="a",
                state=state,
                now=NOW + timedelta(minutes=number),
                snapshot=state.encode(),
            )
        uow.commit()
    with open_uow() as uow:
        assert [("r-1", "timing", "a", "answered_2"), ("r-2", "timing", "a", "answered_1")] == uow.rounds.all()
        assert (b"answered_2", None) == (uow.rounds.snapshot("r-1"), uow.rounds.snapshot("r-3"))


def test_the_planners_key_is_made_once_and_the_plans_mark_is_remembered(engine: Engine) -> None:
    open_uow = unit_of_work_factory(engine)
    key = planning_key(open_uow, SeededEntropy(b"first"))
    assert key == planning_key(open_uow, SeededEntropy(b"second"))
    assert (32, "") == (len(key), last_plan(open_uow))
    note_plan(open_uow, "2027-W09 ab")
    assert "2027-W09 ab" == last_plan(open_uow)
