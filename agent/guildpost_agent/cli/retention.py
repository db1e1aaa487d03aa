"""``guildpost-agent rights retention``: what is due, the dealer's confirmation, the walk by hand."""

import argparse
from collections.abc import Iterable

from guildpost_agent.app.explain import say_day
from guildpost_agent.app.rights.confirm_retention import confirm_retention, confirmed_at, unconfirmed
from guildpost_agent.app.rights.retention import retention_due, silent_people
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.bootstrap.rights import periods_of, retain
from guildpost_agent.domain.rights.retention import Due
from guildpost_shared.catalog import Catalog


def add_retention(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--dry-run", action="store_true", help="nur zählen · count only")
    what.add_argument("--confirm", action="store_true", help="Fristen freigeben · confirm the periods")


def run_retention(core: Core, arguments: argparse.Namespace, texts: Catalog) -> None:
    """Show what is due; confirm, or walk unless it is a dry run.

    Raises:
        Refused: ``retention_unconfirmed``; a walk would have set aside or erased people.
    """
    now, periods = core.business_clock.now(), periods_of(core)
    rehearsed = arguments.dry_run or arguments.confirm
    _print(retention_due(core.rights, periods, now, core.zone) if rehearsed else retain(core), texts)
    if arguments.confirm:
        confirm_retention(core.open_uow, silent_people(core.rights, periods, now, core.zone), now)
    with core.open_uow() as uow:
        day, problem = confirmed_at(uow), unconfirmed(uow)
    if day is not None:
        print(texts.text("cli.rights.retention.confirmed", day=day.astimezone(core.zone).date()))
    if problem is not None and not rehearsed:
        raise problem
    if day is None:
        print(texts.text("cli.rights.retention.unconfirmed"))


def _print(found: Iterable[Due], texts: Catalog) -> None:
    heading = (texts.text(f"cli.rights.retention.{name}") for name in ("rule", "law", "count", "oldest"))
    print("{:50} {:50} {:>9}  {}".format(*heading))
    for due in found:
        words = texts.text(f"rights.retention.{due.rule}")
        law = texts.text(f"rights.law.{due.rule}")
        print(f"{words:50} {law:50} {due.count:9}  {say_day(due.oldest, texts) if due.oldest else '–'}")
