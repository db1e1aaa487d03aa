"""``guildpost-agent replies``: what customers wrote back and a person has to look at.

list                                     the open replies, each with its customer, vehicle and message
close REPLY --by NAME [--note TEXT]      somebody took care of it
"""

import argparse
from collections.abc import Iterator

from guildpost_agent.app.replies_inbox import OpenReply, close_reply, open_replies
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_shared.catalog import Catalog

HELP = "Antworten per E-Mail: ansehen, erledigen · replies by e-mail: look, close"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="offene Antworten · open replies")
    close = actions.add_parser("close", help="als erledigt merken · mark as done")
    close.add_argument("reply", help="Kennung der Antwort · the reply's id")
    close.add_argument("--by", required=True, help="wer sich gekümmert hat · who took care")
    close.add_argument("--note", default="", help="was getan wurde · what was done")
    for action in (listing, close):
        add_home(action)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked.

    Raises:
        Refused: ``reply_unknown``.
    """
    core, texts = open_core(arguments.home), texts_of(arguments)
    if arguments.action == "close":
        now = core.business_clock.now()
        close_reply(core.open_uow, arguments.reply, by=arguments.by, note=arguments.note, now=now)
        print(texts.text("cli.replies.closed"))
        return 0
    found = open_replies(core.open_uow)
    print(texts.text("cli.replies.count", count=len(found)))
    for one in found:
        for line in _described(one, core, texts):
            print(line)
    return 0


def _described(one: OpenReply, core: Core, texts: Catalog) -> Iterator[str]:
    reply, customer, vehicle = one.reply, one.customer, one.vehicle
    name = customer.company or " ".join(filter(None, (customer.title, customer.given_name, customer.family_name)))
    car = "" if vehicle is None else " ".join(filter(None, (vehicle.make, vehicle.model, vehicle.plate)))
    kind = texts.text(f"reply.kind.{reply.kind.value}")
    numbers = " / ".join(filter(None, (customer.mobile, customer.phone)))
    yield " · ".join(filter(None, (kind, name, numbers, reply.sender, car)))
    at = f"{reply.received_at.astimezone(core.zone):%d.%m.%Y %H:%M}"
    yield "    " + texts.text("cli.replies.about", at=at, service=one.service_id or "–", subject=_shown(reply.subject))
    for line in reply.text.splitlines():
        yield f"    | {_shown(line)}"
    if reply.acted:
        yield "    " + texts.text("cli.replies.acted")
    yield f"    {reply.reply_id}"


def _shown(text: str) -> str:
    """Leave out what would steer a terminal: the text comes from outside."""
    return "".join(one if one.isprintable() else " " for one in text)
