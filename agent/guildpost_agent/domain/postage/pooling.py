"""What it gains to post several runs of one dealer as one: below a minimum alone, above it together.

Only letters of one legal entity are pooled. Items of one posting share sender, format and franking; their texts may
differ, so that runs of several services go together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from guildpost_agent.domain.postage.choice import choose
from guildpost_agent.domain.postage.items import Item
from guildpost_agent.domain.postage.prices import Prices


@dataclass(frozen=True)
class PoolGain:
    """Several runs apart or as one; tenths of a cent. ``gain`` is negative where waiting costs more than it saves."""

    apart: int
    pooled: int
    handling: int
    lost: int

    @property
    def gain(self) -> int:
        """What pooling saves after its own costs."""
        return self.apart - self.pooled - self.handling - self.lost


def pool_gain(runs: Sequence[Sequence[Item]], prices: Prices, *, handling: int = 0, lost: int = 0) -> PoolGain:
    """Compare runs of one dealer posted apart with the same letters posted together.

    Args:
        runs: their items, with ids unique over all runs.
        prices: the same for all.
        handling: what keeping and sorting the pool costs, tenths of a cent.
        lost: the booking margin expected to be lost by waiting, tenths of a cent.
    """
    apart = sum(choose(run, prices).best.cost for run in runs)
    pooled = choose([item for run in runs for item in run], prices).best.cost
    return PoolGain(apart, pooled, handling, lost)


def in_runs(items: Sequence[Item], count: int) -> list[Sequence[Item]]:
    """Split letters into so many runs of about one size, in their order; fewer where there are fewer letters."""
    edges = [len(items) * number // count for number in range(count + 1)]
    return [items[start:end] for start, end in pairwise(edges) if start < end]
