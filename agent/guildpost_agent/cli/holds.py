"""``guildpost-agent holds``: customers to whom nobody advertises for now.

holds set complaint --customer N [--until DAY]          holds lift --customer N [--kind complaint]          holds list
"""

import argparse
from datetime import date

from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.cli.options import add_home, day_of, texts_of
from guildpost_agent.domain.holds import Hold, HoldKind
from guildpost_shared.errors import Refused

HELP = "Keine Werbung bei Beschwerde, Rechtsstreit, Mahnung · no advertising while there is a complaint"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    kinds = [kind.value for kind in HoldKind]
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    put = actions.add_parser("set", help="keine Werbung mehr · no more advertising")
    put.add_argument("kind", choices=kinds, help="Beschwerde, Rechtsstreit, Mahnung · complaint, dispute, dunning")
    put.add_argument("--until", type=day_of, help="letzter Tag (JJJJ-MM-TT) · last day (YYYY-MM-DD)")
    lift = actions.add_parser("lift", help="wieder erlauben · allow it again")
    lift.add_argument("--kind", choices=kinds, help="nur dieser Grund · this reason only")
    shown = actions.add_parser("list", help="zeigen · show")
    for action in (put, lift):
        action.add_argument("--customer", required=True, help="Kundennummer · customer number")
    for action in (put, lift, shown):
        add_home(action)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked.

    Raises:
        Refused: ``customer_unknown``, ``hold_over``, ``hold_unknown``.
    """
    core = open_core(arguments.home)
    match arguments.action:
        case "set":
            _set(core, arguments)
        case "lift":
            _lift(core, arguments)
        case _:
            _list(core, arguments)
    return 0


def _today(core: Core) -> date:
    return core.business_clock.now().astimezone(core.zone).date()


def _set(core: Core, arguments: argparse.Namespace) -> None:
    hold = Hold(arguments.customer, HoldKind(arguments.kind), _today(core), arguments.until)
    if hold.until is not None and hold.until < hold.since:
        raise Refused("hold_over", until=hold.until)
    with core.open_uow() as uow:
        if uow.records.customer(hold.customer_id) is None:
            raise Refused("customer_unknown", customer=hold.customer_id)
        records = len(uow.people.records_of(hold.customer_id))
        uow.holds.set(hold)
        uow.commit()
    print(texts_of(arguments).text("cli.holds.set", customer=hold.customer_id, records=records))


def _lift(core: Core, arguments: argparse.Namespace) -> None:
    kind = HoldKind(arguments.kind) if arguments.kind else None
    with core.open_uow() as uow:
        count = uow.holds.lift(arguments.customer, kind)
        uow.commit()
    if not count:
        raise Refused("hold_unknown", customer=arguments.customer)
    print(texts_of(arguments).text("cli.holds.lifted", count=count))


def _list(core: Core, arguments: argparse.Namespace) -> None:
    texts, today = texts_of(arguments), _today(core)
    with core.open_uow() as uow:
        kept = uow.holds.all()
    print(texts.text("cli.holds.count", count=sum(hold.covers(today) for hold in kept)))
    for hold in kept:
        until = texts.text("cli.holds.until", day=hold.until) if hold.until else ""
        print(f"  {hold.customer_id:<10} {texts.text(f'cli.holds.kind.{hold.kind}')}  {hold.since} {until}".rstrip())
