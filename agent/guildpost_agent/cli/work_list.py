"""``guildpost-agent work-list``: vehicles whose inspection date cannot be believed, for a person to look at."""

import argparse
import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.bootstrap.work_list import current_work_list
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.domain.spreadsheet import harmless
from guildpost_agent.domain.work_list import COLUMNS, WorkItem, csv_row
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import ConfigurationError
from guildpost_shared.os_reasons import os_reason

HELP = "Arbeitsliste der unglaubwürdigen Termine · list of dates that cannot be believed"
SHOWN = 20


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument("--csv", type=Path, help="als Datei schreiben · write a file")
    parser.add_argument("--all", action="store_true", help="auch das Archiv · the archive too")


def run(arguments: argparse.Namespace) -> int:
    """Print how many there are and the first of them, or write all to a file.

    Raises:
        ConfigurationError: ``file_unwritable``.
    """
    core, texts = open_core(arguments.home), texts_of(arguments)
    items = current_work_list(core)
    listed = items if arguments.all else [item for item in items if item.priority]
    counts = Counter((item.reason, item.action) for item in items)
    for (reason, action), count in sorted(counts.items()):
        labels = {"reason": texts.text(f"worklist.reason.{reason}"), "action": texts.text(f"worklist.action.{action}")}
        print(texts.plural("cli.worklist.count", count, **labels))
    if arguments.csv:
        try:
            _write(arguments.csv, listed, texts)
        except OSError as error:
            raise ConfigurationError("file_unwritable", path=arguments.csv, reason=os_reason(error)) from None
        print(texts.plural("cli.worklist.written", len(listed), path=arguments.csv))
        return 0
    for item in listed[:SHOWN]:
        print(f"{item.priority:>4}  {item.plate or item.vehicle_id:<12} {texts.text(f'worklist.action.{item.action}')}")
    return 0


def _write(path: Path, items: Iterable[WorkItem], texts: Catalog) -> None:
    """Write a file for spreadsheets: headings, reasons and actions in words, nothing that would be a formula."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([texts.text(f"worklist.column.{name}") for name in COLUMNS])
        for item in items:
            cells = dict(zip(COLUMNS, csv_row(item), strict=True))
            cells |= {name: texts.text(f"worklist.{name}.{cells[name]}") for name in ("reason", "action")}
            writer.writerow([harmless(cell) for cell in cells.values()])
