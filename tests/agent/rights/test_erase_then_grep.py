"""Erase, then search every byte: pages, free pages, log, files; and prove that the search would have found it."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from guildpost_agent.adapters.sql.tables import contributed_customers, metadata
from guildpost_agent.app.dealership import SUPPRESSION_KEY
from guildpost_agent.app.kept_beliefs import NAME as KEPT_BELIEFS
from guildpost_agent.app.rights.erase import erase_person
from guildpost_agent.bootstrap.core import DATABASE, Core, database_key, open_core
from guildpost_agent.domain.rights.marks import CountedBefore
from guildpost_agent.domain.rights.schema_rules import RULES
from guildpost_agent.domain.suppression import suppression_entry
from guildpost_shared.errors import Conflict, GuildpostError, Refused
from tests.agent.rights.planted import CUSTOMER, KEPT_FOR_THE_LAW, VEHICLE, Planted, raw_pages
from tests.factories.agent import a_customer, an_entry
from tests.factories.agent_home import SECRET, an_agent_home

BYSTANDER = "9000001"


@pytest.fixture
def core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Core:
    return open_core(an_agent_home(tmp_path, monkeypatch))


def _plant(core: Core) -> Planted:
    with core.engine.begin() as connection:
        planted = Planted().everywhere(connection)
    with core.open_uow() as uow:
        uow.records.upsert_customers([a_customer(BYSTANDER, family_name="Zqbystander", email="by@stander.example")])
        uow.commit()
    return planted


def _everything(core: Core) -> bytes:
    files = [path for folder in (core.config.dms.drop_folder, core.config.letters.folder) for path in folder.rglob("*")]
    contents = b"".join(path.read_bytes() for path in files if path.is_file())
    others = b"".join(p.read_bytes() for p in core.home.iterdir() if p.is_file() and not p.name.startswith(DATABASE))
    return raw_pages(core.home / DATABASE, database_key(SECRET)) + contents + others


def _found(core: Core, planted: Planted) -> set[tuple[str, str]]:
    data = _everything(core)
    return {place for value, place in planted.values.items() if value.encode() in data}


def _empty_tables(core: Core) -> list[str]:
    with core.engine.begin() as connection:
        tables = {rule.table for rule in RULES}
        return sorted(t for t in tables if connection.execute(metadata.tables[t].select()).first() is None)


def _file(core: Core, name: str, data: bytes, *, days_ago: int = 10) -> Path:
    root = core.config.dms.drop_folder if not name.startswith("batch") else core.config.letters.folder
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    then = (core.business_clock.now() - timedelta(days=days_ago)).timestamp()
    for each in (path, path.parent):
        os.utime(each, (then, then))
    return path


def _batch_of(planted: Planted) -> str:
    return next(value for value, place in planted.values.items() if place == ("outbox", "batch_id"))


def test_after_an_erasure_nothing_planted_is_found_anywhere(core: Core) -> None:
    planted = _plant(core)
    _file(core, "done/kunden.csv", f"Nr;Name\n{CUSTOMER};zqraw\n".encode())
    _file(core, "refused/fahrzeuge.csv", f"Nr;Kunde\nX;{CUSTOMER}\n".encode("utf-16"))
    before = _found(core, planted)
    assert set(planted.values.values()) == before, "the search must be able to find every planted value"
    assert [] == _empty_tables(core), "a row must lie in every table that has a rule"
    done = erase_person(core.rights, {CUSTOMER}, core.business_clock.now())
    assert (True, 2) == (done.scrubbed, done.files)
    assert set() == _found(core, planted) - KEPT_FOR_THE_LAW
    assert b"Zqbystander" in _everything(core)


def test_a_dry_run_counts_what_the_erasure_then_does_and_changes_nothing(core: Core) -> None:
    planted = _plant(core)
    now = core.business_clock.now()
    promised = erase_person(core.rights, {CUSTOMER}, now, dry_run=True)
    assert set(planted.values.values()) == _found(core, planted)
    done = erase_person(core.rights, {CUSTOMER}, now)
    assert promised.files == done.files
    assert set(promised.rows) == set(done.rows)


def test_files_of_others_and_of_nobody_stay(core: Core) -> None:
    _plant(core)
    mine = _file(core, "done/kunden_1.csv", f"{VEHICLE}\n".encode())
    others = _file(core, "done/kunden_2.csv", b"Nr;Name\n9000001;Zqbystander\n")
    sealed = _file(core, "done/kunden_3.zip", b"PK\x03\x04")
    erase_person(core.rights, {CUSTOMER}, core.business_clock.now())
    assert (False, True, False) == (mine.exists(), others.exists(), sealed.exists())


@pytest.mark.parametrize(
    ("days_ago", "stays"), [(8, False), (1, True)], ids=["taken by the lettershop", "still to be posted"]
)
def test_a_batch_with_their_letter_goes_as_soon_as_it_counts_as_taken(
    core: Core,
    days_ago: int,
    stays: bool,  # noqa: FBT001 — a table's column
) -> None:
    _plant(core)
    with core.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outbox SET batch_id = 'b1'")
    letters = _file(core, "batch-b1/letters.pdf", b"%PDF zq", days_ago=days_ago)
    done = erase_person(core.rights, {CUSTOMER}, core.business_clock.now())
    assert (stays, int(stays)) == (letters.exists(), done.waiting)


def test_the_once_per_quarter_mark_outlives_the_erasure_without_the_number(core: Core) -> None:
    with core.open_uow() as uow:
        uow.records.upsert_customers([a_customer(CUSTOMER), a_customer("2")])
        uow.rounds.mark_contributed("2027-Q1", [an_entry(CUSTOMER), an_entry("2")], 1.0)
        uow.commit()
    erase_person(core.rights, {CUSTOMER}, core.business_clock.now())
    with core.open_uow() as uow:
        marks = uow.rounds.contributed("timing", "2027-Q1")
        counted = CountedBefore(uow.documents.get(SUPPRESSION_KEY) or b"", marks)
    assert (2, False) == (len(marks), CUSTOMER in marks)
    assert [True, True, False] == [number in counted for number in (CUSTOMER, "2", "3")]


def test_the_suppression_list_outlives_the_erasure(core: Core) -> None:
    person = a_customer(CUSTOMER)
    entry = suppression_entry(core.keys.suppression, person, "email") or ""
    with core.open_uow() as uow:
        uow.records.upsert_customers([person])
        uow.suppressions.add(entry, "email", "objection", core.business_clock.now())
        uow.commit()
    erase_person(core.rights, {CUSTOMER}, core.business_clock.now())
    with core.open_uow() as uow:
        assert uow.suppressions.contains(entry, "email")


def test_a_proof_of_consent_to_calls_is_kept_under_a_pseudonym(core: Core) -> None:
    with core.engine.begin() as connection:
        Planted().everywhere(connection)
        connection.exec_driver_sql("UPDATE consent_events SET channel = 'phone'")
    erase_person(core.rights, {CUSTOMER}, core.business_clock.now())
    with core.engine.begin() as connection:
        for table in ("consent_events", "phone_consent_uses"):
            (number,) = connection.scalars(metadata.tables[table].select().with_only_columns(
                metadata.tables[table].c.customer_id))  # fmt: skip
            assert "~" == number[0]
        assert [("", "")] == [tuple(r) for r in connection.exec_driver_sql("SELECT ip, reference FROM consent_events")]


@pytest.mark.parametrize(
    ("state", "number", "error"),
    [("sending", CUSTOMER, Conflict), ("sent", "4", Refused)],
    ids=["a message is being handed over", "nobody has the number"],
)
def test_an_erasure_that_cannot_be_done_changes_nothing(
    core: Core, state: str, number: str, error: type[GuildpostError]
) -> None:
    planted = _plant(core)
    with core.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outbox SET state = ?", (state,))
    with pytest.raises(error, match="person_"):
        erase_person(core.rights, {number}, core.business_clock.now())
    assert set(planted.values.values()) == _found(core, planted)
    assert set() == core.rights.keeper.read()


def test_the_log_says_what_was_done_and_to_nobody_by_name(core: Core) -> None:
    _plant(core)
    erase_person(core.rights, {CUSTOMER}, core.business_clock.now())
    with core.open_uow() as uow:
        (entry,) = uow.rights.logged()
    assert ("erasure", core.rights.reference(CUSTOMER)) == (entry.kind, entry.reference)
    assert entry.counts["customers"] == 1


def test_two_marks_of_one_customer_become_one(core: Core) -> None:
    with core.open_uow() as uow:
        uow.records.upsert_customers([a_customer(CUSTOMER)])
        uow.rounds.mark_contributed("2027-Q1", [an_entry(CUSTOMER)], 1.0)
        uow.commit()
    erase_person(core.rights, {CUSTOMER}, core.business_clock.now())
    with core.open_uow() as uow:
        uow.records.upsert_customers([a_customer(CUSTOMER)])
        uow.rounds.mark_contributed("2027-Q1", [an_entry(CUSTOMER)], 1.0)
        uow.commit()
    erase_person(core.rights, {CUSTOMER}, core.business_clock.now())
    with core.engine.begin() as connection:
        assert 1 == len(connection.execute(contributed_customers.select()).all())


def test_what_was_learned_of_everybody_is_forgotten_with_one_of_them(core: Core) -> None:
    _plant(core)
    with core.open_uow() as uow:
        uow.documents.put(KEPT_BELIEFS, b"{}")
        uow.commit()
    erase_person(core.rights, {CUSTOMER}, core.business_clock.now())
    with core.open_uow() as uow:
        assert uow.documents.get(KEPT_BELIEFS) is None
