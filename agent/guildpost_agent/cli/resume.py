"""``guildpost-agent resume``: what an emergency stop put to rest goes on."""

import argparse

from guildpost_agent.app.emergency_stop import resume_sending
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.cli.stop import stop_line

HELP = "Nothalt aufheben · resume what the emergency stop put to rest"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument("--service", action="append", default=[], help="nur diese Leistung · this service only")


def run(arguments: argparse.Namespace) -> int:
    """Resume, and say what still rests."""
    core = open_core(arguments.home)
    left = resume_sending(core.open_uow, arguments.service)
    print(stop_line(left, core, texts_of(arguments)))
    return 0
