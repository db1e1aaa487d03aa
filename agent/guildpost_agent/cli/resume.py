"""``guildpost-agent resume``: what an emergency stop put to rest goes on; who resumed it and why is kept.

resume --by NAME --reason "…"          resume --service hu_au --by NAME --reason "…"
"""

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
    parser.add_argument("--by", required=True, help="wer aufhebt · who resumes it")
    parser.add_argument("--reason", required=True, help="warum es weitergehen darf · why it may go on")


def run(arguments: argparse.Namespace) -> int:
    """Resume, and say what still rests."""
    core = open_core(arguments.home)
    now = core.business_clock.now()
    left = resume_sending(core.open_uow, arguments.service, now=now, by=arguments.by, reason=arguments.reason)
    print(stop_line(left, core, texts_of(arguments)))
    return 0
