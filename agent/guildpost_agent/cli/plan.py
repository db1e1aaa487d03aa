"""``guildpost-agent plan``: what would be planned, why, and what another configuration would change; stores nothing.

plan [--from DAY] [--to DAY] [--explain]          plan --diff OTHER.toml          plan --why ID|PLATE|NAME
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from guildpost_agent.adapters.sql.rehearsal import rehearsal_factory
from guildpost_agent.app.answer_why import answer_why
from guildpost_agent.app.compare_plans import compare_plans
from guildpost_agent.app.emergency_stop import current_stop
from guildpost_agent.app.narrow_answer import narrow_answer
from guildpost_agent.app.preview_entries import Entry
from guildpost_agent.app.preview_plan import horizon_for, preview_plan
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.bootstrap.learning import taught_of
from guildpost_agent.bootstrap.member import services_in_force, unreadable_services
from guildpost_agent.bootstrap.reference import first_frost_of
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.cli.plan_changes import describe_changes
from guildpost_agent.cli.plan_entries import Names, Page, describe_entries
from guildpost_agent.cli.plan_summary import describe_summary
from guildpost_agent.cli.plan_why import describe_answer, describe_candidates
from guildpost_agent.cli.stop import stop_line
from guildpost_agent.config import read_config
from guildpost_agent.domain.preview_scope import Scope
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import Refused, public_text
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.typed_day import day_of

HELP = "Vorschau der Planung mit Gründen, ohne etwas zu speichern · preview of the plan with reasons, stores nothing"
DAYS: Final = 28
MOST_SINGLE_DAYS: Final = 35
PLANNING_HOUR: Final = time(5)
"""When a week's plan is made; another business day is seen from then."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument("--from", dest="first", metavar="DAY", help="erster Tag, sonst heute · first day, or today")
    parser.add_argument("--to", dest="last", metavar="DAY", help="letzter Tag, sonst 28 Tage später · or 28 days later")
    parser.add_argument("--as-of", metavar="DAY", help="planen, als wäre es dieser Tag · plan as of this day")
    parser.add_argument(
        "--afresh", action="store_true", help="als wäre noch nichts geplant · as if nothing was planned"
    )
    parser.add_argument("--service", default="", help="nur dieser Service · this service only")
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument("--vehicle", default="", help="nur dieses Fahrzeug · this vehicle only")
    whose.add_argument("--customer", default="", help="nur dieser Kunde · this customer only")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--explain", action="store_true", help="jeden Anlass begründen · the reasons of every occasion")
    what.add_argument("--diff", type=Path, metavar="TOML", help="mit anderer agent.toml · with another agent.toml")
    what.add_argument("--why", metavar="WHO", help="Name, Kennzeichen oder Nummer · name, plate or number")
    parser.add_argument("--by", choices=("day", "week"), help="je Tag oder je Woche · per day or per week")
    parser.add_argument("--page", type=int, default=1, help="Seite der Begründungen · page of the reasons")
    parser.add_argument("--limit", type=int, default=25, help="so viele je Seite · so many on a page")


def run(arguments: argparse.Namespace) -> int:
    """Print what was asked for.

    Raises:
        Refused: a day, number or page that cannot be, see ``preview_plan`` and ``answer_why``.
        ConfigurationError: the other configuration cannot be read.
    """
    core, texts = open_core(arguments.home), texts_of(arguments)
    services = services_in_force(core)
    for error in unreadable_services(core):
        print(public_text(error, arguments.lang))
    if not services:
        print(texts.text("cli.plan.no_services"))
        return 0
    if idle := sorted(set(core.config.services.enabled) - {service.service_id for service in services}):
        print(texts.text("cli.plan.idle_services", services=", ".join(idle)))
    for line in _lines(core, services, arguments, texts):
        print(line)
    return 0


def _lines(
    core: Core, services: Sequence[ServiceDefinition], arguments: argparse.Namespace, texts: Catalog
) -> Iterator[str]:
    now, page = _now(core, arguments.as_of), Page(arguments.page, arguments.limit)
    with core.open_uow() as uow:
        stop = current_stop(uow)
    if stop is not None:
        yield stop_line(stop, core, texts)
        yield texts.text("cli.plan.stopped" if stop.everything else "cli.plan.stopped_services")
    frost, rehearse, taught = first_frost_of(core), rehearsal_factory(core.engine), taught_of(core)
    scope, afresh = _scope(arguments, now.astimezone(core.zone).date()), arguments.afresh
    if arguments.why is not None:
        horizon = horizon_for(core.open_uow, services, core.config, now, scope)
        try:
            answers = answer_why(
                rehearse,
                services,
                core.config,
                now,
                arguments.why,
                horizon_days=horizon,
                afresh=afresh,
                first_frost=frost,
                taught=taught,
            )
        except Refused as refused:
            numbers = set(str(refused.params.get("numbers", "")).split(", "))
            yield from describe_candidates(_names(core, numbers, numbers), texts)
            raise
        for answer in answers:
            shown = narrow_answer(answer, _narrow(arguments, scope)) if _is_narrow(arguments) else answer
            yield from describe_answer(shown, texts, _names(core, shown.vehicle_ids(), shown.customer_ids()))
        return
    if arguments.diff is not None:
        configs = (core.config, read_config(arguments.diff))
        comparison = compare_plans(
            rehearse, services, configs, now, scope, afresh=afresh, first_frost=frost, taught=taught
        )
        yield from describe_changes(comparison, arguments.diff.name, page, texts, lambda shown: _names_of(core, shown))
        return
    preview = preview_plan(rehearse, services, core.config, now, scope, afresh=afresh, first_frost=frost, taught=taught)
    yield from describe_summary(preview, texts, weekly=_weekly(arguments.by, scope))
    if arguments.explain:
        yield from describe_entries(preview, page, texts, lambda shown: _names_of(core, shown))


def _names_of(core: Core, shown: Sequence[Entry]) -> Names:
    vehicles = set[str]().union(*(entry.vehicle_ids for entry in shown))
    return _names(core, vehicles, {entry.occasion.customer_id for entry in shown})


def _names(core: Core, vehicle_ids: set[str], customer_ids: set[str]) -> Names:
    """Read who and what numbers stand for."""
    with core.open_uow() as uow:
        vehicles, customers = uow.records.vehicles_of(vehicle_ids), uow.records.customers_of(customer_ids)
    return Names({v.vehicle_id: v for v in vehicles}, {c.customer_id: c for c in customers})


def _now(core: Core, as_of: str | None) -> datetime:
    """Give the business clock, or the hour of planning on another day."""
    if as_of is None:
        return core.business_clock.now()
    return datetime.combine(day_of(as_of), PLANNING_HOUR, tzinfo=core.zone).astimezone(UTC)


def _scope(arguments: argparse.Namespace, today: date) -> Scope:
    first = day_of(arguments.first) if arguments.first else today
    last = day_of(arguments.last) if arguments.last else max(first, today) + timedelta(days=DAYS)
    return Scope(first, last, arguments.service, arguments.vehicle, arguments.customer)


def _is_narrow(arguments: argparse.Namespace) -> bool:
    return any((arguments.first, arguments.last, arguments.service, arguments.vehicle, arguments.customer))


def _narrow(arguments: argparse.Namespace, scope: Scope) -> Scope:
    """Give the scope of an answer: days that were not asked for do not narrow it."""
    first = scope.first if arguments.first else date.min
    return replace(scope, first=first, last=scope.last if arguments.last else date.max)


def _weekly(by: str | None, scope: Scope) -> bool:
    return by == "week" or (by is None and (scope.last - scope.first).days > MOST_SINGLE_DAYS)
