"""``guildpost-agent work``: do heavy steps as they come on standard input; the agent starts this itself.

The worker ends with its input: when the agent lets go of it, or is no more.
"""

import argparse
import ctypes
import gc
import json
import os
import platform
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

import structlog

from guildpost_agent.app.approve_messages import settle_reviews
from guildpost_agent.app.calls.hand_over import HandOver, hand_over
from guildpost_agent.app.concerned import Changed
from guildpost_agent.app.confirm_appointments import confirm_appointments
from guildpost_agent.app.dealership import dealer_services, enabled_services
from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.app.planning_state import note_plan, planning_key
from guildpost_agent.app.ports.unit_of_work import ImportReport
from guildpost_agent.app.record_bookings import record_bookings
from guildpost_agent.app.score_customers import score_customers
from guildpost_agent.bootstrap.composing import composer_of
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.bootstrap.intake import take_all_in
from guildpost_agent.bootstrap.learning import taught_of
from guildpost_agent.bootstrap.member import catalogues_of, services_in_force, services_of
from guildpost_agent.bootstrap.planner import take_planner
from guildpost_agent.bootstrap.reference import definitions_of, first_frost_of
from guildpost_agent.bootstrap.rights import retain, retention_wanted
from guildpost_agent.bootstrap.sending import print_letters, require_stopped_cleanly
from guildpost_agent.bootstrap.templates import mail_template_ids, recalled_in, templates_of
from guildpost_agent.cli.options import add_home
from guildpost_agent.domain.working_days import load_holidays
from guildpost_shared.clock import ManualClock
from guildpost_shared.errors import GuildpostError, exit_code
from guildpost_shared.logs import configure_logging
from guildpost_shared.services.definition import ServiceDefinition

HELP = "Schwere Arbeitsschritte ausführen (startet der Agent selbst) · do heavy steps (started by the agent itself)"
Extra = Mapping[str, str]
MASTER_DATA: Final = ("customers", "vehicles")
LARGE_DELIVERY: Final = 100
"""From so many customers and vehicles on everybody is planned for at once; after fewer, only their households are."""
BULK_THRESHOLDS: Final = (1_000_000, 50, 100)
"""Steps read tens of thousands of values that all live to the step's end: collecting in between finds nothing."""
GLIBC_KEEPS: Final = ((-3, 4 << 20), (-1, 256 << 20))
"""For ``mallopt``: M_MMAP_THRESHOLD and M_TRIM_THRESHOLD of malloc.h, in bytes."""
log = structlog.get_logger()


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do steps until the input ends."""
    configure_logging()
    core = open_core(arguments.home)
    prepare()
    for line in sys.stdin:
        order = json.loads(line)
        code = do_step(core, order["step"], datetime.fromisoformat(order["now"]), order["extra"])
        sys.stdout.write(json.dumps({"exit": code}) + "\n")
        sys.stdout.flush()
    return 0


def prepare() -> None:
    """Make a process ready for heavy steps: no needless collecting, tables loaded before a transaction waits.

    The typesetter gets one thread: its threads wait for one another, which costs a tenth more and hurries nobody.
    """
    gc.set_threshold(*BULK_THRESHOLDS)
    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    _keep_freed_memory()
    load_holidays()


def _keep_freed_memory() -> None:
    """Tell glibc to use freed memory again instead of giving it back: a tenth of typesetting was fetching it anew.

    The worker is short-lived, so nothing is kept for long. Other C libraries have no such switch.
    """
    if platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        for parameter, value in GLIBC_KEEPS:
            libc.mallopt(parameter, value)


def do_step(core: Core, step: str, now: datetime, extra: Extra) -> int:
    """Do one step at an instant of the business clock; the exit code of its error, 0 if there is none."""
    try:
        STEPS[step](replace(core, business_clock=ManualClock(now)), extra)
    except GuildpostError as error:
        log.warning("step_failed", step=step, code=error.code, detail=error.detail)
        return exit_code(error)
    return 0


def intake(core: Core, extra: Extra) -> None:
    """Take in what lies ready, attribute bookings; plan and segment anew when many customers or vehicles came."""
    services = services_in_force(core)
    taken = take_all_in(core, services, database=extra.get("database") == "yes")
    for one in taken:
        report = one.report
        log.info("imported", rows=report.rows_imported, quarantined=report.rows_quarantined, state=report.state)
    planner = take_planner(core)
    for calendar in planner.reports if planner else ():
        log.info("planner_taken_in", events=calendar.events, unmatched=sum(calendar.unmatched.values()))
    for file in planner.refused if planner else ():
        log.warning("planner_file_refused", code=file.error.code, detail=file.error.detail)
    if sum(_master_rows(one.report) for one in taken) >= LARGE_DELIVERY:
        plan(core, extra)
        segment(core, extra)
    elif taken or planner:
        record_bookings(core.open_uow, services, core.config, core.business_clock.now())
        _plan_changed(core, services, [*(one.changed for one in taken), _confirm(core, services)])


def _confirm(core: Core, services: Collection[ServiceDefinition]) -> Changed:
    """Enter the appointments that are to be confirmed."""
    running = enabled_services(services, core.config)
    changed = confirm_appointments(core.open_uow, running, core.business_clock.now(), core.zone)
    log.info("appointments_to_confirm", vehicles=len(changed.vehicles))
    return changed


def _plan_changed(core: Core, services: Collection[ServiceDefinition], deliveries: Sequence[Changed]) -> None:
    """Plan anew the households that small deliveries concern; everybody else waits for the week's plan."""
    changed = Changed(
        frozenset().union(*(one.customers for one in deliveries)),
        frozenset().union(*(one.vehicles for one in deliveries)),
    )
    if services and (changed.customers or changed.vehicles):
        now, key = core.business_clock.now(), planning_key(core.open_uow, core.entropy)
        frost, taught = first_frost_of(core), taught_of(core)
        summary = plan_touchpoints(
            core.open_uow, services, core.config, now, key, changed=changed, first_frost=frost, taught=taught
        )
        log.info("planned_changed", occasions=summary.occasions, planned=summary.planned)


def _master_rows(report: ImportReport) -> int:
    """Count the customers and vehicles that were new or changed."""
    changes = report.report.get("changes")
    found = [changes.get(name, {}) for name in MASTER_DATA] if isinstance(changes, dict) else []
    return sum(int(change.get("new", 0)) + int(change.get("changed", 0)) for change in found)


def plan(core: Core, extra: Extra) -> None:
    """Attribute bookings and plan; note what the plan was made for."""
    catalogued = services_of(catalogues_of(core))
    services = catalogued.values()
    if not services:
        return
    now = core.business_clock.now()
    settle_reviews(core.open_uow, core.config.services.reviewed, now)
    bookings = record_bookings(core.open_uow, services, core.config, now)
    key = planning_key(core.open_uow, core.entropy)
    hand_over(core.open_uow, catalogued, HandOver(key, core.zone, core.config.language), now)
    _confirm(core, services)
    frost, taught = first_frost_of(core), taught_of(core)
    summary = plan_touchpoints(core.open_uow, services, core.config, now, key, first_frost=frost, taught=taught)
    note_plan(core.open_uow, extra.get("mark", ""))
    log.info("planned", occasions=summary.occasions, planned=summary.planned, booked=bookings.booked)


def print_due(core: Core, extra: Extra) -> None:
    """Print and hand over the letters that are due."""
    del extra
    catalogue = catalogues_of(core)
    services = dealer_services(services_of(catalogue).values(), core.config)
    composer = composer_of(core, services, templates_of(core, catalogue))
    summary = print_letters(core, services, composer, recalled_in(catalogue))
    log.info("letters_released", released=summary.released, batches=len(summary.batches))
    require_stopped_cleanly(summary)


def compile_templates(core: Core, extra: Extra) -> None:
    """Compile the mail templates in use that are not in the cache yet."""
    del extra
    catalogue = catalogues_of(core)
    templates = templates_of(core, catalogue)
    missing = templates.missing(mail_template_ids(core, services_of(catalogue).values()))
    templates.compile(missing)
    log.info("templates_compiled", count=len(missing))


def let_go(core: Core, extra: Extra) -> None:
    """Let go what is old enough, once a day."""
    del extra
    if retention_wanted(core):
        found = retain(core)
        log.info("retention_walked", **{due.rule.value: due.count for due in found})


def segment(core: Core, extra: Extra) -> None:
    """Say anew where every customer stands and what could be offered."""
    del extra
    summary = score_customers(core.open_uow, definitions_of(core), core.business_clock.now(), core.zone)
    log.info("segments_computed", customers=summary.customers, potentials=summary.potentials)


STEPS: Final[Mapping[str, Callable[[Core, Extra], None]]] = {
    "intake": intake,
    "plan": plan,
    "print": print_due,
    "compile": compile_templates,
    "segments": segment,
    "retention": let_go,
}
