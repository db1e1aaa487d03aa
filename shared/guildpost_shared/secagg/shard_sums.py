"""The sum of a large network: the shards' noised sums, added.

Every shard's sum carries the whole noise by itself (σ²·n/t with n contributors and threshold t), so adding them is
post-processing and costs no privacy. The variances add: with S shards the noise is √S times as wide as one shard's,
while the counts are S times as large.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.identity.roster import Roster
from guildpost_shared.secagg.aggregator import AggregateResult
from guildpost_shared.secagg.quantise import Integers
from guildpost_shared.secagg.rebuilding import FalseShares
from guildpost_shared.secagg.shards import MOST_AGENTS, shard_of


@dataclass(frozen=True)
class LostShard:
    """A shard that was given up: how many agents it had, and the code of the reason."""

    agents: int
    code: str


@dataclass(frozen=True)
class NetworkSum:
    """The sum over the shards.

    Attributes:
        sum: int64[dimension].
        contributors: who is in it, in order.
        groups: how many legal entities that is.
        noise: how many times the promised variance σ² the sum carries: Σ n/t over the shards, at least one.
        false_shares: who revealed shares that did not fit; the sum is right in spite of them.
        lost: shards that are missing.
    """

    sum: Integers
    contributors: tuple[str, ...]
    groups: int
    noise: Fraction
    false_shares: tuple[FalseShares, ...] = ()
    lost: tuple[LostShard, ...] = ()


def add_shards(
    roster: Roster,
    results: Sequence[AggregateResult],
    *,
    lost: tuple[LostShard, ...] = (),
    most_agents: int = MOST_AGENTS,
) -> NetworkSum:
    """Add the sums of a network's shards.

    Args:
        roster: the roster of all the rounds.
        results: at least one; a shard whose round failed is missing.
        lost: those that are missing.
        most_agents: largest shard (``shards``).

    Raises:
        ProtocolViolation: ``secagg_shard`` when a result is not of one shard, two are of the same, or their layouts
            differ in length.
    """
    shards = [shard_of(roster, result.contributors[0], most_agents) for result in results]
    for shard, result in zip(shards, results, strict=True):
        _require(shard.issuperset(result.contributors), "contributors of several shards")
        _require(len(result.sum) == len(results[0].sum), "sums of different length")
    _require(len(set(shards)) == len(shards), "one shard twice")
    contributors = tuple(sorted(agent for result in results for agent in result.contributors))
    return NetworkSum(
        sum=np.sum([result.sum for result in results], axis=0, dtype=np.int64),
        contributors=contributors,
        groups=len(roster.groups(contributors)),
        noise=sum((result.noise for result in results), start=Fraction(0)),
        false_shares=tuple(false for result in results for false in result.false_shares),
        lost=lost,
    )


def _require(fits: bool, detail: str) -> None:  # noqa: FBT001 — reads as "require that it fits"
    if not fits:
        raise ProtocolViolation("secagg_shard", detail=detail)
