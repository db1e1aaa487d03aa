"""Networks of more than 1,000 dealers: who is in which round.

On the complete graph every agent verifies, and agrees on keys with, every other. That is what leaves the coordinator no
graph to choose (Bell et al. 2020 let it draw one, and prove what that costs in trust), and up to 1,000 agents it costs
each of them less than half a second. A larger network is cut into shards with a round each:

1. the roster alone says who is in which shard, so nobody chooses anybody's company: neither the coordinator nor a
   dealer. Every agent works its shard out for itself;
2. a legal entity is dealt whole, so that counting by legal entity stays right;
3. every shard keeps all rules of a round by itself: floor, threshold, key list, survivors. The coordinator walks them
   side by side (``network``) and adds their sums in the end (``shard_sums``).
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from guildpost_shared.identity.roster import Roster

MOST_AGENTS: Final = 1_000
"""Largest shard; compiled in, like the floor."""


def shard_of(roster: Roster, agent_id: str, most_agents: int = MOST_AGENTS) -> frozenset[str]:
    """Name the agents of one agent's shard, itself among them; nobody when it is not on the roster."""
    if agent_id not in roster.by_id:
        return frozenset()
    if len(roster.by_id) <= most_agents:
        return frozenset(roster.by_id)
    return next(shard for shard in shards_of(roster, most_agents) if agent_id in shard)


def shards_of(roster: Roster, most_agents: int = MOST_AGENTS) -> tuple[frozenset[str], ...]:
    """Cut a roster into as few shards of nearly equal size as keep within ``most_agents``.

    Legal entities come in the order of SHA-256 over roster hash and name, and each goes to the smallest shard so far.
    A legal entity with more agents than fit gets a shard for itself, which the floor then refuses.

    Args:
        roster: the roster in force.
        most_agents: largest shard. No message and no configuration changes it: whoever chooses another one chooses
            everybody's company anew, so agents and coordinator hold to the constant.
    """
    sites: dict[str, list[str]] = {}
    for entry in roster.entries:
        sites.setdefault(entry.legal_entity, []).append(entry.agent_id)
    order = sorted(sites, key=lambda entity: hashlib.sha256(roster.sha256 + entity.encode("utf-8")).digest())
    parcels = [sites[entity] for entity in order]
    alone = tuple(frozenset(parcel) for parcel in parcels if len(parcel) > most_agents)
    fitting = [parcel for parcel in parcels if len(parcel) <= most_agents]
    count = -(-sum(map(len, fitting)) // most_agents)
    shared = _dealt(fitting, count)
    while any(len(shard) > most_agents for shard in shared):
        count += 1
        shared = _dealt(fitting, count)
    return alone + shared


def _dealt(parcels: Sequence[Sequence[str]], count: int) -> tuple[frozenset[str], ...]:
    shards: list[set[str]] = [set() for _ in range(count)]
    for parcel in parcels:
        min(shards, key=len).update(parcel)
    return tuple(map(frozenset, shards))
