"""A round of a large network in one machine: the code that conducts a live round, over simulated agents.

``GridExchange``, ``drive_round``, the aggregator, the record of rounds and the release are those of a live round; only
Flower's ``Grid`` is another one. Every agent signs, verifies, seals, opens, masks, stores and enters in its ledger.
"""

import math
import resource
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path
from typing import Final

from flwr.app import Message

from bench.federation import agents as simulated
from bench.federation.grid import SimulatedGrid
from guildpost_agent.app.answer_round import RoundTicket
from guildpost_coordinator.adapters.flower.exchange import GridExchange
from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.rounds import SqlRounds
from guildpost_coordinator.app.announce_round import announce_round
from guildpost_coordinator.app.drive_round import Conduct, drive_round
from guildpost_coordinator.app.finish_round import finish_round
from guildpost_coordinator.app.ports.rounds import Finished
from guildpost_coordinator.domain.rounds import Round
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.secagg.network import NetworkAggregator
from guildpost_shared.secagg.shard_sums import NetworkSum
from guildpost_shared.secagg.shards import MOST_AGENTS, shards_of
from guildpost_shared.studies.layouts import layout_of
from guildpost_shared.studies.noise import summed_variance
from tests.factories.round_world import CUSTOMERS, STUDY

STAGE_SECONDS: Final = 1_200.0
"""All agents share two cores here; each of a live network has its own."""
SIGMAS: Final = 6


@dataclass(frozen=True)
class Simulation:
    """How a round went.

    Attributes:
        seconds: from the announcement to the stored release.
        cpu: seconds of processor, of the coordinator and of all agents.
        coordinator_cpu: the coordinator's part.
        contributors: how many dealerships are in the sum.
        shards: how many complete graphs they are.
        plausible: whether a count is within six deviations of what every dealership holds.
    """

    seconds: float
    cpu: float
    coordinator_cpu: float
    contributors: int
    shards: int
    plausible: bool


def simulate(folder: Path, agents: int, most_agents: int = MOST_AGENTS) -> Simulation:
    """Conduct one round of so many dealerships in shards of at most so many, one worker process per core."""
    network = simulated.found(folder, agents)
    names = {node: entry.agent_id for node, entry in zip(network.nodes, network.roster.entries, strict=True)}
    engine = open_engine(folder / "coordinator.db")
    migrate(engine)
    rounds, sums = SqlRounds(engine), list[NetworkSum]()

    def finish(round_: Round, result: NetworkSum) -> Finished:
        sums.append(result)
        today, now = simulated.TODAY.date(), SystemClock().now()
        return finish_round(round_, STUDY, result, model=None, belief=None, today=today, now=now)

    def aggregator(round_: Round, journal: Sequence[bytes]) -> NetworkAggregator:
        ticket, key = RoundTicket(round_.round_id, STUDY, network.roster, names[min(names)]), simulated.COORDINATOR
        own = simulated.identity_key(key)
        return NetworkAggregator.restore(
            journal, context=ticket.context, roster=network.roster, coordinator_key=own, most_agents=most_agents
        )

    own, theirs = _cpu(resource.RUSAGE_SELF), _cpu(resource.RUSAGE_CHILDREN)
    with ProcessPoolExecutor(cpu_count(), mp_context=get_context("spawn")) as workers:
        grid = SimulatedGrid(network.nodes, workers, partial(_answer, str(folder), names, most_agents))
        began, clock = time.monotonic(), SystemClock()
        announced = announce_round(
            rounds=rounds,
            study=STUDY,
            today=simulated.TODAY.date(),
            window=timedelta(minutes=2),
            now=clock.now(),
            entropy=OsEntropy(),
        )
        released = drive_round(
            announced.round_id,
            rounds=rounds,
            roster=network.roster,
            exchange=GridExchange(grid, announced.round_id),
            conduct=Conduct(aggregator, finish, time.sleep, lambda _agents: STAGE_SECONDS),
            clock=clock,
        )
        seconds = time.monotonic() - began
    stored = len(rounds.releases())
    engine.dispose()
    coordinator = _cpu(resource.RUSAGE_SELF) - own
    return Simulation(
        seconds=seconds,
        cpu=coordinator + _cpu(resource.RUSAGE_CHILDREN) - theirs,
        coordinator_cpu=coordinator,
        contributors=released.contributors if stored else 0,
        shards=len(shards_of(network.roster, most_agents)),
        plausible=_plausible(sums[0]),
    )


def _answer(folder: str, names: dict[int, str], most_agents: int, node: int, message: Message) -> Message:
    return simulated.answer(folder, names[node], message, most_agents)


def _plausible(result: NetworkSum) -> bool:
    """Compare one count with thirty customers of every dealership."""
    place = layout_of(STUDY).names.index("hu_au/sends/slot/1/10")
    dealers = len(result.contributors)
    spread = math.sqrt(summed_variance(STUDY, result.noise))
    return abs(int(result.sum[place]) - CUSTOMERS * dealers) <= SIGMAS * spread


def _cpu(whose: int) -> float:
    usage = resource.getrusage(whose)
    return usage.ru_utime + usage.ru_stime
