"""``guildpost-agent import FILE…``: take DMS exports in by hand, through the same door as the drop folder.

``--dry-run`` shows what a file's columns seem to mean, what it would bring and how far its dates can be trusted, and
stores nothing; the file may never have been seen before.
"""

import argparse
import shutil
from pathlib import Path

from guildpost_agent.adapters.dms.single_file import open_file
from guildpost_agent.app.import_dms import cut_off_files, refusals
from guildpost_agent.app.ports.dms_source import RefusedFile
from guildpost_agent.app.preview_import import preview_import
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.bootstrap.intake import profiles_of, take_all_in
from guildpost_agent.bootstrap.member import services_in_force
from guildpost_agent.bootstrap.works import works_told
from guildpost_agent.cli.import_report import print_preview, print_taken_in
from guildpost_agent.cli.mapping import print_proposal
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_shared.errors import ConfigurationError, GuildpostError, Refused, exit_code, public_text
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.services.occasion_rules import HuRule
from guildpost_shared.services.statutory import statutory_hu_rule

HELP = "DMS-Exporte einlesen · import DMS exports"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument(
        "files", nargs="*", type=Path, help="Dateien; ohne Angabe der Eingangsordner · files, or the drop folder"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="nur zeigen, nichts speichern · show only, store nothing"
    )


def run(arguments: argparse.Namespace) -> int:
    """Copy the files into the drop folder and import what lies there; a refused file is named and kept.

    Returns:
        0, or the exit code of the first refusal.

    Raises:
        ConfigurationError: ``import_file_missing``.
    """
    for file in arguments.files:
        if not file.is_file():
            raise ConfigurationError("import_file_missing", path=file)
    core, texts = open_core(arguments.home), texts_of(arguments)
    services = services_in_force(core)
    if arguments.dry_run:
        return _dry_run(core, services, arguments)
    folder = core.config.dms.drop_folder
    folder.mkdir(parents=True, exist_ok=True)
    for file in arguments.files:
        _drop(file, folder)
    taken = take_all_in(core, services, database=not arguments.files)
    refused: list[GuildpostError] = [_not_taken(file, core) for file in arguments.files if _lies_there(file, folder)]
    if not taken and not refused:
        print(texts.text("cli.import.nothing"))
        return 0
    for one in taken:
        with core.open_uow() as uow:
            quarantined = uow.imports.quarantined(one.report.import_id)
        print_taken_in(one, quarantined, services, texts)
        refused += [*refusals(one.report), *cut_off_files(one.report)]
    for error in refused:
        print(public_text(error, arguments.lang))
    return exit_code(refused[0]) if refused else 0


def _dry_run(core: Core, services: tuple[ServiceDefinition, ...], arguments: argparse.Namespace) -> int:
    """Show what each file would bring.

    Raises:
        ConfigurationError: ``argument_missing`` when no file is named.
    """
    if not arguments.files:
        raise ConfigurationError("argument_missing", argument="FILE")
    texts = texts_of(arguments)
    rules = [service.occasion for service in services if isinstance(service.occasion, HuRule)]
    hu_rule = rules[0] if rules else statutory_hu_rule()
    code = 0
    for file in arguments.files:
        source, proposal = open_file(file, profiles_of(core), amounts=core.config.dms.invoice_amounts)
        print(f"== {file.name}")
        if proposal is not None:
            print_proposal(proposal, texts)
        try:
            if isinstance(source, RefusedFile):
                raise source.error
            now, works = core.business_clock.now(), works_told(core)
            preview = preview_import(core.open_uow, source, core.config.dealer, now, hu_rule, works=works)
        except GuildpostError as error:
            print(public_text(error, arguments.lang))
            code = code or exit_code(error)
            continue
        print_preview(source, preview, texts)
    print(texts.text("cli.import.dry_run"))
    return code


def _lies_there(file: Path, folder: Path) -> bool:
    """Say whether a file that was named still waits: the drop folder leaves alone what it does not know."""
    return (folder / file.name).is_file()


def _not_taken(file: Path, core: Core) -> GuildpostError:
    """Say why a file that was named was left alone; our copy of it goes."""
    copy = core.config.dms.drop_folder / file.name
    source, proposal = open_file(copy, profiles_of(core), amounts=core.config.dms.invoice_amounts)
    if copy.resolve() != file.resolve():
        copy.unlink(missing_ok=True)
    if isinstance(source, RefusedFile):
        return source.error
    table = proposal.table if proposal is not None else source.table
    return Refused("dms_mapping_unconfirmed", file=file.name, table=table.value)


def _drop(file: Path, folder: Path) -> None:
    """Lay a copy into the drop folder; a running agent never sees half of it."""
    if file.resolve().parent == folder.resolve():
        return
    unfinished = folder / f".{file.name}"
    shutil.copyfile(file, unfinished)
    unfinished.replace(folder / file.name)
