"""A round is announced once per study and period, and not before its figures may be shown."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.rounds import SqlRounds
from guildpost_coordinator.app.announce_round import announce_round
from guildpost_coordinator.domain.rounds import TRANSITIONS, Round, RoundState, move
from guildpost_shared.errors import Conflict, Refused, public_text
from guildpost_shared.studies.spec import StudySpec
from tests.factories.round_world import STUDY, a_study
from tests.fakes.seeded_entropy import SeededEntropy

NOW = datetime(2027, 6, 2, 8, tzinfo=UTC)


@pytest.fixture
def rounds(tmp_path: Path) -> Iterator[SqlRounds]:
    engine = open_engine(tmp_path / "coordinator.sqlite")
    migrate(engine)
    yield SqlRounds(engine)
    engine.dispose()


def _announce(rounds: SqlRounds, study: StudySpec = STUDY, days: int = 0, seed: bytes = b"one") -> Round:
    today = study.release_from + timedelta(days=days)
    return announce_round(
        rounds=rounds, study=study, today=today, window=timedelta(minutes=2), now=NOW, entropy=SeededEntropy(seed)
    )


def test_a_round_opens_now_and_closes_after_its_window(rounds: SqlRounds) -> None:
    round_ = _announce(rounds)
    assert [round_] == rounds.all()
    assert (RoundState.ANNOUNCED, NOW, NOW + timedelta(minutes=2)) == (round_.state, round_.opens_at, round_.closes_at)
    assert (STUDY.target_path, "2027-03-01_2027-03-28") == (round_.study_path, round_.period)


def test_no_round_before_the_day_from_which_its_figures_may_be_shown(rounds: SqlRounds) -> None:
    with pytest.raises(Refused, match="study_not_ripe") as caught:
        _announce(rounds, days=-1)
    assert "2027-06-01" in str(public_text(caught.value))
    assert [] == rounds.all()


@pytest.mark.parametrize(
    "study", [STUDY, a_study(version=2)], ids=["the same version", "another version of the same period"]
)
def test_a_study_and_period_are_announced_once(rounds: SqlRounds, study: StudySpec) -> None:
    first = _announce(rounds)
    rounds.save(move(first, "abort", reason="round_interrupted"))
    with pytest.raises(Conflict, match="round_exists"):
        _announce(rounds, study, seed=b"two")


def test_another_period_is_another_round(rounds: SqlRounds) -> None:
    first = _announce(rounds)
    second = _announce(rounds, a_study(STUDY.period_end + timedelta(days=1), version=2), seed=b"two")
    assert first.round_id != second.round_id


@pytest.mark.parametrize("state", list(RoundState), ids=str)
@pytest.mark.parametrize("event", ["open", "release", "abort"])
def test_a_round_only_moves_as_drawn(state: RoundState, event: str) -> None:
    drawn = {
        ("announced", "open"): "collecting",
        ("announced", "abort"): "aborted",
        ("collecting", "release"): "released",
        ("collecting", "abort"): "aborted",
    }
    assert drawn == {(before.value, by): after.value for (before, by), after in TRANSITIONS.items()}
    round_ = Round("r", "p", "s", "t", state, NOW, NOW)
    if (state.value, event) in drawn:
        assert drawn[state.value, event] == move(round_, event).state.value
    else:
        with pytest.raises(Conflict, match="illegal_transition"):
            move(round_, event)
