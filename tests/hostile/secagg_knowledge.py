"""What a coordinator and the dealers on its side can work out from the bytes they have seen.

Shares are recognised by their bytes: whoever cuts a secret is overheard (``overhearing``), so that each share that
turns up in a reply has an owner, a kind and an abscissa. The vector of honest dealer v is hidden by its self-mask and
by one pair mask per other dealer of its U2. So with what is known of both kinds of secrets:

- v's self-mask comes off when t of its self-mask shares are known, t as v itself cut them;
- the pair mask of v and w comes off when either's mask key is known (t shares, or one of the two colludes), or cancels
  when both vectors are added, if each counted the other in;
- so the coordinator learns the sum over a set of vectors when all self-masks in it come off, and all pair masks across
  its edge. The smallest such sets are the connected components below. Everything it can learn is made of those.

A component is a leak when, with all colluding dealers, it holds fewer legal entities than ten, or than a member's t.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from guildpost_shared.secagg.cohort import FLOOR_GROUPS
from guildpost_shared.secagg.messages import SHARE_BYTES
from guildpost_shared.secagg.participant import Participant
from guildpost_shared.secagg.stages import Stage
from tests.factories.secagg_network import Network

HEAD, SIGNATURE = 39, 64  # what a cover puts around a body
NEVER = 10**9  # threshold of who cut nothing
Split = Callable[..., tuple[bytes, ...]]


class Knowledge:
    """The coordinator's, together with its colluding dealers."""

    def __init__(self, net: Network, colluding: frozenset[str]) -> None:
        self.net, self.colluding = net, colluding
        self.cutting = ""
        self._meaning: dict[bytes, tuple[str, str, int]] = {}
        self._known: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        self._threshold: dict[str, int] = {}
        self._counted_in: dict[str, frozenset[str]] = {}

    def overhearing(self, split: Split) -> Split:
        """Note what each share means that the dealer named by ``cutting`` cuts."""

        def overheard(secrets: bytes, **how: Any) -> tuple[bytes, ...]:
            pairs = split(secrets, **how)
            for at, pair in enumerate(pairs, start=1):
                self._meaning[pair[:SHARE_BYTES]] = (self.cutting, "self", at)
                self._meaning[pair[SHARE_BYTES:]] = (self.cutting, "mask", at)
            self._threshold[self.cutting] = how["threshold"]
            return pairs

        return overheard

    def hear(self, participant: Participant, agent: str, stage: Stage, reply: bytes) -> None:
        """Take in an honest dealer's reply."""
        state = participant._state
        if stage == Stage.SHARE_KEYS:  # what it sealed to colluding dealers, they open
            assert state.cohort is not None
            for colluder in self.colluding & state.cohort.by_id.keys():
                at = state.cohort.share_position(colluder)
                self._known[agent, "self"].add(at)
                self._known[agent, "mask"].add(at)
        if stage == Stage.MASKED_INPUT_COLLECTION:
            self._counted_in[agent] = frozenset(state.holders) - {agent}
        if stage == Stage.UNMASKING:
            body = reply[HEAD:-SIGNATURE]
            for at in range(0, len(body), SHARE_BYTES):
                owner, kind, position = self._meaning[body[at : at + SHARE_BYTES]]
                self._known[owner, kind].add(position)

    def sums(self) -> Iterator[frozenset[str]]:
        """Name the smallest sets of honest dealers whose vectors' sum can be worked out."""
        open_ones = {agent for agent in self._counted_in if self._has(agent, "self")}
        while open_ones:
            reached, waiting, stuck = set[str](), {min(open_ones)}, False
            while waiting:
                agent = waiting.pop()
                reached.add(agent)
                tied = {peer for peer in self._counted_in[agent] if not self._pair_known(agent, peer)}
                stuck |= any(
                    peer not in open_ones | reached or agent not in self._counted_in.get(peer, ()) for peer in tied
                )
                waiting |= (tied & open_ones) - reached
            open_ones -= reached
            if not stuck:
                yield frozenset(reached)

    def leaks(self) -> list[frozenset[str]]:
        """List the sums over too few."""
        entity = {entry.agent_id: entry.legal_entity for entry in self.net.roster.entries}
        found = []
        for learnt in self.sums():
            groups = len({entity[agent] for agent in learnt | self.colluding})
            if groups < max(FLOOR_GROUPS, *(self._threshold[agent] for agent in learnt)):
                found.append(learnt)
        return found

    def _has(self, agent: str, kind: str) -> bool:
        return agent in self.colluding or len(self._known[agent, kind]) >= self._threshold.get(agent, NEVER)

    def _pair_known(self, one: str, other: str) -> bool:
        return self._has(one, "mask") or self._has(other, "mask")
