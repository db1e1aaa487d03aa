"""Whole tables are read past SQLAlchemy's rows, and come out as SQLAlchemy would give them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from guildpost_agent.adapters.sql.bulk import insert_rows, read_columns, read_rows
from guildpost_agent.adapters.sql.engine import open_engine
from guildpost_agent.adapters.sql.migrate import migrate
from guildpost_agent.adapters.sql.tables import appointments, customers, jobs
from tests.factories.agent import KEY, a_customer, an_appointment

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))
HOURS = st.just(0.0) | st.floats(1e-9, 1e9) | st.floats(1e-9, 1)
WHOLE = st.integers(-(1 << 63), (1 << 63) - 1)
NAMES = (
    "job_id", "order_number", "order_date", "vehicle_id", "customer_id",
    "mileage_km", "invoiced_on", "kind", "text", "hours"
)  # fmt: skip
ROWS = st.tuples(TEXTS, DAYS, TEXTS, TEXTS, WHOLE | st.none(), DAYS | st.none(), TEXTS, TEXTS, HOURS | st.none())


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    engine = open_engine(Path(tmp_path_factory.mktemp("bulk")) / "agent.db", KEY)
    migrate(engine)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


@given(st.lists(ROWS, max_size=8))
def test_texts_days_whole_and_broken_numbers_and_what_is_unknown_come_back_as_they_were_written(
    connection: Connection, rows: list[tuple[Any, ...]]
) -> None:
    with connection.begin_nested() as trial:
        given_rows = [(str(number), *row) for number, row in enumerate(rows)]
        insert_rows(connection, jobs, NAMES, given_rows)
        assert given_rows == sorted(read_rows(connection, jobs, NAMES), key=lambda row: int(row[0]))
        trial.rollback()


def test_flags_instants_and_notes_are_read_as_sqlalchemy_reads_them(connection: Connection) -> None:
    notes = {"street": ("street_shortened", 'Am "Öd" \\ 3')}
    at = datetime(2027, 3, 1, 6, 30, tzinfo=UTC)
    with connection.begin_nested() as trial:
        connection.execute(customers.insert().values(vars(a_customer(is_business=True, provenance=notes))))
        connection.execute(appointments.insert().values(vars(an_appointment(starts_at=at))))
        assert [tuple(row) for row in connection.execute(select(customers.c.is_business, customers.c.provenance))] == (
            read_rows(connection, customers, ("is_business", "provenance"))
        )
        assert [(True, notes)] == read_rows(connection, customers, ("is_business", "provenance"))
        assert [(at,)] == read_rows(connection, appointments, ("starts_at",))
        trial.rollback()


def test_a_table_without_rows_has_no_columns(connection: Connection) -> None:
    assert [] == read_columns(connection, jobs, NAMES)
    assert [] == read_rows(connection, jobs, NAMES)
