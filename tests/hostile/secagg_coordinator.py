"""A hostile coordinator as a state machine: it bends honest requests and sends them to whom it likes, in any order.

It holds its own signing key and those of the colluding dealers. It leaves members out of key lists or shows tiny ones,
withholds shares, claims that some did not survive, asks for the wrong kinds of shares, for both kinds, with signatures
left out, repeated or made by its colluders, and repeats whatever it sent before. After every step nothing may be known
(``secagg_knowledge``) but sums over t legal entities.
"""

from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from unittest.mock import patch

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from guildpost_shared.errors import GuildpostError
from guildpost_shared.secagg import shamir
from guildpost_shared.secagg.envelope import Envelope
from guildpost_shared.secagg.messages import (
    Advertisement,
    ConsistencyRequest,
    MaskedInputRequest,
    PublicKeys,
    ShareKeysReply,
    ShareKeysRequest,
    UnmaskingRequest,
    survivors_digest,
)
from guildpost_shared.secagg.stages import Stage
from tests.factories.secagg_network import Network, network
from tests.hostile.secagg_knowledge import HEAD, SIGNATURE, Knowledge

TWELVE = network(12)
"""Twelve legal entities (t = 10), two of which collude."""
SITES = network(15, groups=["Nord"] * 3 + ["Süd"] * 2 + [f"GmbH {number}" for number in range(10)])
"""Twelve legal entities of fifteen sites, one site of each of two entities colluding."""
COLLUDING = {
    len(TWELVE.agents): frozenset(TWELVE.agents[5:7]),
    len(SITES.agents): frozenset({"dealer-02", "dealer-09"}),
}
SEEN: Counter[str] = Counter()
Places = frozenset[int]
few, some = st.frozensets(st.integers(0, 14), max_size=2), st.frozensets(st.integers(0, 14), min_size=1)


class HostileCoordinator(RuleBasedStateMachine):
    """One round; agents are drawn by their place in the network's list."""

    networks: tuple[Network, ...] = (TWELVE, SITES)

    def __init__(self) -> None:
        super().__init__()
        self.ending = ExitStack()

    def teardown(self) -> None:
        self.ending.close()

    @initialize(which=st.sampled_from([0, 0, 1]), left_out=few, everybody=st.booleans())
    def begin(self, which: int, left_out: Places, everybody: bool) -> None:  # noqa: FBT001 — drawn
        """Everybody advertises; perhaps all are shown the same, shortened key list already."""
        self.net = self.networks[which]
        self.colluding = COLLUDING[len(self.net.agents)]
        self.knowledge = Knowledge(self.net, self.colluding)
        self.ending.enter_context(patch.object(shamir, "split", self.knowledge.overhearing(shamir.split)))
        self.participants = self.net.participants()
        self.replies: dict[Stage, dict[str, bytes]] = {stage: {} for stage in Stage}
        self.sent: list[tuple[Stage, str, bytes]] = []
        self.send(Stage.ADVERTISE_KEYS, dict.fromkeys(self.net.agents, b""))
        if everybody:
            self.share_keys(frozenset(range(15)), left_out)

    def agents(self, places: Iterable[int]) -> frozenset[str]:
        return frozenset(self.net.agents[place % len(self.net.agents)] for place in places)

    def send(self, stage: Stage, bodies: dict[str, bytes]) -> None:
        for agent, body in bodies.items():
            self.sent.append((stage, agent, body))
            self.knowledge.cutting = agent
            participant = self.participants[agent]
            try:
                reply = participant.handle(self.net.instruction(stage, agent, body), self.net.source(agent))
            except GuildpostError as refusal:
                SEEN[f"refused {refusal.code}"] += 1
                continue
            SEEN[f"answered {stage.name}"] += 1
            if agent in self.replies[stage]:
                assert self.replies[stage][agent] == reply[HEAD:]
            elif agent not in self.colluding:
                self.knowledge.hear(participant, agent, stage, reply)
            self.replies[stage][agent] = reply[HEAD:]

    def key_list(self, members: Iterable[str]) -> bytes:
        replies = self.replies[Stage.ADVERTISE_KEYS]
        return ShareKeysRequest(
            tuple(
                Advertisement(agent, PublicKeys.decode(replies[agent][:-SIGNATURE]), replies[agent][-SIGNATURE:])
                for agent in sorted(members)
            )
        ).encode()

    @rule(to=some, left_out=few)
    def share_keys(self, to: Places, left_out: Places) -> None:
        """Show some agents a key list."""
        body = self.key_list(frozenset(self.net.agents) - self.agents(left_out))
        self.send(Stage.SHARE_KEYS, dict.fromkeys(sorted(self.agents(to) | self.colluding), body))

    @rule(victim=st.integers(0, 14), company=few)
    def share_keys_of_few(self, victim: int, company: Places) -> None:
        """Show one agent a key list of itself, the colluding dealers and hardly anybody else; they play along."""
        together = sorted(self.agents([victim]) | self.colluding | self.agents(company))
        self.send(Stage.SHARE_KEYS, dict.fromkeys(together, self.key_list(together)))

    def sealed_for(self, recipient: str, left_out: frozenset[str]) -> bytes:
        pieces = []
        for sender, reply in self.replies[Stage.SHARE_KEYS].items():
            cohort = self.participants[sender]._state.cohort
            others = [member.agent_id for member in cohort.others(sender)] if cohort else []
            if recipient in others and sender not in left_out:
                sealed = ShareKeysReply.decode(reply[:-SIGNATURE], len(others)).sealed
                pieces.append((sender, sealed[others.index(recipient)]))
        return MaskedInputRequest(tuple(sorted(pieces))).encode()

    @rule(to=some, left_out=few)
    def masked_input(self, to: Places, left_out: Places) -> None:
        """Deliver shares, some withheld."""
        away = self.agents(left_out)
        bodies = {agent: self.sealed_for(agent, away) for agent in sorted(self.agents(to) | self.colluding)}
        self.send(Stage.MASKED_INPUT_COLLECTION, bodies)

    @rule(to=some, left_out=few)
    def consistency(self, to: Places, left_out: Places) -> None:
        """Claim that some did not survive."""
        away = self.agents(left_out)
        bodies = {
            agent: ConsistencyRequest(
                tuple(peer for peer in self.participants[agent]._state.holders if peer not in away)
            ).encode()
            for agent in sorted(self.agents(to))
        }
        self.send(Stage.CONSISTENCY_CHECK, bodies)

    @rule(victim=st.integers(0, 14))
    def two_views(self, victim: int) -> None:
        """Tell half of the agents that one survived, the other half that it did not."""
        self.consistency(frozenset(range(0, 15, 2)), Places())
        self.consistency(frozenset(range(1, 15, 2)), frozenset({victim}))

    @rule(to=some, flipped=few, both=few, unsigned=few, honest_lists=st.booleans())
    def unmask(self, to: Places, flipped: Places, both: Places, unsigned: Places, honest_lists: bool) -> None:  # noqa: FBT001 — drawn
        """Ask for shares, of the wrong kind for some, of both kinds for others, with some signatures missing."""
        if honest_lists:
            flipped = both = unsigned = frozenset()
        for agent in sorted(self.agents(to)):
            state = self.participants[agent]._state
            if state.cohort is None:
                continue
            alive = (frozenset(state.survivors) ^ self.agents(flipped)) & frozenset(state.holders)
            dead = (frozenset(state.holders) - alive) | self.agents(both)
            digest = survivors_digest(state.cohort.digest, state.holders, state.survivors)
            signatures = self.signatures(digest, frozenset(state.survivors) - self.agents(unsigned))
            request = UnmaskingRequest(tuple(sorted(alive)), tuple(sorted(dead)), signatures)
            self.send(Stage.UNMASKING, {agent: request.encode()})

    def signatures(self, digest: bytes, survivors: frozenset[str]) -> tuple[tuple[str, bytes], ...]:
        """Whoever signed exactly this, and the colluders, who sign anything."""
        signed = {
            agent: reply[-SIGNATURE:]
            for agent, reply in self.replies[Stage.CONSISTENCY_CHECK].items()
            if reply[:-SIGNATURE] == digest and agent in survivors
        }
        for agent in self.colluding & survivors:
            cover = Envelope(self.net.context, "reply", Stage.CONSISTENCY_CHECK, agent)
            signed[agent] = cover.seal(self.net.keys[agent], digest)[-SIGNATURE:]
        return tuple(sorted(signed.items()))

    @rule(place=st.integers(0, 10**6))
    def again(self, place: int) -> None:
        """Repeat a request to the letter."""
        stage, agent, body = self.sent[place % len(self.sent)]
        self.send(stage, {agent: body})

    @rule()
    def go_on_honestly(self) -> None:
        """Behave for one stage: otherwise the machine would seldom get anywhere worth attacking."""
        everybody, nobody = frozenset(range(15)), Places()
        furthest = max(len(one.answered) for name, one in self.participants.items() if name not in self.colluding)
        match Stage(min(furthest, Stage.UNMASKING)):
            case Stage.MASKED_INPUT_COLLECTION:
                self.masked_input(everybody, nobody)
            case Stage.CONSISTENCY_CHECK:
                self.consistency(everybody, nobody)
            case Stage.UNMASKING:
                self.unmask(everybody, nobody, nobody, nobody, honest_lists=True)
            case _:
                self.share_keys(everybody, nobody)

    @invariant()
    def only_sums_over_enough_are_known(self) -> None:
        """No set of messages leads to more than the sums of complete survivor sets."""
        if hasattr(self, "knowledge"):
            assert [] == self.knowledge.leaks()
            SEEN["steps with a sum"] += any(True for _ in self.knowledge.sums())
