"""A right is the person's: what matching joined is told, erased and set aside together, unless numbers are meant."""

import json
from pathlib import Path

import pytest

from guildpost_agent.adapters.sql.tables import persons
from guildpost_agent.app.dealership import SUPPRESSION_KEY
from guildpost_agent.app.rights.cover import cover
from guildpost_agent.app.rights.erase import tombstones_of
from guildpost_agent.bootstrap.core import DATABASE, Core, database_key, open_core
from guildpost_agent.cli import main
from guildpost_agent.domain.suppression import suppression_entry
from tests.agent.rights.planted import CUSTOMER, KEPT_FOR_THE_LAW, Planted, raw_pages
from tests.factories.agent import NOW, a_customer, a_job
from tests.factories.agent_home import SECRET, an_agent_home

OTHER, NEIGHBOUR = "ZQM0002", "ZQN0003"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person with two records and a neighbour under the same roof."""
    home = an_agent_home(tmp_path, monkeypatch)
    with open_core(home).open_uow() as uow:
        uow.records.upsert_customers([
            a_customer(CUSTOMER), a_customer(OTHER, family_name="Zqmarried", email="zq@second.example"),
            a_customer(NEIGHBOUR, family_name="Zqneighbour", email="zq@third.example"),
        ])  # fmt: skip
        uow.records.upsert_jobs([a_job("Z1", customer_id=OTHER, text="zqsecondorder")])
        uow.commit()
    pairs = ((CUSTOMER, CUSTOMER), (OTHER, CUSTOMER), (NEIGHBOUR, NEIGHBOUR))
    with open_core(home).engine.begin() as connection:
        connection.execute(
            persons.insert(), [{"customer_id": one, "person_id": of, "household_id": "house"} for one, of in pairs]
        )
    return home


def _run(home: Path, *arguments: str) -> int:
    return main(["rights", *arguments, "--home", str(home)])


def _left(core: Core) -> list[str]:
    with core.open_uow() as uow:
        return sorted(customer.customer_id for customer in uow.records.customers())


@pytest.mark.parametrize(
    ("named", "only", "numbers"),
    [
        ([CUSTOMER], False, {CUSTOMER, OTHER}),
        ([OTHER], False, {CUSTOMER, OTHER}),
        ([OTHER], True, {OTHER}),
        ([NEIGHBOUR], False, {NEIGHBOUR}),
        (["404"], False, {"404"}),
        ([OTHER, NEIGHBOUR], False, {CUSTOMER, OTHER, NEIGHBOUR}),
    ],
    ids=["first record", "joined record", "only this record", "household is no person", "unknown", "two people"],
)
def test_a_number_covers_its_person(home: Path, named: list[str], only: bool, numbers: set[str]) -> None:  # noqa: FBT001 — a table's column
    assert numbers == cover(open_core(home).open_uow, named, only=only).numbers


def test_the_report_shows_every_record_of_the_person(home: Path, tmp_path: Path) -> None:
    assert 0 == _run(home, "export", "--customer", OTHER, "--out", str(tmp_path / "out"))
    report = (tmp_path / "out" / "auskunft.json").read_text("utf-8")
    assert [CUSTOMER, OTHER] == sorted(json.loads(report)["customer_numbers"])
    assert (True, True, False) == ("Mustermann" in report, "zqsecondorder" in report, "Zqneighbour" in report)


def test_after_the_erasure_of_one_number_nothing_of_the_person_is_found(home: Path) -> None:
    core = open_core(home)
    with core.engine.begin() as connection:
        for table in ("customers", "persons"):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE customer_id = ?", (CUSTOMER,))  # noqa: S608 — names of this list
        planted = Planted().everywhere(connection)
        connection.exec_driver_sql("UPDATE persons SET person_id = ? WHERE customer_id != ?", (CUSTOMER, NEIGHBOUR))
        connection.exec_driver_sql("UPDATE outbox SET state = 'sent'")
    assert 0 == _run(home, "erase", "--customer", OTHER)
    data = raw_pages(home / DATABASE, database_key(SECRET))
    found = {place for value, place in planted.values.items() if value.encode() in data}
    assert set() == found - KEPT_FOR_THE_LAW
    assert [] == [
        word for word in (b"Zqmarried", b"zqsecondorder", b"zq@second.example", OTHER.encode()) if word in data
    ]
    assert [NEIGHBOUR] == _left(core)


def test_the_numbers_are_said_before_anything_happens(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == _run(home, "erase", "--customer", OTHER, "--dry-run")
    lines = capsys.readouterr().out.splitlines()
    assert f"{CUSTOMER}, {OTHER}" in lines[0]
    assert [f"  {CUSTOMER}: Erika Mustermann", f"  {OTHER}: Erika Zqmarried"] == [x.split(",")[0] for x in lines[1:3]]
    assert (True, sorted([CUSTOMER, OTHER, NEIGHBOUR])) == ("--only" in lines[3], _left(open_core(home)))


def test_only_the_named_number_is_erased_where_that_is_wanted(home: Path) -> None:
    assert 0 == _run(home, "erase", "--customer", OTHER, "--only")
    assert sorted([CUSTOMER, NEIGHBOUR]) == _left(open_core(home))


def test_a_restriction_and_its_end_take_all_records(home: Path) -> None:
    assert 0 == _run(home, "restrict", "--customer", OTHER)
    with open_core(home).open_uow() as uow:
        assert {CUSTOMER, OTHER} == uow.rights.restricted()
    assert 0 == _run(home, "restrict", "--customer", CUSTOMER, "--lift")
    with open_core(home).open_uow() as uow:
        assert set() == uow.rights.restricted()


def test_an_objection_on_the_joined_record_outlives_the_erasure(home: Path) -> None:
    core = open_core(home)
    entry = suppression_entry(core.keys.suppression, a_customer(OTHER, email="zq@second.example"), "email") or ""
    with core.open_uow() as uow:
        uow.suppressions.add(entry, "email", "objection", NOW)
        uow.commit()
    assert 0 == _run(home, "erase", "--customer", CUSTOMER)
    with core.open_uow() as uow:
        assert (True, True) == (uow.suppressions.contains(entry, "email"), bool(uow.documents.get(SUPPRESSION_KEY)))


def test_a_person_is_kept_out_and_readmitted_as_a_whole(home: Path) -> None:
    core = open_core(home)
    same = [a_customer("1001"), a_customer(OTHER, family_name="Zqmarried")]
    assert 0 == _run(home, "erase", "--customer", CUSTOMER)
    with core.open_uow() as uow:
        assert {"1001", OTHER} == tombstones_of(core.rights, uow).matching(same)
    assert 0 == _run(home, "readmit", "--customer", OTHER)
    with core.open_uow() as uow:
        assert set() == tombstones_of(core.rights, uow).matching(same)
    assert set() == core.rights.keeper.read()
