"""Rounds over the real Flower: two studies at once, and a coordinator that is killed while a round is under way.

Coordinator, SuperLink, round program and dealerships are processes; agents' databases, state machines, entrance with
TLS and node authentication are real. Only the catalogue is left out: roster and studies come from the scene.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from guildpost_coordinator.domain.rounds import Round, RoundState
from guildpost_shared.secagg.shards import shards_of
from guildpost_shared.secagg.stages import ASKING, Stage
from guildpost_shared.studies.spec import StudySpec
from tests.coordinator.live_rounds.live_network import LiveNetwork
from tests.coordinator.live_rounds.scene import DEALERS, MOST_AGENTS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveNetwork]:
    network = LiveNetwork(tmp_path_factory.mktemp("live"))
    yield network
    network.close()


def in_turn(live: LiveNetwork, announced: list[Round]) -> None:
    """Wait for rounds, and see that everybody was in each and none began before the one before had ended."""
    ended = [live.await_end(round_.round_id) for round_ in announced]
    assert [(RoundState.RELEASED, DEALERS)] * len(ended) == [(one.state, one.contributors) for one in ended], live.log()
    first, second = sorted(ended, key=lambda one: one.opens_at)
    (released,) = [one.released_at for one in live.rounds.releases() if one.round_id == first.round_id]
    assert released <= second.opens_at
    for agent in live.scene.net.agents:
        assert {one.round_id for one in announced} <= live.held_at(agent)


def kill_in(live: LiveNetwork, studies: list[StudySpec], stage: Stage) -> tuple[list[Round], Round]:
    """Announce rounds, kill the coordinator when one of them is in a stage; give them, and that one as it was left."""
    live.scene.hold(stage)
    rounds = [live.announce(study) for study in studies]
    found = live.await_stage([one.round_id for one in rounds], stage)
    live.kill_coordinator()
    live.scene.hold(None)
    left = live.get(found)
    assert (RoundState.COLLECTING, stage) == (left.state, left.stage)
    return rounds, left


@pytest.mark.soak
def test_two_studies_at_once_are_held_in_turn_by_all_agents_although_the_coordinator_is_killed_in_the_first(
    live: LiveNetwork,
) -> None:
    announced, left = kill_in(live, live.studies[:2], Stage.CONSISTENCY_CHECK)
    live.restart_coordinator()
    in_turn(live, announced)
    assert 1 == live.get(left.round_id).resumed


@pytest.mark.soak
def test_two_studies_at_once_are_held_in_turn_by_all_agents(live: LiveNetwork) -> None:
    in_turn(live, [live.announce(study) for study in live.studies[2:4]])


@pytest.mark.soak
@pytest.mark.parametrize(("stage", "study"), [(stage, 4 + stage) for stage in ASKING], ids=str)
def test_a_coordinator_killed_in_a_stage_ends_the_round_after_its_restart(
    live: LiveNetwork, stage: Stage, study: int
) -> None:
    """Released where somebody may have been charged, else given up for nothing and held again."""
    terms = live.studies[study]
    _, left = kill_in(live, [terms], stage)
    live.restart_coordinator()
    ended = live.await_end(left.round_id)
    if stage < Stage.MASKED_INPUT_COLLECTION:
        assert (RoundState.ABORTED, "round_interrupted", True) == (ended.state, ended.reason, ended.may_be_repeated)
        ended = live.await_end(live.announce(terms).round_id)
    assert (RoundState.RELEASED, DEALERS) == (ended.state, ended.contributors), live.log()
    assert 1 == sum(one.study_id == terms.study_id for one in live.rounds.releases())


@pytest.mark.soak
def test_a_round_whose_program_is_killed_goes_on_and_one_given_up_does_not_disturb_the_next(live: LiveNetwork) -> None:
    lost, resumed, after = live.studies[9:12]
    live.scene.hold(Stage.SHARE_KEYS)
    given_up, following = live.announce(lost), live.announce(resumed)
    live.await_stage([given_up.round_id, following.round_id], Stage.SHARE_KEYS)
    first, second = sorted((given_up, following), key=lambda one: one.round_id != live.running())
    live.kill_program()
    live.scene.hold(None)
    ended = live.await_end(first.round_id)
    assert (RoundState.ABORTED, "round_program_ended", True) == (ended.state, ended.reason, ended.may_be_repeated)
    live.scene.hold(Stage.UNMASKING)
    live.await_stage([second.round_id], Stage.UNMASKING)
    live.kill_program()
    live.scene.hold(None)
    ended = live.await_end(second.round_id)
    assert (RoundState.RELEASED, DEALERS, 1) == (ended.state, ended.contributors, ended.resumed), live.log()
    ended = live.await_end(live.announce(after).round_id)
    assert (RoundState.RELEASED, DEALERS, 0) == (ended.state, ended.contributors, ended.resumed), live.log()


@pytest.mark.soak
def test_a_network_of_two_shards_holds_its_round_although_the_coordinator_is_killed(tmp_path: Path) -> None:
    live = LiveNetwork(tmp_path / "large", dealers=2 * DEALERS)
    assert [DEALERS] * 2 == [len(shard) for shard in shards_of(live.scene.roster, MOST_AGENTS)]
    (announced,), _ = kill_in(live, live.studies[:1], Stage.CONSISTENCY_CHECK)
    live.restart_coordinator()
    ended = live.await_end(announced.round_id)
    assert (RoundState.RELEASED, 2 * DEALERS, 1) == (ended.state, ended.contributors, ended.resumed), live.log()
    live.close()
