"""Only what changed is reworked; what a complete delivery does not bring is gone; nothing is ever half applied."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from guildpost_agent.app.import_dms import import_changes
from guildpost_agent.app.ports.dms_source import Chunk, SourceTable
from guildpost_agent.app.ports.unit_of_work import ImportReport, OpenUnitOfWork, UnitOfWork
from guildpost_agent.domain.dms_rows import Table
from guildpost_agent.domain.rights.identity import Cause, Tombstones, tombstones_for
from guildpost_shared.clock import ManualClock
from guildpost_shared.errors import Refused
from tests.factories.agent import NOW, a_config, a_customer, open_store
from tests.fakes.dms_source import FakeDmsSource
from tests.fakes.seeded_entropy import SeededEntropy

KEY = bytes(range(32))
CUSTOMER = ("customer_id", "name1", "given_name", "street", "postcode", "town")
VEHICLE = ("vehicle_id", "customer_id", "plate")
JOB = ("order_number", "order_date", "vehicle_id", "customer_id", "text")


def table(kind: Table, columns: tuple[str, ...], *rows: str, complete: bool = False, name: str = "") -> SourceTable:
    """Make a table of rows written as ``a;b;c``."""
    cells = [(n, row.split(";")) for n, row in enumerate(rows, 2)]
    return SourceTable(name or kind.value, kind, columns, lambda: iter([Chunk(cells)]), complete=complete)


def customers(*rows: str, complete: bool = False, name: str = "") -> SourceTable:
    return table(Table.CUSTOMERS, CUSTOMER, *rows, complete=complete, name=name)


class House:
    """A dealer's database and what is delivered to it."""

    def __init__(self, folder: Path) -> None:
        self.open_uow: OpenUnitOfWork = open_store(folder)
        self.clock = ManualClock(NOW)
        self.entropy = SeededEntropy(b"import")

    def take(self, *tables: SourceTable) -> ImportReport:
        source = FakeDmsSource()
        for one in tables:
            source.lay(one)
        found = import_changes(self.open_uow, source, self.clock, self.entropy, a_config().dealer, erased=self.erased)
        assert found is not None
        return found.report

    def erased(self, uow: UnitOfWork) -> Tombstones:
        return Tombstones(KEY, uow.rights.tombstones())

    def change(self, report: ImportReport, kind: Table = Table.CUSTOMERS) -> dict[str, int]:
        changes = report.report["changes"]
        assert isinstance(changes, dict)
        return {name: count for name, count in changes[kind.value].items() if count}

    def missing(self) -> dict[str, date | None]:
        with self.open_uow() as uow:
            return {c.customer_id: c.missing_since for c in uow.records.customers()}

    def names(self) -> dict[str, str]:
        with self.open_uow() as uow:
            return {c.customer_id: c.family_name for c in uow.records.customers()}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


ERIKA, MAX = "1;Muster;Erika;Weg 1;70173;Stuttgart", "2;Lang;Max;Weg 2;70173;Stuttgart"


def test_the_report_says_what_is_new_changed_and_unchanged(house: House) -> None:
    assert {"new": 2} == house.change(house.take(customers(ERIKA, MAX)))
    report = house.take(customers(ERIKA, MAX.replace("Lang", "Kurz"), "3;Neu;Ida;Weg 3;70173;Stuttgart"))
    assert {"new": 1, "changed": 1, "unchanged": 1} == house.change(report)
    assert {"1": "Muster", "2": "Kurz", "3": "Neu"} == house.names()


def test_a_row_that_is_known_is_read_anew_when_its_mapping_changes(house: House) -> None:
    house.take(customers(ERIKA))
    other = SourceTable("x", Table.CUSTOMERS, CUSTOMER, lambda: iter([Chunk([(2, ERIKA.split(";"))])]), mapping="new")
    assert {"changed": 1} == house.change(house.take(other))


def test_who_is_missing_from_a_complete_delivery_is_gone_until_they_come_back(house: House) -> None:
    house.take(customers(ERIKA, MAX, complete=True))
    assert {"gone": 1, "unchanged": 1} == house.change(house.take(customers(ERIKA, complete=True)))
    assert {"1": None, "2": date(2027, 3, 1)} == house.missing()
    assert {"returned": 1, "unchanged": 2} == house.change(house.take(customers(ERIKA, MAX, complete=True)))
    assert {"1": None, "2": None} == house.missing()


def test_a_partial_delivery_says_nothing_about_the_others(house: House) -> None:
    house.take(customers(ERIKA, MAX))
    house.take(customers(ERIKA))
    assert {"1": None, "2": None} == house.missing()


def test_an_appointment_missing_from_a_complete_delivery_is_cancelled(house: House) -> None:
    columns = ("appointment_id", "customer_id", "day")
    both = table(Table.APPOINTMENTS, columns, "7;1;10.03.2027", "8;1;11.03.2027", complete=True)
    house.take(both)
    house.take(table(Table.APPOINTMENTS, columns, "8;1;11.03.2027", complete=True))
    with house.open_uow() as uow:
        assert {"7": "entfallen", "8": ""} == {a.appointment_id: a.status for a in uow.records.appointments()}


@pytest.mark.parametrize("again", [1, 2, 3])
def test_of_two_rows_with_one_key_the_later_counts_every_time(house: House, again: int) -> None:
    for _ in range(again):
        report = house.take(customers(ERIKA, ERIKA.replace("Muster", "Später")))
    assert {"1": "Später"} == house.names()
    assert {"customers.customer_id.twice": 1} == report.report["warnings"]


def test_a_table_that_breaks_on_the_way_changes_nothing(house: House) -> None:
    def breaking() -> Iterator[Chunk]:
        yield Chunk([(2, ERIKA.split(";"))])
        raise Refused("dms_file_not_text", file="kunden")

    report = house.take(SourceTable("kunden", Table.CUSTOMERS, CUSTOMER, breaking), customers(MAX, name="rest"))
    assert ("partial", {"2": "Lang"}) == (report.state, house.names())


def test_an_import_that_broke_off_leaves_the_mirror_alone_and_the_next_one_starts_afresh(house: House) -> None:
    def dying() -> Iterator[Chunk]:
        yield Chunk([(2, ERIKA.split(";")), (3, ["", "", "", "", "", ""])])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        house.take(SourceTable("kunden", Table.CUSTOMERS, CUSTOMER, dying))
    assert {} == house.names()
    with house.open_uow() as uow:
        assert uow.imports.latest() is None
    assert {"new": 1} == house.change(house.take(customers(MAX)))
    assert {"2": "Lang"} == house.names()


def test_an_erased_person_does_not_come_back_under_any_number_nor_do_their_vehicles(house: House) -> None:
    gone = a_customer("1", family_name="Muster", given_name="Erika", street="Weg 1", email="")
    with house.open_uow() as uow:
        uow.rights.add_tombstones(tombstones_for(KEY, gone, Cause.ERASURE, NOW))
        uow.commit()
    report = house.take(
        customers(ERIKA, "9" + ERIKA[1:], MAX),
        table(Table.VEHICLES, VEHICLE, "50;9;S-AB 1", "51;1;S-AB 2", "52;2;S-AB 3"),
    )
    with house.open_uow() as uow:
        assert ["52"] == [vehicle.vehicle_id for vehicle in uow.records.vehicles()]
    assert ({"2": "Lang"}, 4) == (house.names(), report.report["erased"])


def test_who_was_dropped_for_long_silence_comes_back_with_a_new_order(house: House) -> None:
    with house.open_uow() as uow:
        uow.rights.add_tombstones(tombstones_for(KEY, a_customer("1"), Cause.RETENTION, NOW))
        uow.rights.add_tombstones(tombstones_for(KEY, a_customer("2"), Cause.RETENTION, NOW))
        uow.commit()
    order = table(Table.JOBS, JOB, "A1;01.02.2027;50;1;Inspektion", "A2;01.02.2015;51;2;Inspektion")
    house.take(customers(ERIKA, MAX), order)
    assert {"1": "Muster"} == house.names()
    house.clock.set(datetime(2028, 3, 1, tzinfo=UTC))
    house.take(customers(ERIKA.replace("Weg 1", "Weg 9")))
    assert {"1": "Muster"} == house.names()
