"""``guildpost-agent mapping``: what the columns of the dealer's exports mean: propose, show and confirm.

mapping propose FILE [--table TABLE] [--column "HEADING=FIELD"] [--save NAME]
mapping show [NAME]    mapping confirm NAME    mapping grants --role ROLE
mapping codes: what the dealer's own codes in Loco-Soft are for us
"""

import argparse
from pathlib import Path
from zoneinfo import ZoneInfo

from guildpost_agent.adapters.dms.loco_soft_codes import Kind
from guildpost_agent.adapters.dms.loco_soft_columns import grants
from guildpost_agent.adapters.dms.mapping_files import (
    FOLDER,
    confirm_profile,
    find_profile,
    load_profiles,
    ready_profiles,
    save_profile,
)
from guildpost_agent.adapters.dms.single_file import propose_file
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.config import AgentConfig, load_config
from guildpost_agent.domain.dms_rows import Table
from guildpost_agent.domain.mapping.profile import Profile, from_proposal, write_profile
from guildpost_agent.domain.mapping.proposal import WORTH_ASKING, Proposal, corrected
from guildpost_agent.domain.mapping.vocabulary import AMOUNTS, SYNONYMS
from guildpost_shared.catalog import Catalog
from guildpost_shared.clock import SystemClock
from guildpost_shared.errors import ConfigurationError, Refused

HELP = "Spalten der Exporte zuordnen · map the columns of exports"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    propose = actions.add_parser("propose", help="Zuordnung vorschlagen · propose a mapping")
    propose.add_argument("file", type=Path, help="Export · an export")
    tables = [table.value for table in Table]
    propose.add_argument("--table", choices=tables, help="was die Zeilen sind · what the rows are")
    propose.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="HEADING=FIELD",
        help="eine Spalte zuordnen, mehrfach möglich · map a column, repeatable",
    )
    propose.add_argument("--save", metavar="NAME", default="", help="als Profil speichern · save as a profile")
    show = actions.add_parser("show", help="Profile zeigen · show profiles")
    show.add_argument("name", nargs="?", default="", help="Profil · a profile")
    confirm = actions.add_parser("confirm", help="Profil bestätigen · confirm a profile")
    confirm.add_argument("name", help="Profil · a profile")
    rights = actions.add_parser("grants", help="Leserechte für Loco-Soft · rights to read Loco-Soft")
    rights.add_argument("--role", default="guildpost", help="Datenbankrolle · database role")
    rights.add_argument("--database", default="loco_auswertung_db", help="Datenbank · database")
    codes = actions.add_parser("codes", help="eigene Codes in Loco-Soft · the dealer's own codes in Loco-Soft")
    for action in (propose, show, confirm, codes):
        add_home(action)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked.

    Raises:
        ConfigurationError: a file or profile is missing or not valid.
        Refused: the export cannot be read.
    """
    texts = texts_of(arguments)
    if arguments.action == "grants":
        print(grants(arguments.database, arguments.role), end="")
        return 0
    folder = arguments.home / FOLDER
    if arguments.action == "codes":
        _print_codes(load_config(arguments.home), texts)
    elif arguments.action == "propose":
        _propose(arguments, folder, texts)
    elif arguments.action == "confirm":
        profile = confirm_profile(folder, arguments.name, SystemClock().now().date())
        print(texts.text("cli.mapping.confirmed", name=profile.label))
    elif arguments.name:
        print(write_profile(find_profile(folder, arguments.name)), end="")
    else:
        _list(folder, texts)
    return 0


def _propose(arguments: argparse.Namespace, folder: Path, texts: Catalog) -> None:
    file, name = arguments.file, arguments.save
    if not file.is_file():
        raise ConfigurationError("import_file_missing", path=file)
    table = Table(arguments.table) if arguments.table else None
    proposal, said = propose_file(file, table), dict(map(_column, arguments.column))
    try:
        proposal = corrected(proposal, said)
    except ValueError as error:
        raise ConfigurationError("mapping_column_unknown", given=error, file=file.name, table=proposal.table) from None
    print_proposal(proposal, texts)
    if table or said:
        print(texts.text("cli.mapping.fields", fields=", ".join(SYNONYMS[proposal.table])))
    if not name:
        return
    if not (table or said) and proposal.confidence < WORTH_ASKING:
        raise Refused("dms_mapping_unknown", file=file.name)
    if proposal.missing:
        raise ConfigurationError("mapping_incomplete", fields=", ".join(proposal.missing))
    path = save_profile(folder, from_proposal(proposal, name, (file_pattern(file),)))
    print(texts.text("cli.mapping.saved", path=path, name=name))


def _column(words: str) -> tuple[str, str]:
    heading, equals, field = words.rpartition("=")
    if not equals:
        raise ConfigurationError("mapping_column_unreadable", given=words)
    return heading.strip(), field.strip()


def print_proposal(proposal: Proposal, texts: Catalog) -> None:
    """Print what a file's columns seem to mean."""
    table = texts.text(f"dms.table.{proposal.table}")
    print(texts.text("cli.mapping.table", table=table, percent=round(100 * proposal.confidence)))
    for guess in proposal.columns:
        evidence = texts.text(f"cli.mapping.evidence.{guess.evidence}")
        print(f"  {guess.heading:<28} → {guess.field:<20} {guess.confidence:>4.0%}  {evidence}")
    if AMOUNTS & set(proposal.fields.values()):
        print(texts.text("cli.mapping.amounts"))
    if proposal.unmapped:
        print(texts.text("cli.mapping.unmapped", columns=", ".join(filter(None, proposal.unmapped))))
    if proposal.missing:
        print(texts.text("cli.mapping.missing", fields=", ".join(proposal.missing)))
    print(texts.text("cli.mapping.certain" if proposal.certain else "cli.mapping.uncertain"))


def file_pattern(file: Path) -> str:
    """Give the pattern of an export's names: digits at the end are a date or number that changes."""
    stem = file.stem.rstrip("0123456789-_. ")
    return f"{stem}*{file.suffix}"


def _print_codes(config: AgentConfig, texts: Catalog) -> None:
    settings = config.dms.loco_soft
    if settings is None:
        raise ConfigurationError("loco_soft_not_configured")
    from guildpost_agent.adapters.dms.loco_soft import LocoSoft  # noqa: PLC0415 — only where such a site is

    codes = LocoSoft(settings, ZoneInfo(config.dealer.timezone)).codes()
    for kind in Kind:
        mine = [code for code in codes if code.kind is kind]
        print(texts.text("cli.mapping.codes" if mine else "cli.mapping.no_codes", table=kind.value, count=len(mine)))
        for code in mine:
            how = "configured" if code.configured else "described" if code.field else "unread"
            field = code.field or "–"
            print(f"  {code.code:<6} {code.description:<44} → {field:<20} {texts.text(f'cli.mapping.code.{how}')}")
    if codes:
        print(texts.text("cli.mapping.codes_next"))


def _list(folder: Path, texts: Catalog) -> None:
    own = load_profiles(folder)
    known = {profile.name for profile in own}
    for profile in own:
        state = "cli.mapping.in_force" if profile.confirmed_on else "cli.mapping.to_confirm"
        _print_profile(profile, texts.text(state, day=profile.confirmed_on))
    for profile in ready_profiles():
        if profile.name not in known:
            _print_profile(profile, texts.text("cli.mapping.ready"))


def _print_profile(profile: Profile, state: str) -> None:
    tables = ", ".join(f"{table.table} ({' '.join(table.files)})" for table in profile.tables)
    print(f"{profile.label}  {state}: {tables}")
