"""``guildpost-agent reference``: the tables from outside, where they come from and how old they are.

list                every table with its source
add NAME FILE       use a file of one's own instead
remove NAME         go back to the table that came with the program
"""

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from guildpost_agent.adapters.reference.files import FileReferenceData
from guildpost_agent.app.ports.reference_data import ReferenceData
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.config import load_config
from guildpost_agent.domain.reference.dataset import Dataset, Name
from guildpost_shared.catalog import Catalog
from guildpost_shared.clock import SystemClock
from guildpost_shared.errors import ConfigurationError
from guildpost_shared.os_reasons import os_reason

HELP = "Tabellen von außen: Postleitzahlen, Ferien, Tarife … · tables from outside"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands."""
    kinds = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    names = [name.value for name in Name]
    listing = kinds.add_parser("list", help="alle Tabellen · every table")
    adding = kinds.add_parser("add", help="eigene Datei verwenden · use a file of one's own")
    removing = kinds.add_parser("remove", help="zur mitgelieferten Tabelle zurück · back to the shipped table")
    for sub in (listing, adding, removing):
        add_home(sub)
    for sub in (adding, removing):
        sub.add_argument("name", choices=names, metavar="NAME", help=", ".join(names))
    adding.add_argument("file", type=Path, help="Datei · file")


def run(arguments: argparse.Namespace) -> int:
    """List, add or remove.

    Raises:
        ConfigurationError: a file that cannot be read; nothing has changed.
    """
    texts, config = texts_of(arguments), load_config(arguments.home)
    reference, today = FileReferenceData(arguments.home), SystemClock().now().date()
    match arguments.action:
        case "list":
            for dataset in reference.datasets():
                print("\n".join(_described(dataset, texts, today)))
            for note in notes(reference, texts, config.dealer.state, today):
                print(note)
        case "add":
            added = reference.add(Name(arguments.name), _read(arguments.file), today)
            print("\n".join(_described(added, texts, today)))
        case _:
            done = "removed" if reference.remove(Name(arguments.name)) else "nothing_removed"
            print(texts.text(f"cli.reference.{done}", name=arguments.name))
    return 0


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError("reference_file_missing", path=path, reason=os_reason(error)) from None


def _described(dataset: Dataset, texts: Catalog, today: date) -> Iterator[str]:
    header = dataset.header
    yield texts.text(
        "cli.reference.row",
        name=dataset.name.value,
        rows=dataset.rows,
        day=header.day,
        origin=texts.text("cli.reference.own" if dataset.overridden else "cli.reference.shipped"),
        source=header.source,
        licence=header.licence,
    )
    if dataset.is_old(today):
        yield "  " + texts.text("cli.reference.old")


def notes(reference: ReferenceData, texts: Catalog, state: str, today: date) -> Iterator[str]:
    """Say what the tables do not know for today: postage, and next year's school holidays of the dealer's state."""
    now = reference.tariffs().on(today)
    if now.assumed:
        yield texts.text("cli.reference.expired", day=now.tariff.valid_from)
    holidays = reference.school_holidays()
    for year in (today.year, today.year + 1):
        if not holidays.knows(state, year):
            yield texts.text("cli.reference.no_holidays", state=state, year=year)
