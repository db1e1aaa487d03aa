"""``guildpost-agent join-round``: take part in one federated round; the agent starts this itself, in a process each."""

import argparse
from datetime import datetime

import structlog

from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.bootstrap.rounds import take_part
from guildpost_agent.cli.options import add_brand, add_home
from guildpost_shared.clock import ManualClock
from guildpost_shared.logs import configure_logging

HELP = "An einer Lernrunde teilnehmen (startet der Agent selbst) · take part in a round (started by the agent itself)"
log = structlog.get_logger()


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument("--now", type=datetime.fromisoformat, required=True, help="Geschäftsuhr · business clock")
    parser.add_argument("--round", required=True)
    parser.add_argument("--study", required=True, metavar="PATH")
    parser.add_argument("--period", required=True, metavar="FIRST_LAST")
    parser.add_argument("--flower", required=True, metavar="HOST:PORT")
    add_brand(parser)
    parser.add_argument("--closes", type=datetime.fromisoformat, required=True)


def run(arguments: argparse.Namespace) -> int:
    """Verify the round against the signed catalogue and answer its instructions."""
    configure_logging()
    core = open_core(arguments.home, business_clock=ManualClock(arguments.now))
    ended = take_part(
        core,
        brand=arguments.brand,
        round_id=arguments.round,
        study_path=arguments.study,
        period=arguments.period,
        flower=arguments.flower,
        closes_at=arguments.closes,
    )
    log.info("round_ended", **ended)
    return 0
