"""``guildpost-agent approve``: messages that somebody reviews before they leave.

approve list [--service ID]                         approve yes MESSAGE… --by NAME
approve yes --service ID --by NAME                  approve no --all --by NAME
"""

import argparse

from guildpost_agent.app.approve_messages import Proposal, decide, proposals
from guildpost_agent.app.explain import say_moment
from guildpost_agent.app.plain_names import car_of, name_of
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.domain.approvals import Verdict
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import ConfigurationError

HELP = "Nachrichten vor dem Versand freigeben · approve messages before they leave"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="was auf Freigabe wartet · what waits for an approval")
    yes = actions.add_parser("yes", help="freigeben · approve")
    no = actions.add_parser("no", help="ablehnen · decline")
    for action in (yes, no):
        action.add_argument("messages", nargs="*", metavar="MESSAGE", help="Kennung der Nachricht · the message's id")
        action.add_argument("--all", action="store_true", help="alle, die warten · all that wait")
        action.add_argument("--by", required=True, help="wer entscheidet · who decides")
    for action in (listing, yes, no):
        action.add_argument("--service", help="nur diese Leistung · this service only")
        add_home(action)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked.

    Raises:
        ConfigurationError: ``argument_missing``; neither messages nor a service nor all are named.
        Refused: ``approval_unknown``, ``approval_too_late``.
    """
    core, texts = open_core(arguments.home), texts_of(arguments)
    now = core.business_clock.now()
    found = proposals(core.open_uow, now, arguments.service)
    if arguments.action == "list":
        print(texts.text("cli.approve.count", count=len(found)))
        for one in found:
            print(line(one, core, texts))
        return 0
    if not (arguments.messages or arguments.service or arguments.all):
        raise ConfigurationError("argument_missing", argument="--all")
    named = arguments.messages or [one.touchpoint.touchpoint_id for one in found]
    count = decide(core.open_uow, named, Verdict(arguments.action), by=arguments.by, now=now)
    print(texts.text(f"cli.approve.{arguments.action}", count=count))
    return 0


def line(one: Proposal, core: Core, texts: Catalog) -> str:
    """Say in one line what would go out, when, by which way, to whom, about what, and until when it may."""
    customer, vehicle, touchpoint = one.customer, one.vehicle, one.touchpoint
    return texts.text(
        "cli.approve.line",
        message=touchpoint.touchpoint_id,
        at=say_moment(touchpoint.planned_at, core.zone, texts),
        channel=texts.text(f"consent.channel.{touchpoint.channel}"),
        services=", ".join(one.services),
        who=" · ".join(filter(None, (name_of(customer), car_of(vehicle)))),
        until=say_moment(touchpoint.not_after, core.zone, texts),
    )
