"""A rehearsal plans on a snapshot and in memory: it gives what planning gives, nobody waits for it, nothing stays."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Engine, event, select

from guildpost_agent.adapters.sql.engine import open_engine
from guildpost_agent.adapters.sql.rehearsal import rehearsal_factory
from guildpost_agent.adapters.sql.tables import metadata, touchpoints
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.app.rehearse_plan import rehearse_plan
from tests.factories.agent import KEY, NOW, a_config, a_service, an_appointment
from tests.factories.agent_home import SECRET
from tests.factories.every_plan import EACH_SIZE, every_plan, planned
from tests.factories.plan_world import LETTER, everything_stored, put_small_dealership
from tests.factories.random_dealership import RandomDealership

SERVICES, CONFIG = (a_service("hu_au"), a_service("inspection")), a_config()
WRITES = {sqlcipher.SQLITE_INSERT, sqlcipher.SQLITE_UPDATE, sqlcipher.SQLITE_DELETE}


@contextmanager
def written_in_the_file(engine: Engine) -> Iterator[set[str]]:
    """Name the tables of the file that a statement would write."""
    found: set[str] = set()

    def watch(action: int, table: str | None, _column: object, schema: str | None, _by: object) -> int:
        if action in WRITES and schema == "main":
            found.add(str(table))
        return int(sqlcipher.SQLITE_OK)

    def checked_out(driver: Any, _record: object, _proxy: object) -> None:
        driver.set_authorizer(watch)

    event.listen(engine, "checkout", checked_out)
    yield found
    event.remove(engine, "checkout", checked_out)


@EACH_SIZE
def test_it_gives_what_planning_gives_and_writes_in_memory_alone(examples: int) -> None:
    def check(here: RandomDealership, folder: Path, _random: Any) -> None:
        store, later = planned(here, folder), here.now + timedelta(days=9)
        with store() as uow:
            vehicle = uow.records.vehicles()[0]
            booked = an_appointment("T9", customer_id=vehicle.customer_id, vehicle_id=vehicle.vehicle_id)
            uow.records.upsert_appointments([booked])
            uow.commit()
        before = everything_stored(folder / "agent.db", SECRET)
        engine = open_engine(folder / "agent.db", SECRET)
        with written_in_the_file(engine) as touched:
            for afresh in (False, True):
                there, here_too = (
                    rehearse_plan(one, here.services, here.config, later, afresh=afresh, taught=here.taught)
                    for one in (rehearsal_factory(engine), store)
                )
                same = there == here_too
                assert same  # two plans in full would be too long to read
        engine.dispose()
        assert set() == touched
        assert before == everything_stored(folder / "agent.db", SECRET)

    every_plan(examples, check)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(tmp_path / "agent.db", KEY)
    metadata.create_all(engine)
    with unit_of_work_factory(engine)() as uow:
        put_small_dealership(uow)
        uow.commit()
    yield engine
    engine.dispose()


def test_what_is_written_meanwhile_is_written_at_once_and_not_seen(engine: Engine) -> None:
    with rehearsal_factory(engine)() as rehearsal:
        plan_touchpoints(lambda: _lent(rehearsal), SERVICES, CONFIG, NOW, KEY)
        with engine.connect() as writer:
            driver: Any = writer.connection.dbapi_connection
            driver.execute("PRAGMA busy_timeout = 0")  # whoever had to wait would fail
            writer.exec_driver_sql("DELETE FROM holds")
            writer.commit()
        assert rehearsal.plans.touchpoints()
        assert 1 == len(rehearsal.holds.all())
    with unit_of_work_factory(engine)() as uow:
        assert ([], []) == (uow.plans.touchpoints(), uow.holds.all())
        assert uow.records.customer(LETTER) is not None


def test_the_twins_are_gone_and_the_connection_is_as_before(engine: Engine) -> None:
    with rehearsal_factory(engine)() as rehearsal:
        plan_touchpoints(lambda: _lent(rehearsal), SERVICES, CONFIG, NOW, KEY)
        assert rehearsal.plans.touchpoints()
    with engine.connect() as connection:
        assert [] == connection.exec_driver_sql("SELECT name FROM temp.sqlite_master").all()
        assert 1 == connection.exec_driver_sql("PRAGMA foreign_keys").scalar()
        assert set() == set(connection.execute(select(touchpoints.c.touchpoint_id)))


@contextmanager
def _lent(uow: Any) -> Iterator[Any]:
    yield uow
