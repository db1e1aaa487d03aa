"""Two indexes know few rows of large tables; SQLite takes one only where a query says just what the index says."""

from pathlib import Path

import pytest

from guildpost_agent.adapters.sql.engine import driver_of, open_engine
from guildpost_agent.adapters.sql.migrate import migrate
from guildpost_agent.adapters.sql.tables.plans import CARRIES, HELD_OUT
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.domain.exclusions import Reason
from guildpost_agent.domain.records import Decision, Occasion, Triage
from tests.factories.agent import KEY, NOW, TODAY


@pytest.mark.parametrize(
    ("table", "condition", "index"),
    [("decisions", HELD_OUT, "decisions_held_out"), ("touchpoints", CARRIES, "touchpoints_that_carry")],
    ids=["who was held out", "what carries"],
)
def test_the_few_are_found_without_reading_the_table(tmp_path: Path, table: str, condition: str, index: str) -> None:
    engine = open_engine(tmp_path / "agent.db", KEY)
    migrate(engine)
    with engine.connect() as connection:
        asked = f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE {condition}"  # noqa: S608 — both stand above
        (step,) = driver_of(connection).execute(asked).fetchall()
    assert index in step[-1]


def test_exactly_those_held_out_are_named(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "agent.db", KEY)
    migrate(engine)
    with unit_of_work_factory(engine)() as uow:
        rows = [Occasion(reason, "1", "V1", reason, TODAY, "dms", 1.0, Triage.TRUSTED) for reason in Reason]
        uow.plans.replace_occasions(rows)
        uow.plans.record_decisions([Decision(reason, NOW, kept=False, reason=reason.value) for reason in Reason])
        assert ["HOLDOUT"] == list(uow.plans.held_out())
        assert [("1", "HOLDOUT")] == list(uow.plans.control_group())
