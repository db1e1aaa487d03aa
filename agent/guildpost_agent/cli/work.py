"""``guildpost-agent work STEP``: one heavy step in a process of its own; the agent starts these itself."""

import argparse
import json
from datetime import datetime

import structlog

from guildpost_agent.adapters.dms.drop_folder import DropFolder
from guildpost_agent.app.compose_message import Composer
from guildpost_agent.app.import_dms import import_delivery
from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.app.record_bookings import record_bookings
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.bootstrap.member import catalogue_of, mail_template_ids, services_of, templates_of
from guildpost_agent.bootstrap.sending import print_letters, require_stopped_cleanly
from guildpost_agent.cli.options import add_home
from guildpost_shared.clock import ManualClock
from guildpost_shared.logs import configure_logging

HELP = "Einen Arbeitsschritt ausführen (der Agent ruft dies selbst auf) · run one step (the agent calls this itself)"
STEPS = ("intake", "plan", "print", "compile", "round")
PLAN_KEY = "keys/planning"
log = structlog.get_logger()


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("step", choices=STEPS)
    add_home(parser)
    parser.add_argument("--now", type=datetime.fromisoformat, required=True, help="Geschäftsuhr · business clock")
    parser.add_argument("--mark", default="", help="was mit dem Plan gemerkt wird · what is noted with the plan")
    for name in ("round", "study", "flower"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--closes", type=datetime.fromisoformat)


def run(arguments: argparse.Namespace) -> int:
    """Do one step."""
    configure_logging()
    core = open_core(arguments.home, business_clock=ManualClock(arguments.now))
    match arguments.step:
        case "intake":
            intake(core)
        case "plan":
            plan(core, arguments.mark)
        case "print":
            print_due(core)
        case "compile":
            compile_templates(core)
        case _:
            join_round(core, arguments)
    return 0


def intake(core: Core) -> None:
    """Import what lies ready, attribute bookings, plan anew."""
    source = DropFolder(core.config.dms.drop_folder)
    while (
        report := import_delivery(core.open_uow, source, core.business_clock, core.entropy, core.config.dealer)
    ) is not None:
        log.info("imported", rows=report.rows_imported, quarantined=report.rows_quarantined, state=report.state)
        if not report.rows_read:
            break
    plan(core, "")


def plan(core: Core, mark: str) -> None:
    """Attribute bookings and plan; note what the plan was made for."""
    services = services_of(catalogue_of(core)).values()
    if not services:
        return
    now = core.business_clock.now()
    bookings = record_bookings(core.open_uow, services, core.config, now)
    summary = plan_touchpoints(core.open_uow, services, core.config, now, planning_key(core))
    if mark:
        with core.open_uow() as uow:
            uow.documents.put("plan/done", mark.encode())
            uow.commit()
    log.info("planned", occasions=summary.occasions, planned=summary.planned, booked=bookings.booked)


def print_due(core: Core) -> None:
    """Print and hand over the letters that are due."""
    catalogue = catalogue_of(core)
    services = services_of(catalogue)
    composer = Composer(core.config, services, templates_of(core, catalogue), core.open_uow)
    summary = print_letters(core, services, composer)
    log.info("letters_released", released=summary.released, batches=len(summary.batches))
    require_stopped_cleanly(summary)


def compile_templates(core: Core) -> None:
    """Compile the mail templates in force that are not in the cache yet."""
    catalogue = catalogue_of(core)
    templates = templates_of(core, catalogue)
    missing = templates.missing(mail_template_ids(services_of(catalogue)))
    templates.compile(missing)
    log.info("templates_compiled", count=len(missing))


def join_round(core: Core, arguments: argparse.Namespace) -> None:
    """Take part in a federated round."""
    from guildpost_agent.bootstrap.rounds import take_part  # noqa: PLC0415 — heavy; only this step needs it

    ended = take_part(
        core,
        round_id=arguments.round,
        study_path=arguments.study,
        flower=arguments.flower,
        closes_at=arguments.closes,
    )
    log.info("round_ended", result=json.dumps(ended))


def planning_key(core: Core) -> bytes:
    """Load the dealer's own key behind every draw of the planner, making it once."""
    with core.open_uow() as uow:
        key = uow.documents.get(PLAN_KEY)
        if key is None:
            key = core.entropy.token_bytes(32)
            uow.documents.put(PLAN_KEY, key)
            uow.commit()
    return key
