"""What every source of the dealer's data keeps to: the fake, the drop folder and the reporting database."""

from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from guildpost_agent.adapters.dms.drop_folder import DropFolder
from guildpost_agent.adapters.dms.loco_soft import LocoSoft
from guildpost_agent.app.ports.dms_source import CHUNK_ROWS, Delivery, DmsSource, SourceTable
from guildpost_agent.domain.dms_rows import REQUIRED, Table
from tests.factories.loco_soft import make_loco_soft, settings
from tests.factories.postgres import Postgres, running_postgres
from tests.fakes.dms_source import FakeDmsSource

COLUMNS = ("customer_id", "name1")


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        make_loco_soft(server)
        yield server


def _fake(_: Path) -> DmsSource:
    source = FakeDmsSource()
    source.deliver(Table.VEHICLES, ("vehicle_id", "customer_id"), ("50", "1"))
    source.deliver(Table.CUSTOMERS, COLUMNS, *((str(n), "Müller") for n in range(1, CHUNK_ROWS + 2)))
    return source


def _folder(folder: Path) -> DmsSource:
    rows = [f"{n};Müller" for n in range(1, CHUNK_ROWS + 2)]
    (folder / "fahrzeuge.csv").write_text("Fahrzeugnummer;Kundennummer\n50;1\n", "cp1252")
    (folder / "kunden.csv").write_text("\n".join(["Kundennummer;Name", *rows, ""]), "cp1252")
    return DropFolder(folder)


Make = Callable[[Path], DmsSource]


@pytest.fixture(params=["fake", "drop folder", "Loco-Soft"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DmsSource]:
    if request.param == "Loco-Soft":
        server: Postgres = request.getfixturevalue("postgres")
        database = LocoSoft(settings(server, tmp_path), ZoneInfo("Europe/Berlin"))
        yield database
        database.close()
    else:
        makes: dict[str, Make] = {"fake": _fake, "drop folder": _folder}
        yield makes[request.param](tmp_path)


def read(source: DmsSource) -> Delivery:
    delivery = source.read()
    assert delivery is not None
    return delivery


def cells(table: SourceTable) -> list[tuple[str, ...]]:
    return [tuple(row) for chunk in table.chunks() for _, row in chunk.rows]


def test_tables_come_in_the_order_of_their_import(source: DmsSource) -> None:
    order = [list(Table).index(table.table) for table in read(source).tables]
    assert sorted(order) == order
    assert len(order) > 1


def test_columns_are_fields_each_once_and_the_required_ones_are_there(source: DmsSource) -> None:
    for table in read(source).tables:
        assert len(set(table.columns)) == len(table.columns)
        assert set(REQUIRED[table.table]) <= set(table.columns)
        assert table.mapping


def test_rows_are_as_wide_as_the_columns_and_numbered_in_order(source: DmsSource) -> None:
    for table in read(source).tables:
        rows = [row for chunk in table.chunks() for row in chunk.rows]
        assert {len(table.columns)} == {len(found) for _, found in rows}
        numbers = [number for number, _ in rows]
        assert sorted(set(numbers)) == numbers
        assert all(isinstance(cell, str) for _, found in rows for cell in found)


def test_no_chunk_holds_more_than_its_share(source: DmsSource) -> None:
    sizes = [len(chunk.rows) for table in read(source).tables for chunk in table.chunks()]
    assert max(sizes) <= CHUNK_ROWS


def test_a_table_can_be_read_twice(source: DmsSource) -> None:
    for table in read(source).tables:
        assert cells(table) == cells(table)


def test_reading_again_before_it_is_settled_gives_the_same(source: DmsSource) -> None:
    first, second = read(source), read(source)
    assert [table.name for table in first.tables] == [table.name for table in second.tables]
    assert [cells(table) for table in first.tables] == [cells(table) for table in second.tables]


def test_what_is_settled_does_not_come_again_unless_the_source_is_always_whole(source: DmsSource) -> None:
    delivery = read(source)
    whole = all(table.complete for table in delivery.tables)
    source.settle([table.name for table in delivery.tables], delivery.refused)
    assert whole is (source.read() is not None)
