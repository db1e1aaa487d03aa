"""``guildpost-agent returns``: letters that came back: take a file in, or show the new addresses nobody entered yet.

returns FILE [--dry-run]          returns
"""

import argparse
from pathlib import Path

from guildpost_agent.adapters.dms.returns_file import read_returns
from guildpost_agent.app.explain import say_day
from guildpost_agent.app.import_returns import import_returns, open_proposals
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.domain.letter_returns import Kind
from guildpost_shared.errors import Refused, public_text

HELP = "Rückläufer: zurückgekommene Briefe einlesen · returned letters: take a file in"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, nargs="?", help="CSV vom Zusteller oder Lettershop · CSV of the carrier")
    parser.add_argument("--dry-run", action="store_true", help="nichts speichern · store nothing")
    add_home(parser)


def run(arguments: argparse.Namespace) -> int:
    """Take a file in, or list what is open.

    Raises:
        ConfigurationError: ``file_unreadable``.
        Refused: ``returns_columns_missing``, or the file cannot be read as a table.
    """
    core = open_core(arguments.home)
    if arguments.file is not None:
        _take_in(core, arguments)
    _show(core, arguments)
    return 0


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
        proposals = open_proposals(uow)
    print(texts.plural("cli.returns.proposals", len(proposals)))
    for one in proposals:
        new, day = one.address, say_day(one.outcome.at.astimezone(core.zone).date(), texts)
        print(f"  {one.customer_id}  {new.street}, {new.postcode} {new.town}  {day}")
