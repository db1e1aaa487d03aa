"""``guildpost-agent import FILE…``: take DMS exports in by hand, through the same door as the drop folder."""

import argparse
import shutil
from pathlib import Path

from guildpost_agent.adapters.dms.drop_folder import DropFolder
from guildpost_agent.app.import_dms import cut_off_files, import_delivery, refusals
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_shared.errors import ConfigurationError, exit_code, public_text

HELP = "DMS-Exporte einlesen · import DMS exports"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument(
        "files", nargs="*", type=Path, help="Dateien; ohne Angabe der Eingangsordner · files, or the drop folder"
    )


def run(arguments: argparse.Namespace) -> int:
    """Copy the files into the drop folder and import what lies there; a refused file is named and kept.

    Returns:
        0, or the exit code of the first refusal.

    Raises:
        ConfigurationError: ``import_file_missing``.
    """
    core, texts = open_core(arguments.home), texts_of(arguments)
    folder = core.config.dms.drop_folder
    folder.mkdir(parents=True, exist_ok=True)
    for file in arguments.files:
        if not file.is_file():
            raise ConfigurationError("import_file_missing", path=file)
        _drop(file, folder)
    report = import_delivery(core.open_uow, DropFolder(folder), core.business_clock, core.entropy, core.config.dealer)
    if report is None:
        print(texts.text("cli.import.nothing"))
        return 0
    counts = {"read": report.rows_read, "imported": report.rows_imported, "quarantined": report.rows_quarantined}
    print(texts.text("cli.import.done", **counts))
    refused = [*refusals(report), *cut_off_files(report)]
    for error in refused:
        print(public_text(error, arguments.lang))
    return exit_code(refused[0]) if refused else 0


def _drop(file: Path, folder: Path) -> None:
    """Lay a copy into the drop folder; a running agent never sees half of it."""
    if file.resolve().parent == folder.resolve():
        return
    unfinished = folder / f".{file.name}"
    shutil.copyfile(file, unfinished)
    unfinished.replace(folder / file.name)
