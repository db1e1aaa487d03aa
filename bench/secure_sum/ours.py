"""One whole round of the secure sum in one process, every agent apart from every other.

A simulated agent is what a real one is between two instructions: stored bytes, its own key, and the round's terms and
roster as it read them itself before it joined. For every instruction it restores its participant from those bytes,
answers, and stores the new ones, all of which counts; no computed value is seen by another agent. The aggregator gets
and gives bytes as well.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final
from unittest.mock import patch

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.secure_sum.bare import bare_cost
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.identity.keys import raw_public
from guildpost_shared.identity.roster import Roster, RosterEntry, parse_roster
from guildpost_shared.secagg.aggregator import Aggregator
from guildpost_shared.secagg.context import RoundContext
from guildpost_shared.secagg.envelope import Envelope
from guildpost_shared.secagg.participant import Participant
from guildpost_shared.secagg.quantise import Integers
from guildpost_shared.secagg.stages import ASKING, Stage

SEED: Final = 20_270_401
LARGEST: Final = 2**30


@dataclass(frozen=True)
class RoundCost:
    """CPU seconds and bytes of one round.

    Attributes:
        exact: whether the sum is that of the survivors' vectors, coordinate by coordinate.
        clients: CPU seconds per agent, all stages; restoring and storing included.
        server: CPU seconds of the aggregator, all stages.
        unmasking: its part from the last reply to the sum.
        bare: the key exchanges and mask key streams of that part alone, measured right after it.
        up: most bytes that one agent sends.
        down: most bytes that one agent is sent.
        verified: fewest signatures that a surviving agent verified, by stage.
    """

    exact: bool
    contributors: int
    clients: list[float]
    server: float
    unmasking: float
    bare: float
    up: int
    down: int
    verified: dict[str, int]


@dataclass
class Agent:
    """A simulated agent and what it has cost so far."""

    agent_id: str
    roster: Roster
    context: RoundContext
    identity_key: Ed25519PrivateKey
    vector: Integers
    stored: bytes | None = None
    cpu: float = 0.0
    up: int = 0
    down: int = 0
    verified: dict[str, int] = field(default_factory=dict)

    def answer(self, request: bytes, stage: Stage, count: Callable[[], int]) -> bytes:
        """Answer one instruction from what is stored."""
        before, began = count(), time.process_time()
        reply = self._answer(request)
        self.cpu += time.process_time() - began
        self.verified[stage.name] = count() - before
        self.up += len(reply)
        self.down += len(request)
        return reply

    def _answer(self, request: bytes) -> bytes:
        if self.stored is None:
            participant = Participant(self.context, self.roster, self.agent_id, self.identity_key, OsEntropy())
        else:
            participant = Participant.restore(
                self.stored,
                context=self.context,
                roster=self.roster,
                agent_id=self.agent_id,
                identity_key=self.identity_key,
                entropy=OsEntropy(),
            )
        reply = participant.handle(request, lambda: self.vector)
        self.stored = participant.snapshot()
        return reply


def one_round(agents: int, dimension: int, dropped: int) -> RoundCost:
    """Conduct a round.

    Args:
        agents: how many take part, each its own legal entity.
        dimension: coordinates.
        dropped: how many compute their masked vector, but fall silent before it arrives: the costly moment.
    """
    rng = np.random.default_rng(SEED)
    names = [f"dealer-{number:04}" for number in range(agents)]
    keys = {name: Ed25519PrivateKey.generate() for name in (*names, "coordinator")}
    roster = _roster(names, keys)
    people = {name: _agent(name, roster.canonical_bytes, dimension, keys[name], rng) for name in names}
    context = _context(roster, dimension)
    silent = frozenset(names[:dropped])
    began = time.process_time()
    aggregator = Aggregator(context, roster, keys["coordinator"])
    opening = time.process_time() - began
    server, unmasking = _conduct(aggregator, people, silent)
    result = aggregator.result()
    expected = np.sum([people[name].vector for name in names if name not in silent], axis=0)
    alive = [one for one in people.values() if one.agent_id not in silent]
    return RoundCost(
        exact=bool(np.array_equal(expected, result.sum)),
        contributors=len(result.contributors),
        clients=[one.cpu for one in people.values()],
        server=opening + server,
        unmasking=unmasking,
        bare=bare_cost(dropped, agents - dropped, dimension),
        up=max(one.up for one in people.values()),
        down=max(one.down for one in people.values()),
        verified={stage.name: min(one.verified[stage.name] for one in alive) for stage in ASKING},
    )


def _conduct(aggregator: Aggregator, people: dict[str, Agent], silent: frozenset[str]) -> tuple[float, float]:
    """Walk the stages; return the aggregator's CPU seconds, and those of its last step alone."""
    with _counting() as count:
        total = last = 0.0
        while aggregator.stage < Stage.FINISHED:
            stage, lost = aggregator.stage, silent if aggregator.stage >= Stage.MASKED_INPUT_COLLECTION else frozenset()
            began = time.process_time()
            requests = aggregator.requests()
            total += time.process_time() - began
            replies = {name: people[name].answer(request, stage, count) for name, request in requests.items()}
            began = time.process_time()
            for name, reply in replies.items():
                if name not in lost:
                    aggregator.receive(name, reply)
            closing = time.process_time()
            aggregator.advance()
            last = time.process_time() - closing
            total += time.process_time() - began
        return total, last


def _agent(name: str, roster: bytes, dimension: int, key: Ed25519PrivateKey, rng: np.random.Generator) -> Agent:
    own = parse_roster(roster)
    return Agent(name, own, _context(own, dimension), key, rng.integers(-LARGEST, LARGEST, dimension))


def _context(roster: Roster, dimension: int) -> RoundContext:
    return RoundContext("bench-1", b"s" * 32, roster.sha256, b"l" * 32, dimension)


@contextmanager
def _counting() -> Iterator[Callable[[], int]]:
    """Count verified signatures while the real check goes on."""
    verify, counted = Envelope.is_signed_by, [0]

    def counting(envelope: Envelope, key: bytes, body: bytes, signature: bytes) -> bool:
        valid = verify(envelope, key, body, signature)
        counted[0] += valid
        return valid

    with patch.object(Envelope, "is_signed_by", counting):
        yield lambda: counted[0]


def _roster(names: list[str], keys: dict[str, Ed25519PrivateKey]) -> Roster:
    entries = tuple(
        RosterEntry(name, f"GmbH {name}", raw_public(keys[name]), f"ecdsa-sha2-nistp384 {name.encode().hex():A<64}")
        for name in names
    )
    return Roster(1, raw_public(keys["coordinator"]), entries)
