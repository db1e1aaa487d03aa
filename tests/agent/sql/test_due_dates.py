"""Due dates are written only where they changed, and read only where they may have."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import event

from guildpost_agent.adapters.sql.engine import open_engine
from guildpost_agent.adapters.sql.migrate import migrate
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.domain.occasions import Inspections, all_due
from guildpost_agent.domain.subjects import Subjects
from tests.factories.agent import KEY, TODAY, a_service, a_vehicle

SERVICES = [a_service("hu_au"), a_service("inspection")]


class World:
    """A database that counts what is written into it."""

    def __init__(self, folder: Path) -> None:
        self.engine = open_engine(folder / "agent.db", KEY)
        migrate(self.engine)
        self.open_uow: OpenUnitOfWork = unit_of_work_factory(self.engine)
        self.written = 0
        event.listen(self.engine, "after_cursor_execute", self._count)

    def _count(self, _connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.startswith("INSERT OR REPLACE INTO due_dates"):
            self.written += len(parameters) if isinstance(parameters, list) else 1

    def store(self, *vehicles: object, only: set[str] | None = None) -> None:
        with self.open_uow() as uow:
            uow.plans.replace_due_dates(found(*vehicles), only)
            uow.commit()

    def stored(self) -> int:
        with self.open_uow() as uow:
            return sum(uow.plans.triage().values())

    def lose(self, vehicle_id: str) -> None:
        with self.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM due_dates WHERE vehicle_id = ?", (vehicle_id,))


def found(*vehicles: object) -> Inspections:
    return all_due(Subjects(list(vehicles), {}), SERVICES, TODAY)  # type: ignore[arg-type]  # vehicles of the factory


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


ONE, OTHER = a_vehicle("V1"), a_vehicle("V2", customer_id="2")


def test_what_is_stored_already_is_not_written_again(world: World) -> None:
    world.store(ONE, OTHER)
    world.store(ONE, OTHER)
    assert (4, 4) == (world.written, world.stored())


def test_only_the_vehicle_that_is_due_at_another_time_is_written(world: World) -> None:
    world.store(ONE, OTHER)
    world.store(ONE, a_vehicle("V2", customer_id="2", next_hu=date(2028, 6, 1)))
    assert (5, 4) == (world.written, world.stored())


def test_a_vehicle_that_is_gone_takes_its_due_dates_along(world: World) -> None:
    world.store(ONE, OTHER)
    world.store(ONE)
    assert 2 == world.stored()


def test_what_was_erased_meanwhile_comes_back_with_its_vehicle(world: World) -> None:
    world.store(ONE, OTHER)
    world.lose("V2")
    world.store(ONE, OTHER)
    assert 4 == world.stored()


def test_a_change_of_one_vehicle_is_seen_by_the_next_look_at_all(world: World) -> None:
    world.store(ONE, OTHER)
    world.store(a_vehicle("V2", customer_id="2", next_hu=date(2028, 6, 1)), only={"V2"})
    world.store(ONE, OTHER)
    assert (6, 4) == (world.written, world.stored())
