"""A round of a whole network: its shards side by side, stage by stage, then one sum.

    roster ──shards_of──▶ shard 1: aggregator ─┐
                          shard 2: aggregator ─┼─▶ ``requests()``, ``receive()``, ``advance()`` ──▶ ``NetworkSum``
                          …                   ─┘

Up to 1,000 agents are one shard. Every shard keeps the rules of a round by itself (``aggregator``); nothing of one is
ever shown to another. All that go on are in the same stage, so that a round is charged for everybody in the same
moment. A shard that cannot go on, for it has too few legal entities or too many false shares, is given up alone; the
round ends with the last of them. The journal frames the shards' own ones, in the order of ``shards_of``: whoever lags
behind in it was given up.
"""

from collections.abc import Iterable
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guildpost_shared.errors import Conflict, GuildpostError, ProtocolViolation, Refused
from guildpost_shared.identity.roster import Roster
from guildpost_shared.secagg.aggregator import Aggregator
from guildpost_shared.secagg.codec import Reader, Writer, malformed
from guildpost_shared.secagg.cohort import FLOOR_GROUPS
from guildpost_shared.secagg.context import RoundContext
from guildpost_shared.secagg.shard_sums import LostShard, NetworkSum, add_shards
from guildpost_shared.secagg.shards import MOST_AGENTS, shards_of
from guildpost_shared.secagg.stages import Stage

_LEFT_BEHIND: Final = "round_interrupted"


class NetworkAggregator:
    """One round as the coordinator sees it, of however many dealers; drive it like an ``Aggregator``."""

    def __init__(
        self,
        context: RoundContext,
        roster: Roster,
        coordinator_key: Ed25519PrivateKey,
        *,
        most_agents: int = MOST_AGENTS,
    ) -> None:
        """Open the round of every shard.

        Args:
            context: the round; one for all shards, as the roster in it says who is in which.
            roster: the roster in force; everybody in it is invited.
            coordinator_key: signs every request; its public half stands in the roster.
            most_agents: largest shard (``shards``).

        Raises:
            ProtocolViolation: ``secagg_other_round`` when context, roster and key do not belong together.
            Refused: ``secagg_floor`` when no shard has as many legal entities as the floor.
        """
        cut = shards_of(roster, most_agents)
        fit = [shard for shard in cut if len(roster.groups(shard)) >= FLOOR_GROUPS]
        if not fit:
            groups = max((len(roster.groups(shard)) for shard in cut), default=0)
            raise Refused("secagg_floor", groups=groups, floor=FLOOR_GROUPS)
        self._roster: Final = roster
        self._most_agents: Final = most_agents
        self._shards: Final = tuple(
            Aggregator(context, roster, coordinator_key, shard, most_agents=most_agents) for shard in fit
        )
        self._sizes: Final = tuple(map(len, fit))
        self._places: Final = {agent: place for place, shard in enumerate(fit) for agent in shard}
        self._lost: dict[int, str] = {}

    @classmethod
    def restore(
        cls,
        parts: Iterable[bytes],
        *,
        context: RoundContext,
        roster: Roster,
        coordinator_key: Ed25519PrivateKey,
        most_agents: int = MOST_AGENTS,
    ) -> "NetworkAggregator":
        """Go on from the parts of a stored journal, in order.

        Raises:
            ProtocolViolation: ``secagg_malformed`` when a part is not of as many shards.
            Refused: ``document_*`` when a part is not a journal of this round.
        """
        network = cls(context, roster, coordinator_key, most_agents=most_agents)
        for part in parts:
            reader = Reader(part)
            if reader.u32() != len(network._shards):
                raise malformed("a journal of other shards")
            for shard in network._shards:
                shard.relive(reader.sized())
            reader.end()
        reached = max(shard.stage for shard in network._shards)
        network._lost = {place: _LEFT_BEHIND for place, shard in enumerate(network._shards) if shard.stage != reached}
        return network

    def journal(self) -> bytes:
        """Write what has happened in the shards since the last call."""
        writer = Writer().u32(len(self._shards))
        for shard in self._shards:
            writer.sized(shard.journal())
        return writer.take()

    @property
    def stage(self) -> Stage:
        """Where the shards that go on stand; ``ABORTED`` when none does."""
        return min((shard.stage for _, shard in self._going_on()), default=Stage.ABORTED)

    @property
    def pending(self) -> frozenset[str]:
        """Agents whose reply of this stage is awaited."""
        return frozenset[str]().union(*(shard.pending for _, shard in self._going_on()))

    def requests(self) -> dict[str, bytes]:
        """Write the signed request of this stage for every agent whose reply is awaited."""
        return {agent: body for _, shard in self._going_on() for agent, body in shard.requests().items()}

    def receive(self, agent_id: str, reply: bytes) -> None:
        """Take one reply of this stage.

        Raises:
            ProtocolViolation: ``secagg_bad_reply``; the agent is left out from now on. Also ``secagg_not_asked`` for an
                agent that is not asked in this stage.
        """
        place = self._places.get(agent_id)
        if place is None or place in self._lost:
            raise ProtocolViolation("secagg_not_asked", detail=agent_id)
        self._shards[place].receive(agent_id, reply)

    def exclude(self, agent_id: str) -> None:
        """Leave an agent out of this stage and all later ones."""
        if agent_id in self._places:
            self._shards[self._places[agent_id]].exclude(agent_id)

    def advance(self) -> Stage:
        """Close the stage in every shard with the replies at hand; who cannot go on is given up.

        Returns:
            The next stage; ``FINISHED`` when the sum is there.

        Raises:
            Refused: ``secagg_below_threshold`` (or ``secagg_floor``) of the last shard; the round is over.
            ProtocolViolation: ``secagg_undecodable`` of the last shard; the round is over.
        """
        failure: GuildpostError = Conflict("illegal_transition", state=self.stage.name, event="advance")
        for place, shard in self._going_on():
            try:
                shard.advance()
            except (ProtocolViolation, Refused) as error:
                self._lost[place] = error.code
                failure = error
        if not self._going_on():
            raise failure
        return self.stage

    def result(self) -> NetworkSum:
        """Give the sum over the shards that came to the end.

        Raises:
            Conflict: ``illegal_transition`` before the round is finished.
        """
        results = [shard.result() for _, shard in self._going_on()]
        lost = tuple(LostShard(self._sizes[place], code) for place, code in sorted(self._lost.items()))
        return add_shards(self._roster, results, lost=lost, most_agents=self._most_agents)

    def _going_on(self) -> list[tuple[int, Aggregator]]:
        return [(place, shard) for place, shard in enumerate(self._shards) if place not in self._lost]
