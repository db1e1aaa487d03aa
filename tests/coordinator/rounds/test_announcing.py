"""A round is announced once per study and period, and not before its figures may be shown."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.rounds import SqlRounds
from guildpost_coordinator.app.announce_round import announce_round
from guildpost_coordinator.domain.rounds import TRANSITIONS, Round, RoundState, move, resumed
from guildpost_shared.errors import Conflict, Refused, public_text
from guildpost_shared.secagg.stages import ASKING, Stage
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
@pytest.mark.parametrize("stage", list(ASKING[2:]), ids=lambda stage: stage.name)
def test_a_period_for_which_somebody_may_have_been_charged_is_never_announced_again(
    rounds: SqlRounds, study: StudySpec, stage: Stage
) -> None:
    first = _aborted(rounds, _announce(rounds), stage)
    with pytest.raises(Conflict, match="round_exists"):
        _announce(rounds, study, seed=b"two")
    assert [first.round_id] == [one.round_id for one in rounds.all()]


@pytest.mark.parametrize("stage", [None, *ASKING[:2]], ids=str)
def test_a_round_that_ended_before_anybody_was_charged_is_announced_again(
    rounds: SqlRounds, stage: Stage | None
) -> None:
    first = _announce(rounds)
    _aborted(rounds, first, stage)
    again = _announce(rounds, seed=b"two")
    assert first.round_id != again.round_id
    assert [again] == rounds.all()
    assert (RoundState.ANNOUNCED, 2, None, "") == (again.state, again.attempt, again.stage, again.reason)


@pytest.mark.parametrize("collecting", [False, True], ids=["announced", "collecting"])
def test_a_round_that_is_under_way_is_not_announced_beside_itself(rounds: SqlRounds, collecting: bool) -> None:  # noqa: FBT001 — a table's column
    first = _announce(rounds)
    if collecting:
        rounds.save(move(first, "open"))
    with pytest.raises(Conflict, match="round_exists"):
        _announce(rounds, seed=b"two")


def test_a_program_whose_round_was_ended_meanwhile_enters_no_further_stage_and_releases_nothing(
    rounds: SqlRounds,
) -> None:
    """Or a round could be given up as free of charge, announced again, and the first one go on."""
    collecting = move(_announce(rounds), "open")
    rounds.save(collecting)
    rounds.save(move(collecting, "abort", reason="round_interrupted"))
    with pytest.raises(Conflict, match="illegal_transition"):
        rounds.enter(collecting, Stage.MASKED_INPUT_COLLECTION, 11, b"journal")
    with pytest.raises(Conflict, match="illegal_transition"):
        rounds.save(move(collecting, "release", contributors=11))
    stored = rounds.get(collecting.round_id)
    assert stored is not None
    assert (RoundState.ABORTED, None) == (stored.state, stored.stage)


def test_a_program_whose_round_was_resumed_by_another_goes_no_further(rounds: SqlRounds) -> None:
    earlier = move(_announce(rounds), "open")
    rounds.save(earlier)
    rounds.enter(earlier, Stage.MASKED_INPUT_COLLECTION, 11, b"one")
    rounds.save(resumed(earlier, NOW + timedelta(minutes=3)))
    with pytest.raises(Conflict, match="illegal_transition"):
        rounds.enter(earlier, Stage.CONSISTENCY_CHECK, 11, b"two")
    with pytest.raises(Conflict, match="illegal_transition"):
        rounds.save(move(earlier, "release", contributors=11))
    assert (b"one",) == rounds.journal(earlier.round_id)


def test_a_journal_is_kept_in_parts_while_its_round_is_open_and_goes_with_it(rounds: SqlRounds) -> None:
    collecting = move(_announce(rounds), "open")
    rounds.save(collecting)
    for stage, part in ((1, None), (2, b"first"), (3, b"second")):
        rounds.enter(collecting, Stage(stage), 11, part)
    assert (b"first", b"second") == rounds.journal(collecting.round_id)
    rounds.save(move(collecting, "abort", reason="round_interrupted"))
    assert () == rounds.journal(collecting.round_id)


def _aborted(rounds: SqlRounds, round_: Round, stage: Stage | None) -> Round:
    """End a round in a stage, or before the first one."""
    if stage is not None:
        round_ = move(round_, "open")
        rounds.save(round_)
        rounds.enter(round_, stage, 11, None)
    aborted = move(round_, "abort", reason="secagg_floor")
    rounds.save(aborted)
    return aborted


def test_another_period_is_another_round(rounds: SqlRounds) -> None:
    first = _announce(rounds)
    second = _announce(rounds, a_study(STUDY.period_end + timedelta(days=1), version=2), seed=b"two")
    assert first.round_id != second.round_id


@pytest.mark.parametrize("state", list(RoundState), ids=str)
@pytest.mark.parametrize("event", ["open", "resume", "release", "abort"])
def test_a_round_only_moves_as_drawn(state: RoundState, event: str) -> None:
    drawn = {
        ("announced", "open"): "collecting",
        ("announced", "abort"): "aborted",
        ("collecting", "resume"): "collecting",
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
