"""``guildpost-agent holds``: customers to whom nobody advertises for now, and who said so.

holds set complaint --customer N --by NAME [--until DAY] [--reason TEXT]
holds lift --customer N --by NAME [--kind complaint]          holds list [--history] [--customer N]
"""

import argparse
from datetime import date

from guildpost_agent.app.explain import say_day, say_moment
from guildpost_agent.app.keep_holds import lift_holds, listed_holds, set_hold, steps_of
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.domain.holds import Hold, HoldKind, HoldStep
from guildpost_shared.catalog import Catalog
from guildpost_shared.typed_day import day_of

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
    shown.add_argument("--history", action="store_true", help="wer wann was vermerkte und aufhob · who did what, when")
    shown.add_argument("--customer", help="nur dieser Kunde · this customer only")
    for action in (put, lift):
        action.add_argument("--customer", required=True, help="Kundennummer · customer number")
        action.add_argument("--by", required=True, help="wer es tut · who does it")
        action.add_argument("--reason", default="", help="warum · why")
    for action in (put, lift, shown):
        add_home(action)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked.

    Raises:
        Refused: see ``keep_holds``.
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
    hold, now = (
        Hold(arguments.customer, HoldKind(arguments.kind), _today(core), arguments.until),
        core.business_clock.now(),
    )
    records = set_hold(core.open_uow, hold, now=now, by=arguments.by, reason=arguments.reason)
    print(texts_of(arguments).text("cli.holds.set", customer=hold.customer_id, records=records))


def _lift(core: Core, arguments: argparse.Namespace) -> None:
    kind, now = HoldKind(arguments.kind) if arguments.kind else None, core.business_clock.now()
    count = lift_holds(core.open_uow, arguments.customer, kind, now=now, by=arguments.by, reason=arguments.reason)
    print(texts_of(arguments).text("cli.holds.lifted", count=count))


def _list(core: Core, arguments: argparse.Namespace) -> None:
    texts, only = texts_of(arguments), arguments.customer
    if arguments.history:
        for noted in steps_of(core.open_uow, only):
            print(_step(noted, core, texts))
        return
    kept, in_force = listed_holds(core.open_uow, _today(core))
    if only is None:
        print(texts.text("cli.holds.count", count=in_force))
    for hold, step in kept:
        if only in {None, hold.customer_id}:
            print(_line(hold, step, core, texts))


def _line(hold: Hold, step: HoldStep | None, core: Core, texts: Catalog) -> str:
    until = texts.text("cli.holds.until", day=hold.until) if hold.until else ""
    said = "" if step is None else texts.text("cli.holds.by", by=step.by_whom, at=_at(step, core, texts))
    reason = "" if step is None else step.reason
    parts = (texts.text(f"cli.holds.kind.{hold.kind}"), "", say_day(hold.since, texts), until, said, reason)
    return f"  {hold.customer_id:<10} {' '.join(parts)}".rstrip()


def _step(step: HoldStep, core: Core, texts: Catalog) -> str:
    return texts.text(
        f"cli.holds.step.{step.step}",
        at=_at(step, core, texts),
        by=step.by_whom,
        customer=step.customer_id,
        what=texts.text(f"cli.holds.kind.{step.kind}"),
        reason=step.reason or "–",
    )


def _at(step: HoldStep, core: Core, texts: Catalog) -> str:
    return say_moment(step.at, core.zone, texts)
