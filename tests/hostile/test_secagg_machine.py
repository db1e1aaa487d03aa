"""A hostile coordinator as a state machine: whatever it sends, in whatever order, nobody's vector comes apart.

Twelve dealers (t = 10), two of which collude: the coordinator holds their identity keys and both kinds of every share
they hold. Real primitives. The machine bends honest requests (members left out or added, other survivor sets, shuffled
shares, own signatures) and sends them to whom it likes, in any order.

After every step:

1. of no honest dealer can both secrets be rebuilt (t groups each);
2. all honest dealers that revealed anything revealed it for one and the same survivor set, of at least t groups.
"""

from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from guildpost_shared.errors import GuildpostError
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
from guildpost_shared.secagg.participant import Participant
from guildpost_shared.secagg.stages import Stage
from tests.factories.secagg_network import network

NET = network(12)
AGENTS = NET.agents
COLLUDING = frozenset(AGENTS[5:7])
HONEST = tuple(agent for agent in AGENTS if agent not in COLLUDING)
THRESHOLD = 10
SEEN: Counter[str] = Counter()

few = st.frozensets(st.sampled_from(AGENTS), max_size=2)
some = st.frozensets(st.sampled_from(HONEST), min_size=1)


class HostileCoordinator(RuleBasedStateMachine):
    """Holds what a coordinator with two colluding dealers can hold."""

    @initialize(left_out=st.sampled_from([frozenset(), frozenset({AGENTS[0]}), frozenset(AGENTS[:2])]))
    def begin(self, left_out: frozenset[str]) -> None:
        """Everybody advertises; perhaps all are shown the same, shortened key list already."""
        self.participants: dict[str, Participant] = NET.participants()
        self.replies: dict[Stage, dict[str, bytes]] = {stage: {} for stage in Stage}
        self.send(Stage.ADVERTISE_KEYS, dict.fromkeys(AGENTS, b""))
        self.share_keys(frozenset(AGENTS) - left_out, left_out)

    def send(self, stage: Stage, bodies: dict[str, bytes]) -> None:
        for agent, body in bodies.items():
            try:
                reply = self.participants[agent].handle(NET.instruction(stage, agent, body), NET.source(agent))
            except GuildpostError as refusal:
                SEEN[f"refused {refusal.code}"] += 1
            else:
                SEEN[f"answered {stage.name}"] += 1
                self.replies[stage].setdefault(agent, reply[39:])

    def key_list(self, members: Iterable[str]) -> bytes:
        replies = self.replies[Stage.ADVERTISE_KEYS]
        listed = (
            Advertisement(agent, PublicKeys.decode(replies[agent][:-64]), replies[agent][-64:])
            for agent in sorted(members)
        )
        return ShareKeysRequest(tuple(listed)).encode()

    @rule(to=some, left_out=few)
    def share_keys(self, to: frozenset[str], left_out: frozenset[str]) -> None:
        """Show some agents a key list."""
        body = self.key_list(frozenset(AGENTS) - left_out)
        self.send(Stage.SHARE_KEYS, dict.fromkeys(sorted(to | COLLUDING), body))

    def sealed_for(self, recipient: str, left_out: frozenset[str]) -> bytes:
        pieces = []
        for sender, reply in self.replies[Stage.SHARE_KEYS].items():
            state = self.participants[sender]._state
            others = [agent for agent in (state.cohort.agents if state.cohort else ()) if agent != sender]
            if recipient in others and sender not in left_out:
                sealed = ShareKeysReply.decode(reply[:-64], len(others)).sealed
                pieces.append((sender, sealed[others.index(recipient)]))
        return MaskedInputRequest(tuple(sorted(pieces))).encode()

    @rule(to=some, left_out=few)
    def masked_input(self, to: frozenset[str], left_out: frozenset[str]) -> None:
        """Deliver shares, some withheld."""
        bodies = {agent: self.sealed_for(agent, left_out) for agent in sorted(to | COLLUDING)}
        self.send(Stage.MASKED_INPUT_COLLECTION, bodies)

    @rule(to=some, left_out=few)
    def consistency(self, to: frozenset[str], left_out: frozenset[str]) -> None:
        """Claim that some did not survive."""
        bodies = {
            agent: ConsistencyRequest(
                tuple(peer for peer in self.participants[agent]._state.holders if peer not in left_out)
            ).encode()
            for agent in sorted(to)
        }
        self.send(Stage.CONSISTENCY_CHECK, bodies)

    @rule(to=some, flipped=few, both=few, honest_lists=st.booleans())
    def unmask(
        self,
        to: frozenset[str],
        flipped: frozenset[str],
        both: frozenset[str],
        honest_lists: bool,  # noqa: FBT001 — drawn
    ) -> None:
        """Ask for shares, of the wrong kind for some, of both kinds for others."""
        if honest_lists:
            flipped = both = frozenset()
        for agent in sorted(to):
            state = self.participants[agent]._state
            if state.cohort is None:
                continue
            alive = (frozenset(state.survivors) ^ flipped) & frozenset(state.holders)
            dead = (frozenset(state.holders) - alive) | both
            digest = survivors_digest(state.cohort.digest, state.holders, state.survivors)
            signatures = self.signatures(digest, frozenset(state.survivors))
            request = UnmaskingRequest(tuple(sorted(alive)), tuple(sorted(dead)), signatures)
            self.send(Stage.UNMASKING, {agent: request.encode()})

    def signatures(self, digest: bytes, survivors: frozenset[str]) -> tuple[tuple[str, bytes], ...]:
        """Whoever signed exactly this, and both colluders, who sign anything."""
        signed = {
            agent: reply[-64:]
            for agent, reply in self.replies[Stage.CONSISTENCY_CHECK].items()
            if reply[:-64] == digest
        }
        for agent in COLLUDING & survivors:
            cover = Envelope(NET.context, "reply", Stage.CONSISTENCY_CHECK, agent)
            signed[agent] = cover.seal(NET.keys[agent], digest)[-64:]
        return tuple(sorted(signed.items()))

    @rule()
    def go_on(self) -> None:
        """Behave for one stage: otherwise the machine would seldom get anywhere worth attacking."""
        everybody = frozenset(HONEST)
        nobody: frozenset[str] = frozenset()
        furthest = max(len(participant.answered) for participant in self.participants.values())
        match Stage(furthest):
            case Stage.MASKED_INPUT_COLLECTION:
                self.masked_input(everybody, nobody)
            case Stage.CONSISTENCY_CHECK:
                self.consistency(everybody, nobody)
            case Stage.UNMASKING:
                self.unmask(everybody, nobody, nobody, honest_lists=True)
            case _:
                self.share_keys(everybody, nobody)

    def revealing(self) -> list[Participant]:
        answered = self.replies[Stage.UNMASKING]
        return [self.participants[agent] for agent in HONEST if agent in answered]

    @invariant()
    def nobody_comes_apart(self) -> None:
        """Rule 1: colluders know both kinds of every share they hold; honest dealers reveal one kind."""
        for victim in HONEST:
            of_self = of_key = len(COLLUDING)
            for participant in self.revealing():
                if victim in participant._state.holders:
                    alive = victim in participant._state.survivors
                    of_self, of_key = of_self + alive, of_key + (not alive)
            assert of_self < THRESHOLD or of_key < THRESHOLD

    @invariant()
    def one_survivor_set_is_unmasked_or_none(self) -> None:
        """Rule 2."""
        views = {(one._state.holders, one._state.survivors) for one in self.revealing()}
        assert len(views) <= 1
        assert all(len(survivors) >= THRESHOLD for _, survivors in views)
        SEEN["traces that revealed"] += bool(views)


def attack(traces: int, *, repeatable: bool) -> None:
    SEEN.clear()
    run_state_machine_as_test(
        HostileCoordinator,
        settings=settings(
            max_examples=traces,
            stateful_step_count=12,
            deadline=None,
            derandomize=repeatable,
            suppress_health_check=list(HealthCheck),
        ),
    )
    # The attack is not vacuous: every stage was reached, shares were revealed, and the defences had work to do.
    stages = ("SHARE_KEYS", "MASKED_INPUT_COLLECTION", "CONSISTENCY_CHECK", "UNMASKING")
    assert all(SEEN[f"answered {stage}"] for stage in stages)
    assert sum(count for key, count in SEEN.items() if key.startswith("refused ")) >= 2 * traces


def test_no_sequence_of_messages_takes_a_sum_apart() -> None:
    attack(30, repeatable=True)


@pytest.mark.soak
def test_no_sequence_of_a_thousand_takes_a_sum_apart() -> None:
    attack(1_000, repeatable=False)
