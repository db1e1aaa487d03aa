"""A small network with real keys, for rounds in tests."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from guildpost_shared.identity.roster import Roster, RosterEntry
from guildpost_shared.secagg.aggregator import Aggregator
from guildpost_shared.secagg.context import RoundContext
from guildpost_shared.secagg.envelope import Envelope
from guildpost_shared.secagg.network import NetworkAggregator
from guildpost_shared.secagg.participant import Participant
from guildpost_shared.secagg.shards import MOST_AGENTS
from guildpost_shared.secagg.stages import Stage
from tests.fakes.seeded_entropy import SeededEntropy

Vector = npt.NDArray[np.int64]
COORDINATOR = "coordinator"


def public_key(private: bytes) -> bytes:
    """Compute the X25519 public key of 32 bytes."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def flower_key(name: str) -> str:
    """Make something in the form of a Flower node key."""
    return "ecdsa-sha2-nistp384 " + hashlib.sha256(name.encode()).hexdigest()


def signing_key(name: str) -> Ed25519PrivateKey:
    """Derive somebody's Ed25519 key from the name."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"identity/" + name.encode()).digest())


@dataclass(frozen=True)
class Network:
    """Roster, keys and a round's context; vectors carry one bit of a bucket per dealer, so a double count shows."""

    roster: Roster
    context: RoundContext
    keys: dict[str, Ed25519PrivateKey]
    most_agents: int = MOST_AGENTS

    @property
    def agents(self) -> tuple[str, ...]:
        return tuple(entry.agent_id for entry in self.roster.entries)

    def participant(self, agent: str, context: RoundContext | None = None) -> Participant:
        return Participant(
            context or self.context,
            self.roster,
            agent,
            self.keys[agent],
            SeededEntropy(b"agent/" + agent.encode()),
            most_agents=self.most_agents,
        )

    def participants(self) -> dict[str, Participant]:
        return {agent: self.participant(agent) for agent in self.agents}

    def aggregator(self, invited: Sequence[str] | None = None) -> Aggregator:
        return Aggregator(self.context, self.roster, self.keys[COORDINATOR], invited, most_agents=self.most_agents)

    def whole(self) -> NetworkAggregator:
        """Give the aggregator of all shards."""
        return NetworkAggregator(self.context, self.roster, self.keys[COORDINATOR], most_agents=self.most_agents)

    def vector(self, agent: str) -> Vector:
        """The dealer's own bucket, then small numbers of both signs."""
        place = self.agents.index(agent)
        vector = np.full(self.context.dimension, place - 5, dtype=np.int64)
        vector[0] = 1 << (2 * place)
        return vector

    def source(self, agent: str) -> Callable[[], Vector]:
        return lambda: self.vector(agent)

    def total(self, agents: Sequence[str]) -> list[int]:
        return [int(value) for value in np.sum([self.vector(agent) for agent in agents], axis=0)]

    def instruction(self, stage: Stage, agent: str, body: bytes) -> bytes:
        """Sign any instruction as the coordinator would: what a hostile one can do."""
        return Envelope(self.context, "request", stage, agent).seal(self.keys[COORDINATOR], body)


def network(dealers: int = 12, *, groups: Sequence[str] | None = None, dimension: int = 6, brand: str = "") -> Network:
    """Build a network; every dealer is its own legal entity unless ``groups`` names one per dealer.

    The network of another brand has agents and keys of its own.
    """
    agents = [f"{brand or 'dealer'}-{number:02}" for number in range(dealers)]
    entities = list(groups) if groups is not None else [f"GmbH {agent}" for agent in agents]
    keys = {name: signing_key(name) for name in agents} | {COORDINATOR: signing_key(f"{COORDINATOR}{brand}")}
    public = {name: key.public_key().public_bytes_raw() for name, key in keys.items()}
    entries = tuple(
        RosterEntry(agent, entity, public[agent], flower_key(agent))
        for agent, entity in zip(agents, entities, strict=True)
    )
    roster = Roster(1, public[COORDINATOR], entries)
    context = RoundContext("spring-1", bytes([1]) * 32, roster.sha256, bytes([2]) * 32, dimension)
    return Network(roster, context, keys)


def run_stage(aggregator: Aggregator | NetworkAggregator, participants: dict[str, Participant], net: Network) -> None:
    """Let the given participants answer the present stage."""
    for agent, request in aggregator.requests().items():
        if agent in participants:
            aggregator.receive(agent, participants[agent].handle(request, net.source(agent)))


def run_round(
    net: Network,
    aggregator: Aggregator | NetworkAggregator,
    participants: dict[str, Participant],
    lost: dict[Stage, set[str]] | None = None,
) -> None:
    """Run all stages; ``lost`` names who falls silent at which stage (and stays so)."""
    silent: set[str] = set()
    while aggregator.stage < Stage.FINISHED:
        silent |= (lost or {}).get(aggregator.stage, set())
        run_stage(aggregator, {name: one for name, one in participants.items() if name not in silent}, net)
        aggregator.advance()
