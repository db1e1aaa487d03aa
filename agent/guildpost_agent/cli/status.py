"""``guildpost-agent status``: where this dealership stands, for people or as JSON (stays on this machine)."""

import argparse
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict

from guildpost_agent.adapters.sql.read_model import SqlReadModel
from guildpost_agent.app.emergency_stop import current_stop, stop_steps
from guildpost_agent.app.membership import load_memberships
from guildpost_agent.app.remember_problems import open_problems
from guildpost_agent.app.tell_problems import problem_lines
from guildpost_agent.app.watch_freshness import tables_freshness
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.bootstrap.learning import taught_of
from guildpost_agent.bootstrap.member import catalogues_of, read_services
from guildpost_agent.cli.options import add_home, brand_name, texts_of
from guildpost_agent.cli.status_learning import learning_facts, learning_lines
from guildpost_agent.cli.stop import step_line, stop_line
from guildpost_agent.domain.brands import FIRST
from guildpost_agent.domain.outbox import State
from guildpost_agent.domain.records import Channel
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import public_text
from guildpost_shared.services.definition import NetworkStatus, ServiceDefinition

HELP = "Stand des Betriebs zeigen · show where the dealership stands"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument("--json", action="store_true", help="als JSON · as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print counts, membership and catalogue."""
    core = open_core(arguments.home)
    totals = asdict(SqlReadModel(core.engine).totals())
    with core.open_uow() as uow:
        memberships = load_memberships(uow.documents)
        rounds = uow.rounds.all()
        waiting = sum(len(uow.outbox.in_state(channel, State.READY)) for channel in Channel)
        problems = open_problems(uow)
        stop, steps = current_stop(uow), stop_steps(uow)[-1:]
        proposed = len(uow.plans.proposed())
        fresh = tables_freshness(uow, core.business_clock.now())
    catalogues = catalogues_of(core) if memberships else None
    versions = {brand: source.current() for brand, source in catalogues.sources.items()} if catalogues else {}
    services, unreadable = read_services(catalogues) if catalogues else ({}, [])
    taught, running = taught_of(core), core.config.services
    idle, left_out = _beside_the_catalogue(services, running.enabled)
    version = versions.get(FIRST)
    further = [
        {
            "brand": one.brand,
            "agent_id": one.agent_id,
            "catalogue": one_version.snapshot if (one_version := versions[one.brand]) else None,
            "not_in_force": dict(one_version.refused) if one_version else {},
        }
        for one in memberships
        if one.brand
    ]
    status = {
        **totals,
        "waiting": waiting,
        "proposed": proposed,
        "agent_id": next((one.agent_id for one in memberships if not one.brand), None),
        "catalogue": version.snapshot if version else None,
        "services": sorted(services),
        "enabled_unknown": idle,
        "mandatory_left_out": left_out,
        "unreadable": [str(public_text(error, arguments.lang)) for error in unreadable],
        "not_in_force": dict(version.refused) if version else {},
        "brands": further,
        "stop": None
        if stop is None
        else {**vars(stop), "services": sorted(stop.services), "since": stop.since.isoformat()},
        "last_stop_step": [{**vars(one), "at": one.at.isoformat()} for one in steps],
        "learning": learning_facts(taught, running.enabled, running.without_learned_times),
        "rounds": [{"round": row[0], "study": row[1], "period": row[2], "state": row[3]} for row in rounds],
        "fresh": [{"table": one.table, "days": one.days, "came_at": one.came_at.isoformat()} for one in fresh],
        "problems": [
            {"step": step, "code": error.code, "text": str(public_text(error, arguments.lang))}
            for step, error in problems.items()
        ],
    }
    if arguments.json:
        print(json.dumps(status, ensure_ascii=False))
    else:
        texts = texts_of(arguments)
        none_yet = texts.text("cli.status.no_catalogue")
        print(texts.text("cli.status", **{**status, "catalogue": status["catalogue"] or none_yet}))
        for row in further:
            name = brand_name(str(row["brand"]), texts)
            print(
                texts.text(
                    "cli.status.brand", brand=name, agent=row["agent_id"], catalogue=row["catalogue"] or none_yet
                )
            )
        if stop is not None:
            print(stop_line(stop, core, texts))
        for step in steps:
            print(step_line(step, core, texts))
        if proposed:
            print(texts.text("cli.status.proposed", count=proposed))
        for one in fresh:
            print(texts.plural("cli.status.fresh", one.days, table=texts.text(f"dms.table.{one.table}")))
        learned = learning_lines(taught, running.enabled, running.without_learned_times, texts)
        for line in (*learned, *_said({"cli.plan.idle_services": idle, "cli.status.left_out": left_out}, texts)):
            print(line)
        for error in unreadable:
            print(public_text(error, arguments.lang))
        for line in problem_lines(problems, texts):
            print(line)
    return 0


def _beside_the_catalogue(
    services: Mapping[str, ServiceDefinition], enabled: Collection[str]
) -> tuple[list[str], list[str]]:
    """Name what the dealer runs and no catalogue has, and what the network means as mandatory and does not run here."""
    idle = sorted(set(enabled) - services.keys()) if services else []
    mandatory = {name for name, one in services.items() if one.network is NetworkStatus.MANDATORY}
    return idle, sorted(mandatory - set(enabled))


def _said(named: Mapping[str, list[str]], texts: Catalog) -> list[str]:
    return [texts.text(text, services=", ".join(services)) for text, services in named.items() if services]
