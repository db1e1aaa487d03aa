"""Conduct one federated round: gather the nodes, walk the stages, release the noised sum.

Only the aggregator's state machine decides what is asked and what counts; the transport carries bytes. The unmasked
sum lives in this process's memory alone; what is stored is the release.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from guildpost_coordinator.app.ports.rounds import Exchange, Finished, Rounds
from guildpost_coordinator.domain.rounds import Round, move
from guildpost_shared.clock import Clock
from guildpost_shared.errors import GuildpostError, Unavailable
from guildpost_shared.identity.roster import Roster
from guildpost_shared.secagg.aggregator import AggregateResult, Aggregator
from guildpost_shared.secagg.stages import Stage

STAGE_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Conduct:
    """What a round needs beside its transport.

    Attributes:
        aggregator: makes the state machine once the round is known.
        finish: turns a sum into what the round leaves.
        pause: waits a moment between two looks for nodes (seconds).
        stage_seconds: how long a stage waits for replies; whoever answers later is left out.
    """

    aggregator: Callable[[Round], Aggregator]
    finish: Callable[[Round, AggregateResult], Finished]
    pause: Callable[[float], None]
    stage_seconds: float = STAGE_SECONDS


def drive_round(
    round_id: str, *, rounds: Rounds, roster: Roster, exchange: Exchange, conduct: Conduct, clock: Clock
) -> Round:
    """Conduct a round from its announcement to its release.

    Raises:
        Unavailable: ``round_unknown``.
        GuildpostError: what aborted the round (it is stored as aborted with that code before this is raised).
    """
    round_ = rounds.get(round_id)
    if round_ is None:
        raise Unavailable("round_unknown", round=round_id)
    nodes = _gather(roster, exchange, conduct.pause, round_.closes_at, clock)
    round_ = move(round_, "open")
    rounds.save(round_)
    try:
        result = _walk(conduct.aggregator(round_), nodes, exchange, conduct.stage_seconds)
        finished = conduct.finish(round_, result)
    except GuildpostError as error:
        rounds.save(move(round_, "abort", reason=error.code))
        raise
    released = move(round_, "release", contributors=len(result.contributors))
    rounds.save(released, finished)
    return released


def _gather(
    roster: Roster, exchange: Exchange, pause: Callable[[float], None], closes_at: datetime, clock: Clock
) -> dict[str, int]:
    """Wait until everybody of the roster is there or the window closes; agent id → node id."""
    by_key = {entry.flower_key: entry.agent_id for entry in roster.entries}
    while True:
        present = {by_key[key]: node for node, key in exchange.nodes().items() if key in by_key}
        if len(present) == len(by_key) or clock.now() >= closes_at:
            return present
        pause(0.2)


def _walk(
    aggregator: Aggregator, nodes: Mapping[str, int], exchange: Exchange, stage_seconds: float
) -> AggregateResult:
    """Walk the stages; whoever is away or answers wrongly is left out, the state machine says if enough remain."""
    agents = {node: agent for agent, node in nodes.items()}
    while aggregator.stage < Stage.FINISHED:
        requests = {nodes[agent]: body for agent, body in aggregator.requests().items() if agent in nodes}
        for node, reply in exchange.exchange(requests, stage_seconds).items():
            try:
                aggregator.receive(agents[node], reply)
            except GuildpostError:
                aggregator.exclude(agents[node])
        aggregator.advance()
    return aggregator.result()
