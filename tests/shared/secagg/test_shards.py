"""Networks of more than a thousand dealers: who is in which round, and how their sums are added."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.identity.roster import Roster, RosterEntry
from guildpost_shared.secagg import shards
from guildpost_shared.secagg.aggregator import AggregateResult
from guildpost_shared.secagg.messages import ShareKeysRequest
from guildpost_shared.secagg.shard_sums import add_shards
from guildpost_shared.secagg.shards import shard_of, shards_of
from guildpost_shared.secagg.stages import Stage
from tests.factories.secagg_network import Network, network, run_round
from tests.factories.secagg_scene import Scene


def roster(sites: list[int], version: int = 1) -> Roster:
    """A roster with so many agents per legal entity."""
    names = [(f"dealer-{entity}-{site}", f"GmbH {entity}") for entity, many in enumerate(sites) for site in range(many)]
    entries = (
        RosterEntry(name, entity, number.to_bytes(32, "big"), "") for number, (name, entity) in enumerate(names, 1)
    )
    return Roster(version, bytes(32), tuple(entries))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=200))
def test_every_agent_is_in_exactly_one_shard_of_at_most_a_thousand_together_with_its_legal_entity(
    sites: list[int],
) -> None:
    whole = roster(sites)
    cut = shards_of(whole)
    assert sorted(whole.by_id) == sorted(agent for shard in cut for agent in shard)
    assert all(len(shard) <= shards.MOST_AGENTS for shard in cut)
    assert len(sites) == sum(len(whole.groups(shard)) for shard in cut)
    assert all(shard_of(whole, agent) == shard for shard in cut for agent in list(shard)[:2])


@pytest.mark.parametrize(
    ("sites", "sizes"),
    [
        ([1] * 12, [12]),
        ([1] * 1_000, [1_000]),
        ([1] * 1_001, [500, 501]),
        ([1] * 2_500, [833, 833, 834]),
        ([600] * 3, [600] * 3),
        ([1_200, *[1] * 20], [20, 1_200]),
    ],
    ids=["small", "just one", "one too many", "three", "entities stay whole", "an entity that fits nowhere"],
)
def test_a_network_is_cut_into_few_shards_of_nearly_one_size(sites: list[int], sizes: list[int]) -> None:
    assert sizes == sorted(len(shard) for shard in shards_of(roster(sites)))


def test_another_version_of_the_roster_mixes_the_shards_anew() -> None:
    first, second = (set(shards_of(roster([1] * 1_400, version))) for version in (1, 2))
    assert not first & second
    assert set(shards_of(roster([1] * 1_400))) == first


def test_who_is_not_on_the_roster_is_in_no_shard() -> None:
    assert frozenset() == shard_of(roster([1] * 20), "dealer-99")


MOST = 12


@pytest.fixture
def cut() -> Network:
    """Twenty-four dealers in shards of at most twelve."""
    return replace(network(24), most_agents=MOST)


def shard(cut: Network, number: int) -> list[str]:
    return sorted(shards_of(cut.roster, MOST)[number])


def sum_of(cut: Network, agents: list[str], lost: set[str]) -> AggregateResult:
    aggregator = cut.aggregator(agents)
    participants = {agent: cut.participant(agent) for agent in agents}
    run_round(cut, aggregator, participants, {Stage.MASKED_INPUT_COLLECTION: lost})
    return aggregator.result()


def test_the_sums_of_two_shards_give_the_sum_of_the_network_and_their_noise_adds(cut: Network) -> None:
    silent = shard(cut, 1)[0]
    one, other = sum_of(cut, shard(cut, 0), set()), sum_of(cut, shard(cut, 1), {silent})
    added = add_shards(cut.roster, [one, other], most_agents=MOST)
    expected = [agent for agent in cut.agents if agent != silent]
    assert cut.total(expected) == added.sum.tolist()
    assert (tuple(expected), 23) == (added.contributors, added.groups)
    assert Fraction(12 + 11, 10) == added.noise == one.noise + other.noise


def test_company_from_another_shard_is_refused_by_agents_and_by_the_aggregator(cut: Network) -> None:
    own, others = shard(cut, 0), shard(cut, 1)
    with pytest.raises(ProtocolViolation, match="secagg_shard"):
        cut.aggregator()
    with pytest.raises(ProtocolViolation, match="secagg_shard"):
        cut.aggregator([*own, others[0]])
    advertised = {
        agent: ShareKeysRequest.decode(Scene(Stage.SHARE_KEYS, cut, invited=part).honest_body(agent)).advertisements
        for part in (own, others)
        for agent in part[:1]
    }
    scene = Scene(Stage.SHARE_KEYS, cut, invited=own)
    mixed = sorted((*advertised[own[0]], advertised[others[0]][0]), key=lambda item: item.agent_id)
    scene.refuses(own[0], ShareKeysRequest(tuple(mixed)).encode(), "secagg_shard")


def result(agents: list[str], dimension: int = 6) -> AggregateResult:
    return AggregateResult(np.zeros(dimension, dtype=np.int64), tuple(agents), len(agents), 10)


@pytest.mark.parametrize("case", ["one shard twice", "contributors of both", "another length"])
def test_sums_that_do_not_belong_together_are_not_added(cut: Network, case: str) -> None:
    one, other = shard(cut, 0), shard(cut, 1)
    results = {
        "one shard twice": [result(one), result(one[:-1])],
        "contributors of both": [result([*one[:-1], other[0]])],
        "another length": [result(one), result(other, 7)],
    }[case]
    with pytest.raises(ProtocolViolation, match="secagg_shard"):
        add_shards(cut.roster, results, most_agents=MOST)
