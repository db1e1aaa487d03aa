"""A restored or crashed home ends with the erased person erased."""

import shutil
from pathlib import Path

import pytest

from guildpost_agent.adapters.files.tombstone_file import FILE
from guildpost_agent.app.rights.erase import erase_person, readmit, tombstones_of
from guildpost_agent.bootstrap.core import DATABASE, Core, database_key, open_core
from guildpost_shared.errors import ConfigurationError, Refused
from tests.agent.rights.planted import CUSTOMER, KEPT_FOR_THE_LAW, Planted, raw_pages
from tests.factories.agent import a_customer
from tests.factories.agent_home import SECRET, an_agent_home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return an_agent_home(tmp_path, monkeypatch)


def _erase(core: Core) -> None:
    erase_person(core.rights, {CUSTOMER}, core.business_clock.now())


def _numbers(core: Core) -> list[str]:
    with core.open_uow() as uow:
        return [customer.customer_id for customer in uow.records.customers()]


def _close(core: Core) -> None:
    core.rights.scrub()
    core.engine.dispose()


def test_a_backup_from_before_the_erasure_forgets_the_person_when_it_is_opened(home: Path, tmp_path: Path) -> None:
    core = open_core(home)
    with core.engine.begin() as connection:
        planted = Planted().everywhere(connection)
    with core.open_uow() as uow:
        uow.records.upsert_customers([a_customer("2", family_name="Bleibtreu")])
        uow.commit()
    _close(core)
    shutil.copy(home / DATABASE, tmp_path / "backup")
    core = open_core(home)
    _erase(core)
    _close(core)
    shutil.copy(tmp_path / "backup", home / DATABASE)
    assert b"zq" in raw_pages(home / DATABASE, database_key(SECRET))
    core = open_core(home)
    assert ["2"] == _numbers(core)
    pages = raw_pages(home / DATABASE, database_key(SECRET))
    found = {place for value, place in planted.values.items() if value.encode() in pages}
    assert set() == found - KEPT_FOR_THE_LAW


def test_an_erasure_that_crashed_after_its_intent_is_finished_at_the_next_opening(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = open_core(home)
    with core.open_uow() as uow:
        uow.records.upsert_customers([a_customer(CUSTOMER)])
        uow.commit()
    with monkeypatch.context() as broken:
        broken.setattr("guildpost_agent.app.rights.erase._erase", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            _erase(core)
    assert [CUSTOMER] == _numbers(core)
    core.engine.dispose()
    assert [] == _numbers(open_core(home))


def test_a_lost_tombstone_file_is_written_anew_from_the_database(home: Path) -> None:
    core = open_core(home)
    with core.open_uow() as uow:
        uow.records.upsert_customers([a_customer(CUSTOMER)])
        uow.commit()
    _erase(core)
    kept = core.rights.keeper.read()
    (home / FILE).unlink()
    assert kept == open_core(home).rights.keeper.read() != set()


@pytest.mark.parametrize("damage", [b"", b"GPTS1", b"GPTS1" + bytes(60)], ids=["empty", "cut off", "forged"])
def test_a_damaged_tombstone_file_stops_the_agent_and_says_what_to_do(home: Path, damage: bytes) -> None:
    open_core(home)
    (home / FILE).write_bytes(damage)
    with pytest.raises(ConfigurationError, match="tombstones_unreadable"):
        open_core(home)


def test_the_tombstone_file_is_encrypted_and_the_owners_alone(home: Path) -> None:
    core = open_core(home)
    with core.open_uow() as uow:
        uow.records.upsert_customers([a_customer(CUSTOMER)])
        uow.commit()
    _erase(core)
    assert 0o600 == (home / FILE).stat().st_mode & 0o777
    assert not {s.mark.encode() for s in core.rights.keeper.read() if s.mark.encode() in (home / FILE).read_bytes()}


def test_who_becomes_a_customer_anew_can_be_let_in_again(home: Path) -> None:
    core = open_core(home)
    person, now = a_customer(CUSTOMER), core.business_clock.now()
    with core.open_uow() as uow:
        uow.records.upsert_customers([person])
        uow.commit()
    _erase(core)
    with core.open_uow() as uow:
        assert {CUSTOMER} == tombstones_of(core.rights, uow).matching([person])
    readmit(core.rights, {CUSTOMER}, now)
    core = open_core(home)
    with core.open_uow() as uow:
        assert set() == tombstones_of(core.rights, uow).matching([person])
    with pytest.raises(Refused, match="person_not_erased"):
        readmit(core.rights, {CUSTOMER}, now)
