"""A dealership that reveals false shares: the others' sum is found in spite of it, and it is named."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.secagg.aggregator import AggregateResult
from guildpost_shared.secagg.envelope import Envelope
from guildpost_shared.secagg.false_shares import places_of_false
from guildpost_shared.secagg.participant import Participant
from guildpost_shared.secagg.shamir import PRIME, elements, split
from guildpost_shared.secagg.stages import Stage
from guildpost_shared.secagg.state import HeldShares
from tests.factories.secagg_network import Network, network, run_stage
from tests.factories.secagg_scene import LATEST, NET, A, B, C, Scene
from tests.fakes.seeded_entropy import SeededEntropy

TWENTY = network(20)
SITES = network(24, groups=[f"GmbH {number // 2}" for number in range(24)])


def lie(participant: Participant, about: Collection[str]) -> None:
    """Let an agent hold something else instead of the shares that some owners gave it."""
    state = participant._state
    false = HeldShares(bytes(34), b"\x01" * 34)
    held = tuple((owner, false if owner in about else shares) for owner, shares in state.held)
    object.__setattr__(participant, "_state", replace(state, held=held))


def unmasked(
    net: Network, lies: dict[str, Collection[str]], *, uploads: Collection[str] = (), silent: int = 0
) -> Scene:
    """Bring a round to its end: some lie about some, some vanish before their upload, some before unmasking."""
    scene = Scene(Stage.UNMASKING, net, lost={Stage.MASKED_INPUT_COLLECTION: set(uploads)})
    for liar, about in lies.items():
        lie(scene.participants[liar], about)
    for agent in [one for one in scene.participants if one not in lies][:silent]:
        scene.participants.pop(agent)
    run_stage(scene.aggregator, scene.participants, net)
    return scene


def result_of(scene: Scene) -> AggregateResult:
    scene.aggregator.advance()
    return scene.aggregator.result()


CASES: dict[str, tuple[Network, dict[str, Collection[str]], Collection[str], int]] = {
    "one of twelve lies about everybody": (NET, {A: NET.agents}, (), 0),
    "one of twelve lies about one": (NET, {B: (C,)}, (), 0),
    "one lies about the key of somebody who vanished": (NET, {B: (LATEST,)}, (LATEST,), 0),
    "one lies about everybody, one vanished": (NET, {A: NET.agents}, (LATEST,), 0),
    "one lies, one is silent: a single share to spare": (NET, {C: NET.agents}, (), 1),
    "two of twelve lie: as many as there are shares to spare": (NET, {A: NET.agents, C: NET.agents}, (), 0),
    "two of twelve lie about different ones": (NET, {A: (B, C), C: (A,)}, (), 0),
    "two of twenty lie": (TWENTY, {TWENTY.agents[0]: TWENTY.agents, TWENTY.agents[9]: TWENTY.agents[:3]}, (), 0),
    "one of two sites lies: the other holds the same share": (SITES, {SITES.agents[1]: SITES.agents}, (), 0),
    "both sites of one legal entity lie": (SITES, dict.fromkeys(SITES.agents[:2], SITES.agents), (), 0),
}


@pytest.mark.parametrize("case", CASES)
def test_the_sum_is_exact_although(case: str) -> None:
    net, lies, uploads, silent = CASES[case]
    result = result_of(unmasked(net, lies, uploads=uploads, silent=silent))
    alive = [agent for agent in net.agents if agent not in uploads]
    assert net.total(alive) == result.sum.tolist()
    assert {one.holder: set(one.owners) for one in result.false_shares} == (
        {liar: set(about) for liar, about in lies.items()} if _is_noticed(net, lies) else {}
    )


def _is_noticed(net: Network, lies: dict[str, Collection[str]]) -> bool:
    """Somebody is named once there was a reason to look: where an honest site stands for its entity there was none."""
    return net is not SITES or len(lies) > 1


def test_nobody_is_named_in_an_honest_round() -> None:
    assert () == result_of(unmasked(NET, {})).false_shares


@pytest.mark.parametrize(
    ("liars", "silent"), [(NET.agents[:3], 0), (NET.agents[:2], 1), (NET.agents, 0)], ids=["three", "two", "everybody"]
)
def test_more_false_shares_than_there_are_to_spare_end_the_round_and_give_no_wrong_sum(
    liars: tuple[str, ...], silent: int
) -> None:
    scene = unmasked(NET, dict.fromkeys(liars, NET.agents), silent=silent)
    with pytest.raises(ProtocolViolation, match="secagg_undecodable"):
        scene.aggregator.advance()
    assert Stage.ABORTED == scene.aggregator.stage


def test_somebody_who_promised_another_secret_than_it_shared_ends_the_round_and_is_named() -> None:
    """Its self-mask cannot come off, whatever shares are taken."""
    scene = Scene(Stage.SHARE_KEYS)
    honest = scene.answer(B, scene.honest_body(B))[39:-64]
    promise = Envelope(NET.context, "reply", Stage.SHARE_KEYS, B).seal(NET.keys[B], bytes(32) + honest[32:])
    scene.aggregator.receive(B, promise)
    while scene.aggregator.stage < Stage.UNMASKING:
        run_stage(scene.aggregator, scene.participants, NET)
        scene.aggregator.advance()
    run_stage(scene.aggregator, scene.participants, NET)
    with pytest.raises(ProtocolViolation) as caught:
        scene.aggregator.advance()
    assert ("secagg_undecodable", f"rebuilt secret of {B}") == (caught.value.code, caught.value.detail)


@given(data=st.data(), threshold=st.integers(2, 12), spare=st.integers(0, 9))
def test_up_to_half_of_the_spare_shares_are_found_false_wherever_they_stand(
    data: st.DataObject, threshold: int, spare: int
) -> None:
    holders = threshold + spare
    shares = split(bytes(range(64)), threshold=threshold, holders=holders, entropy=SeededEntropy(b"shares"))
    rows = {place: elements(row) for place, row in enumerate(shares, start=1)}
    liars = data.draw(st.sets(st.sampled_from(sorted(rows)), max_size=spare // 2))
    for liar in liars:
        column = data.draw(st.integers(0, rows[liar].size - 1))
        rows[liar] = rows[liar].copy()
        rows[liar][column] = (rows[liar][column] + data.draw(st.integers(1, PRIME - 1))) % PRIME
    assert frozenset(liars) == places_of_false(rows, threshold)


def test_of_a_thousand_dealers_a_hundred_liars_are_found() -> None:
    shares = split(bytes(range(64)), threshold=800, holders=1_000, entropy=SeededEntropy(b"shares"))
    rows = {place: elements(row) for place, row in enumerate(shares, start=1)}
    liars = set(range(7, 1_000, 10))
    for liar in liars:
        rows[liar] = (rows[liar] * np.int64(3) + 1) % PRIME
    assert frozenset(liars) == places_of_false(rows, 800)
    rows[1] = (rows[1] + 1) % PRIME
    assert places_of_false(rows, 800) is None
