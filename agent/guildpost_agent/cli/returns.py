"""``guildpost-agent returns``: letters that came back: take a file in, or show what follows for the staff.

returns FILE [--dry-run]                              take a file in
returns                                               new addresses nobody entered yet, and who is said to be dead
returns --alive CUSTOMER --by NAME [--reason TEXT]    somebody who was said to be dead is not
"""

import argparse
from pathlib import Path

from guildpost_agent.adapters.dms.returns_file import read_returns
from guildpost_agent.app.explain import say_day, say_moment
from guildpost_agent.app.find_alive import find_alive, noted_dead
from guildpost_agent.app.import_returns import import_returns, open_proposals
from guildpost_agent.app.plain_names import name_of
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.domain.letter_returns import Kind
from guildpost_shared.errors import ConfigurationError, Refused, public_text

HELP = "Rückläufer: zurückgekommene Briefe einlesen · returned letters: take a file in"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("file", type=Path, nargs="?", help="CSV vom Zusteller oder Lettershop · CSV of the carrier")
    what.add_argument("--alive", metavar="CUSTOMER", help="doch nicht verstorben: Kundennummer · not dead: number")
    parser.add_argument("--by", help="wer das sagt · who says so")
    parser.add_argument("--reason", default="", help="woher man es weiß · how one knows")
    parser.add_argument("--dry-run", action="store_true", help="nichts speichern · store nothing")
    add_home(parser)


def run(arguments: argparse.Namespace) -> int:
    """Take a file in, or list what is open.

    Raises:
        ConfigurationError: ``file_unreadable``, ``argument_missing``.
        Refused: ``returns_columns_missing``, or the file cannot be read as a table; ``customer_unknown``,
            ``deceased_not_noted``.
    """
    core = open_core(arguments.home)
    if arguments.alive is not None:
        _alive(core, arguments)
        return 0
    if arguments.file is not None:
        _take_in(core, arguments)
    _show(core, arguments)
    return 0


def _alive(core: Core, arguments: argparse.Namespace) -> None:
    texts, now = texts_of(arguments), core.business_clock.now()
    if not arguments.by:
        raise ConfigurationError("argument_missing", argument="--by")
    key = core.keys.suppression
    done = find_alive(core.open_uow, arguments.alive, key=key, by=arguments.by, reason=arguments.reason, now=now)
    at = say_moment(now, core.zone, texts)
    for record in done.records:
        print(texts.text("cli.returns.alive", customer=record, at=at, by=arguments.by, reason=arguments.reason or "–"))
    print(texts.text("cli.returns.alive.follows"))
    for record in done.dead_in_dms:
        print(texts.text("cli.returns.alive.dms", customer=record))


def _take_in(core: Core, arguments: argparse.Namespace) -> None:
    texts = texts_of(arguments)
    rows, broken = read_returns(arguments.file)
    taken = import_returns(
        core.open_uow,
        rows,
        file=arguments.file.name,
        key=core.keys.suppression,
        now=core.business_clock.now(),
        dry_run=arguments.dry_run,
    )
    taken.problems += [(number, Refused("list_row_fields")) for number in broken]
    if arguments.dry_run:
        print(texts.text("cli.returns.dry_run"))
    for kind in Kind:
        if taken.letters[kind]:
            print(texts.text(f"cli.returns.{kind}", count=taken.letters[kind]))
    print(texts.text("cli.returns.rest", known=taken.known, proposals=taken.proposals, wrong=len(taken.problems)))
    for number, problem in sorted(taken.problems, key=lambda one: one[0]):
        print(texts.text("cli.lists.wrong", row=number, why=public_text(problem, arguments.lang).what))


def _show(core: Core, arguments: argparse.Namespace) -> None:
    texts = texts_of(arguments)
    with core.open_uow() as uow:
        proposals, dead = open_proposals(uow), noted_dead(uow, core.keys.suppression)
    print(texts.plural("cli.returns.proposals", len(proposals)))
    for one in proposals:
        new, day = one.address, say_day(one.outcome.at.astimezone(core.zone).date(), texts)
        print(f"  {one.customer_id}  {new.street}, {new.postcode} {new.town}  {day}")
    if dead:
        print(texts.plural("cli.returns.dead", len(dead)))
    for customer, outcome in dead:
        day = say_day(outcome.at.astimezone(core.zone).date(), texts)
        print(f"  {customer.customer_id}  {name_of(customer)}  {day}")
