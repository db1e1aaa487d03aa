"""``guildpost-agent replies``: what customers wrote back and a person has to look at.

list                                     the open replies, each with its customer, vehicle, message and doubt
close REPLY --by NAME [--note TEXT]      somebody took care of it
"""

import argparse
from collections.abc import Iterator, Mapping

from guildpost_agent.app.explain import say_day, say_moment
from guildpost_agent.app.explain_entry import service_name
from guildpost_agent.app.plain_names import car_of, in_one_line, name_of
from guildpost_agent.app.replies_inbox import OpenReply, close_reply, open_replies
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.bootstrap.member import services_in_force
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.domain.replies.reply import ReplyState
from guildpost_shared.catalog import Catalog
from guildpost_shared.services.definition import ServiceDefinition

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
    now = core.business_clock.now()
    if arguments.action == "close":
        before = close_reply(core.open_uow, arguments.reply, by=arguments.by, note=arguments.note, now=now)
        if before.state is ReplyState.OPEN:
            print(texts.text("cli.replies.closed"))
        else:
            at = say_moment(before.closed_at or before.received_at, core.zone, texts)
            by = before.closed_by or texts.text("cli.replies.by_itself")
            print(texts.text("cli.replies.closed_before", at=at, by=by))
        return 0
    found = open_replies(core.open_uow, now.astimezone(core.zone).date())
    print(texts.plural("cli.replies.count", len(found)))
    services = {one.service_id: one for one in services_in_force(core)} if found else {}
    for one in found:
        for line in _described(one, core, services, texts):
            print(line)
    return 0


def _described(one: OpenReply, core: Core, services: Mapping[str, ServiceDefinition], texts: Catalog) -> Iterator[str]:
    reply, customer = one.reply, one.customer
    kind = texts.text(f"reply.kind.{reply.kind.value}")
    numbers = " / ".join(filter(None, (customer.mobile, customer.phone)))
    cars = ", ".join(filter(None, map(car_of, one.vehicles)))
    yield " · ".join(filter(None, (kind, name_of(customer), customer.customer_id, numbers, reply.sender, cars)))
    at = say_moment(reply.received_at, core.zone, texts)
    yield "    " + texts.text("cli.replies.about", at=at, subject=in_one_line(reply.subject) or "–")
    message = one.message
    if message is None:
        yield "    " + texts.text("cli.replies.no_message")
    else:
        yield "    " + texts.text(
            "cli.replies.answers" if reply.touchpoint_id else "cli.replies.last_message",
            day=say_day(message.planned_at.astimezone(core.zone).date(), texts),
            channel=texts.text(f"consent.channel.{message.channel}"),
            service=service_name(message.service_id, services, texts),
        )
    for line in reply.text.splitlines():
        yield f"    | {in_one_line(line)}"
    yield "    " + texts.text(f"reply.waits.{one.waits_for}")
    yield f"    {reply.reply_id}"
