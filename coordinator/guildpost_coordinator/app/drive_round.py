"""Conduct one federated round: gather the nodes, walk the stages, release the noised sum.

Only the aggregator's state machine decides what is asked and what counts; the transport carries bytes. The unmasked
sum lives in this process's memory alone; what is stored is the release.

Each stage is noted durably before any of its instructions goes out, from MaskedInputCollection on with everything that
has happened: whoever conducts the round on after an interruption sends the very same instructions again, and gets the
very same replies. Shares that were revealed are never written down.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from guildpost_coordinator.app.ports.rounds import Exchange, Finished, Rounds
from guildpost_coordinator.domain.rounds import Round, RoundState, move
from guildpost_shared.clock import Clock
from guildpost_shared.errors import Conflict, GuildpostError, Unavailable
from guildpost_shared.identity.roster import Roster
from guildpost_shared.secagg.network import NetworkAggregator
from guildpost_shared.secagg.patience import stage_seconds
from guildpost_shared.secagg.shard_sums import NetworkSum
from guildpost_shared.secagg.stages import Stage


@dataclass(frozen=True)
class Conduct:
    """What a round needs beside its transport.

    Attributes:
        aggregator: makes the state machine of a round, or has it go on from a journal.
        finish: turns a sum into what the round leaves.
        pause: waits a moment between two looks for nodes (seconds).
        stage_seconds: how long a stage waits for the replies of so many agents; whoever answers later is left out.
    """

    aggregator: Callable[[Round, Sequence[bytes]], NetworkAggregator]
    finish: Callable[[Round, NetworkSum], Finished]
    pause: Callable[[float], None]
    stage_seconds: Callable[[int], float] = stage_seconds


@dataclass(frozen=True)
class Scene:
    """Where a round is conducted: the record of rounds, the roster, the transport, the wall clock."""

    rounds: Rounds
    roster: Roster
    exchange: Exchange
    clock: Clock


def drive_round(
    round_id: str, *, rounds: Rounds, roster: Roster, exchange: Exchange, conduct: Conduct, clock: Clock
) -> Round:
    """Conduct a round from its announcement, or on from where it was interrupted, to its release.

    Raises:
        Unavailable: ``round_unknown``.
        GuildpostError: what aborted the round (it is stored as aborted with that code before this is raised).
    """
    round_ = rounds.get(round_id)
    if round_ is None:
        raise Unavailable("round_unknown", round=round_id)
    scene = Scene(rounds, roster, exchange, clock)
    nodes: dict[str, int] = {}
    if round_.state is RoundState.ANNOUNCED:
        nodes = _gather(scene, round_, roster.by_id.keys(), conduct.pause)
        round_ = move(round_, "open")
        rounds.save(round_)
    try:
        aggregator = conduct.aggregator(round_, rounds.journal(round_id))
        if aggregator.stage > Stage.ADVERTISE_KEYS:
            nodes = _gather(scene, round_, aggregator.pending, conduct.pause)
        result = _walk(scene, round_, aggregator, nodes, conduct.stage_seconds)
        finished = conduct.finish(round_, result)
    except GuildpostError as error:
        with suppress(Conflict):  # somebody else has ended it
            rounds.save(move(round_, "abort", reason=error.code))
        raise
    released = replace(
        move(round_, "release", contributors=len(result.contributors)),
        lost_shards=len(result.lost),
        lost_agents=sum(shard.agents for shard in result.lost),
    )
    rounds.save(released, finished)
    return rounds.get(round_id) or released


def _gather(scene: Scene, round_: Round, wanted: Collection[str], pause: Callable[[float], None]) -> dict[str, int]:
    """Wait until everybody wanted is there or the window closes; agent id → node id."""
    by_key = {scene.roster.by_id[agent].flower_key: agent for agent in wanted}
    noted = None
    while True:
        present = {by_key[key]: node for node, key in scene.exchange.nodes().items() if key in by_key}
        if len(present) != noted:
            noted = len(present)
            scene.rounds.note(round_.round_id, joined=noted, waiting=len(by_key) - noted)
        if noted == len(by_key) or scene.clock.now() >= round_.closes_at:
            return present
        pause(0.2)


def _walk(
    scene: Scene,
    round_: Round,
    aggregator: NetworkAggregator,
    nodes: Mapping[str, int],
    patience: Callable[[int], float],
) -> NetworkSum:
    """Walk the stages; whoever is away or answers wrongly is left out, the state machine says if enough remain."""
    agents = {node: agent for agent, node in nodes.items()}
    while aggregator.stage < Stage.FINISHED:
        requests = {nodes[agent]: body for agent, body in aggregator.requests().items() if agent in nodes}
        charges = aggregator.stage >= Stage.MASKED_INPUT_COLLECTION
        scene.rounds.enter(round_, aggregator.stage, len(requests), aggregator.journal() if charges else None)

        def awaiting(count: int, asked: int = len(requests)) -> None:
            scene.rounds.note(round_.round_id, joined=asked, waiting=count)

        for node, reply in scene.exchange.exchange(requests, patience(len(requests)), awaiting).items():
            try:
                aggregator.receive(agents[node], reply)
            except GuildpostError:
                aggregator.exclude(agents[node])
        aggregator.advance()
    return aggregator.result()
