"""The program of a round that Flower starts in these tests: the product's driver on the scene's record and roster."""

import time
from collections.abc import Sequence
from pathlib import Path

from guildpost_coordinator.adapters.flower.exchange import GridExchange
from guildpost_coordinator.app.drive_round import Conduct, drive_round
from guildpost_coordinator.app.finish_round import finish_round
from guildpost_coordinator.app.ports.rounds import Finished
from guildpost_coordinator.domain.rounds import Round
from guildpost_shared.clock import SystemClock
from guildpost_shared.secagg.network import NetworkAggregator
from guildpost_shared.secagg.shard_sums import NetworkSum
from guildpost_shared.studies.layouts import context_of
from tests.coordinator.live_rounds.scene import STUDIES, TODAY, Scene
from tests.factories.secagg_network import COORDINATOR


def drive(round_id: str, home: str, exchange: GridExchange) -> None:
    """Conduct a round, or go on with it."""
    scene = Scene(Path(home))
    rounds, net, clock = scene.rounds(), scene.net, SystemClock()

    def aggregator(round_: Round, journal: Sequence[bytes]) -> NetworkAggregator:
        context = context_of(round_id, STUDIES[round_.study_path], net.roster.sha256)
        return NetworkAggregator.restore(
            journal,
            context=context,
            roster=net.roster,
            coordinator_key=net.keys[COORDINATOR],
            most_agents=net.most_agents,
        )

    def finish(round_: Round, result: NetworkSum) -> Finished:
        study, today = STUDIES[round_.study_path], TODAY.date()
        return finish_round(round_, study, result, model=None, belief=None, today=today, now=clock.now())

    conduct = Conduct(aggregator, finish, time.sleep)
    drive_round(round_id, rounds=rounds, roster=net.roster, exchange=exchange, conduct=conduct, clock=clock)
