"""A coordinator with a day in its configuration announces what its catalogue has published, by itself."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from guildpost_coordinator.adapters.sql.rounds import SqlRounds
from guildpost_coordinator.bootstrap_rounds import announce_by_schedule, studies_in_turn
from guildpost_shared.studies.spec import StudySpec
from tests.factories.catalogue import CatalogueWorld
from tests.factories.round_world import a_study
from tests.fakes.coordinator import open_home

PAST = date(2025, 3, 3)
OLD, RIPE = a_study(PAST), a_study(PAST + timedelta(days=28), version=2)
OTHER = replace(a_study(PAST), study_id="other-times")
UNRIPE = replace(a_study(date(2125, 3, 5)), study_id="far-away")


def published(world: CatalogueWorld, *studies: StudySpec) -> None:
    world.publish_signed({study.target_path: study.canonical_bytes for study in studies})


def test_of_every_published_study_the_version_with_the_next_round_is_read(tmp_path: Path) -> None:
    world = CatalogueWorld(tmp_path)
    published(world, OLD, OTHER)
    published(world, RIPE)
    core = open_home(tmp_path)
    assert [OTHER, OLD] == studies_in_turn(world.publishing, SqlRounds(core.engine))
    core.engine.dispose()
    world.close()


@pytest.mark.parametrize(
    ("day", "expected"), [("daily", {"slot-lead", "other-times"}), ("never", set())], ids=["with a day", "by default"]
)
def test_what_is_ripe_is_announced_once(tmp_path: Path, day: str, expected: set[str]) -> None:
    world = CatalogueWorld(tmp_path)
    published(world, OLD, RIPE, OTHER, UNRIPE)
    core = open_home(tmp_path, {"round_day": day, "round_hour": 0, "round_window_seconds": 90})
    announced = [one for _ in range(2) for one in announce_by_schedule(core, world.publishing)]
    assert expected == {one.study_id for one in announced}
    assert len(expected) == len(announced) == len(SqlRounds(core.engine).all())
    assert all(timedelta(seconds=90) == one.closes_at - one.opens_at for one in announced)
    core.engine.dispose()
    world.close()
