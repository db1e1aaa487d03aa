"""A round of a small network in which everything is real: coordinator, SuperLink, signers, agents, each a process.

Dealerships are few customers large, so that nothing else is going on while the round is; what a round costs does not
depend on how many customers there are.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.rounds import SqlRounds
from guildpost_coordinator.config import Home
from guildpost_demo.driver.commands import COORDINATOR, FIGURES
from guildpost_demo.driver.options import Options
from guildpost_demo.driver.replay import AGEING_DAYS, MATURITY_DAYS, ROUND_PATIENCE, SIGNATURE_PATIENCE
from guildpost_demo.driver.stage import (
    Stage,
    open_stage,
    publish_catalogue,
    roster_is_signed,
    start_coordinator,
    start_dealers,
    start_public_servers,
    write_sample_data,
)
from guildpost_demo.driver.ticks import instants

CUSTOMERS: Final = 60
PERIOD_DAYS: Final = 28


@dataclass(frozen=True)
class Live:
    """Seconds from the announcement to the stored release, by the coordinator's own record; dealerships in it."""

    seconds: float
    contributors: int


def conduct(folder: Path, dealers: int) -> Live:
    """Set a network up and run one round of it."""
    with network(folder, dealers) as stage:
        publish(stage)
        stage.supervisor.run(stage.commands.run_round(FIGURES), ROUND_PATIENCE)
        (round_,), (release,) = record(stage).all(), record(stage).releases()
    return Live((release.released_at - round_.opens_at).total_seconds(), round_.contributors)


@contextmanager
def network(folder: Path, dealers: int) -> Iterator[Stage]:
    """Run a brand and its dealerships, all of them on the signed roster."""
    options = Options(folder, dealers=dealers)
    stage = open_stage(options)
    stage.profiles = [replace(profile, customers=CUSTOMERS) for profile in stage.profiles]
    try:
        write_sample_data(stage, _unsaid)
        start_coordinator(stage)
        publish_catalogue(stage)
        start_public_servers(stage)
        start_dealers(stage, _unsaid)
        stage.clock.advance(next(instants(options.start, 1)), while_waiting=stage.supervisor.check)  # import and plan
        stage.supervisor.wait_until(lambda: roster_is_signed(stage), COORDINATOR, SIGNATURE_PATIENCE)
        yield stage
    finally:
        stage.close()


def publish(stage: Stage) -> None:
    """Publish a study of weeks before the network's first day, so that it is ripe."""
    last = stage.options.start - timedelta(days=1 + MATURITY_DAYS + AGEING_DAYS)
    first = last - timedelta(days=PERIOD_DAYS - 1)
    stage.supervisor.run(stage.commands.publish_study(FIGURES, first, last, MATURITY_DAYS))


def record(stage: Stage) -> SqlRounds:
    """Open the coordinator's record of rounds."""
    return SqlRounds(open_engine(Home(stage.folder.coordinator).database))


def _unsaid(_detail: str) -> None:
    """Report nothing."""
