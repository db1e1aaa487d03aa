"""Rounds announced by themselves: on the operator's day, what is ripe, once a slot, and never what is used."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.rounds import SqlRounds
from guildpost_coordinator.app.announce_due import announce_due
from guildpost_coordinator.domain.round_schedule import Day, Schedule
from guildpost_coordinator.domain.rounds import Round, move
from guildpost_shared.secagg.stages import Stage
from guildpost_shared.studies.counted import counted_study
from guildpost_shared.studies.spec import StudySpec
from tests.factories.round_world import STUDY
from tests.fakes.seeded_entropy import SeededEntropy

ZONE = ZoneInfo("Europe/Berlin")
RIPE = datetime(STUDY.release_from.year, STUDY.release_from.month, STUDY.release_from.day, 10, tzinfo=ZONE)
DAILY = Schedule("daily", 10, timedelta(minutes=10))
OTHER = replace(STUDY, study_id="other-times")
TRAINING = counted_study(
    "propensity",
    brand="Arvana",
    services=["hu_au"],
    period_start=STUDY.period_start - timedelta(days=30),
    period_end=STUDY.period_end - timedelta(days=30),
)


class Calendar:
    """The record of rounds, and a schedule that is asked at instants."""

    def __init__(self, folder: Path) -> None:
        self.engine = open_engine(folder / "coordinator.sqlite")
        migrate(self.engine)
        self.rounds = SqlRounds(self.engine)
        self.studies = [STUDY]
        self.asked = 0
        self.entropy = SeededEntropy(b"calendar")

    def tick(self, at: datetime, schedule: Schedule = DAILY) -> list[Round]:
        return announce_due(
            rounds=self.rounds,
            studies=self._published,
            schedule=schedule,
            zone=ZONE,
            today=lambda: at.astimezone(ZONE).date(),
            now=at.astimezone(UTC),
            entropy=self.entropy,
        )

    def end(self, round_: Round, stage: Stage | None) -> None:
        """Abort a round that came as far as a stage."""
        if stage is not None:
            round_ = move(round_, "open")
            self.rounds.save(round_)
            self.rounds.enter(round_, stage, 11, None)
        self.rounds.save(move(round_, "abort", reason="secagg_floor"))

    def _published(self) -> list[StudySpec]:
        self.asked += 1
        return self.studies


@pytest.fixture
def calendar(tmp_path: Path) -> Iterator[Calendar]:
    calendar = Calendar(tmp_path)
    yield calendar
    calendar.engine.dispose()


@pytest.mark.parametrize(
    ("schedule", "at", "announced"),
    [
        (DAILY, RIPE, 1),
        (DAILY, RIPE + timedelta(hours=13, minutes=59), 1),
        (DAILY, RIPE - timedelta(minutes=1), 0),
        (DAILY, RIPE - timedelta(days=1), 0),
        (replace(DAILY, day="tuesday"), RIPE, 1),
        (replace(DAILY, day="wednesday"), RIPE, 0),
        (replace(DAILY, day="never"), RIPE, 0),
    ],
    ids=[
        "the hour begins",
        "late in the same day",
        "a minute before the hour",
        "a day before it is ripe",
        "its weekday",
        "another weekday",
        "never",
    ],
)
def test_a_ripe_study_is_announced_in_the_slot_when(
    calendar: Calendar, schedule: Schedule, at: datetime, announced: int
) -> None:
    assert 1 == STUDY.release_from.weekday()
    found = calendar.tick(at, schedule)
    assert announced == len(found) == len(calendar.rounds.all())
    assert all(timedelta(minutes=10) == one.closes_at - one.opens_at for one in found)


def test_the_catalogue_is_not_even_read_outside_of_a_slot(calendar: Calendar) -> None:
    calendar.tick(RIPE - timedelta(hours=1))
    calendar.tick(RIPE, replace(DAILY, day="never"))
    assert 0 == calendar.asked


def test_the_rounds_of_a_training_follow_one_another_within_a_slot_as_long_as_each_is_released(
    calendar: Calendar,
) -> None:
    calendar.studies = [TRAINING]
    for step in (1, 2):
        (found,) = calendar.tick(RIPE)
        assert f"{TRAINING.days}_{step}" == found.period
        assert [] == calendar.tick(RIPE)
        opened = move(found, "open")
        calendar.rounds.save(opened)
        calendar.rounds.save(move(opened, "release", contributors=11))
    (third,) = calendar.tick(RIPE)
    calendar.end(third, Stage.ADVERTISE_KEYS)
    assert [] == calendar.tick(RIPE)
    (again,) = calendar.tick(RIPE + timedelta(days=1))
    assert (third.period, 2) == (again.period, again.attempt)
    calendar.end(again, Stage.MASKED_INPUT_COLLECTION)
    assert [] == calendar.tick(RIPE + timedelta(days=2))


def test_every_study_has_its_round_and_none_has_two(calendar: Calendar) -> None:
    calendar.studies = [STUDY, OTHER]
    assert {STUDY.study_id, "other-times"} == {one.study_id for one in calendar.tick(RIPE)}
    assert [] == [one for day in range(3) for one in calendar.tick(RIPE + timedelta(days=day, minutes=5))]


def test_a_round_that_found_no_quorum_is_tried_again_in_the_next_slot_and_not_before(calendar: Calendar) -> None:
    (first,) = calendar.tick(RIPE)
    calendar.end(first, Stage.ADVERTISE_KEYS)
    assert [] == calendar.tick(RIPE + timedelta(hours=2))
    (again,) = calendar.tick(RIPE + timedelta(days=1))
    assert 2 == again.attempt


def test_a_round_that_spent_the_contributions_is_not_tried_again(calendar: Calendar) -> None:
    (first,) = calendar.tick(RIPE)
    calendar.end(first, Stage.MASKED_INPUT_COLLECTION)
    assert [] == calendar.tick(RIPE + timedelta(days=1))


def test_what_somebody_announced_by_hand_is_left_alone(calendar: Calendar) -> None:
    (by_hand,) = calendar.tick(RIPE)
    calendar.rounds.save(move(by_hand, "open"))
    assert [] == calendar.tick(RIPE + timedelta(days=1))


@given(
    day=st.sampled_from(["daily", "monday", "sunday"]),
    hour=st.integers(0, 23),
    at=st.datetimes(datetime(2027, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001 — given its zone below
)
def test_a_slot_lies_in_the_past_of_its_own_day(day: Day, hour: int, at: datetime) -> None:
    now = at.replace(tzinfo=ZONE)
    slot = Schedule(day, hour, timedelta(minutes=10)).slot(now)
    assert slot is None or (slot.date(), slot.hour) == (now.date(), hour)
    assert slot is None or slot <= now
    assert slot is not None or day != "daily" or now.hour < hour


@pytest.mark.parametrize("released", [True, False], ids=["released", "aborted"])
def test_the_next_part_of_a_study_follows_at_once_where_the_one_before_was_released(
    calendar: Calendar,
    released: bool,  # noqa: FBT001 — a table's column
) -> None:
    calendar.studies = [replace(STUDY, round_days=14, kind="when-to-write")]
    first, second = (one.period for one in calendar.studies[0].parts)
    (round_,) = calendar.tick(RIPE)
    assert (first, []) == (round_.period, calendar.tick(RIPE))
    if released:
        calendar.rounds.save(move(move(round_, "open"), "release", contributors=11))
    else:
        calendar.end(round_, Stage.UNMASKING)
    following = calendar.tick(RIPE + timedelta(minutes=5)) or calendar.tick(RIPE + timedelta(days=1))
    assert [second] == [one.period for one in following]
    assert released == (following[0].opens_at < RIPE + timedelta(days=1))
