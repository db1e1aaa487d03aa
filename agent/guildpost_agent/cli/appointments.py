"""``guildpost-agent appointments``: what the workshop planner brought, and what concerns nobody we know."""

import argparse
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.app.explain import say_moment
from guildpost_agent.app.take_planner_in import PlannerReport, planner_reports
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.bootstrap.planner import take_planner
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import exit_code, public_text

HELP = "Termine aus dem Werkstattplaner · appointments from the workshop planner"
SHOWN: Final = 20


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument(
        "--take-in", action="store_true", help="jetzt einlesen, was bereitliegt · take in now what lies ready"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print what each planner's last calendar brought.

    Returns:
        0, or the exit code of the first refused file.
    """
    core, texts = open_core(arguments.home), texts_of(arguments)
    if core.config.appointments.folder is None:
        print(texts.text("cli.appointments.no_folder"))
        return 0
    code = 0
    taken = take_planner(core) if arguments.take_in else None
    for file in taken.refused if taken else ():
        print(public_text(file.error, texts.language))
        code = code or exit_code(file.error)
    with core.open_uow() as uow:
        reports = list(planner_reports(uow))
    if not reports:
        print(texts.text("cli.appointments.none"))
    for report in reports:
        _print(report, texts, core.zone)
    return code


def _print(report: PlannerReport, texts: Catalog, zone: ZoneInfo) -> None:
    day, matched = datetime.fromisoformat(report.at).astimezone(zone).date(), sum(report.unmatched.values())
    print(texts.text("cli.appointments.planner", origin=report.origin, file=report.file, day=day))
    print(texts.text("cli.appointments.counts", events=report.events, matched=report.events - matched))
    print(texts.text("cli.appointments.change", **vars(report.change)))
    for reason, count in report.unmatched.items():
        print(texts.text("cli.appointments.unmatched", count=count, reason=_reason(reason, texts)))
    for number, starts, reason in report.listed[:SHOWN]:
        local = say_moment(datetime.fromisoformat(starts), zone, texts)
        print(texts.text("cli.appointments.listed", number=number, starts=local, reason=_reason(reason, texts)))


def _reason(reason: str, texts: Catalog) -> str:
    return texts.text(f"cli.appointments.reason.{reason}")
