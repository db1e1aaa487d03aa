"""``guildpost-agent restored``: a person says that this restored or moved agent is the one that goes on."""

import argparse

from guildpost_agent.app.egress.witness import accept_ledger
from guildpost_agent.app.fence import confirm_restored
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.bootstrap.opt_ins import wake
from guildpost_agent.cli.options import add_home, texts_of

HELP = "Nach Rückspielen oder Umzug: hier geht es weiter · after a restore or a move: this one goes on"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument("--by", required=True, help="wer es bestätigt · who confirms it")
    parser.add_argument(
        "--send-due",
        action="store_true",
        help="auch senden, was schon fällig war · send what was due already, too",
    )


def run(arguments: argparse.Namespace) -> int:
    """Confirm, and say what will not be sent."""
    core = open_core(arguments.home)
    now = core.business_clock.now()
    refused = confirm_restored(
        core.open_uow, core.fence, core.keys.relay, by=arguments.by, now=now, send_due=arguments.send_due
    )
    print(texts_of(arguments).plural("cli.restored", refused, by=arguments.by))
    wake(core.home)
    with core.open_uow() as uow:
        entries = uow.egress.all()
    accept_ledger(entries, core.witness, by=arguments.by, now=core.wall_clock.now())
    return 0
