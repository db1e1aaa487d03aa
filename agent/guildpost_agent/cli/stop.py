"""``guildpost-agent stop``: the emergency stop: everything, or single services, rest at once.

stop --by NAME [--reason "…"]          stop --service hu_au --by NAME          stop --history          (then: resume)
"""

import argparse

from guildpost_agent.app.emergency_stop import current_stop, stop_sending, stop_steps
from guildpost_agent.app.explain import say_moment
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.domain.emergency_stop import Step, Stop
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import ConfigurationError, Refused

HELP = "Nothalt: alles oder einzelne Leistungen ruhen sofort · emergency stop: all or single services rest"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument("--service", action="append", default=[], help="nur diese Leistung · this service only")
    parser.add_argument("--by", help="wer anhält · who stops it")
    parser.add_argument("--reason", default="", help="warum · why")
    parser.add_argument("--history", action="store_true", help="nur zeigen, wer was wann anhielt · show what was done")


def run(arguments: argparse.Namespace) -> int:
    """Stop and say what rests, or say who stopped and resumed what before.

    Raises:
        ConfigurationError: ``argument_missing``; nobody is named.
        Refused: ``stop_service_unknown``, before anything is stopped.
    """
    core = open_core(arguments.home)
    if arguments.history:
        return _history(core, texts_of(arguments))
    if not arguments.by:
        raise ConfigurationError("argument_missing", argument="--by")
    _require_known(core, arguments.service)
    now = core.business_clock.now()
    stop = stop_sending(core.open_uow, arguments.service, now=now, by=arguments.by, reason=arguments.reason)
    print(stop_line(stop, core, texts_of(arguments)))
    return 0


def stop_line(stop: Stop | None, core: Core, texts: Catalog) -> str:
    """Say in one sentence what rests, since when and by whom."""
    if stop is None:
        return texts.text("cli.stop.nothing")
    facts = {"since": say_moment(stop.since, core.zone, texts), "by": stop.by}
    if stop.everything:
        return texts.text("cli.stop.everything", **facts)
    return texts.text("cli.stop.services", services=", ".join(sorted(stop.services)), **facts)


def step_line(step: Step, core: Core, texts: Catalog) -> str:
    """Say in one sentence who stopped or resumed what, when and why."""
    return texts.text(
        f"cli.stop.step.{step.kind}",
        what=", ".join(step.services) or texts.text("cli.stop.step.all"),
        at=say_moment(step.at, core.zone, texts),
        by=step.by,
        reason=step.reason or "–",
    )


def _history(core: Core, texts: Catalog) -> int:
    with core.open_uow() as uow:
        stop, steps = current_stop(uow), stop_steps(uow)
    print(stop_line(stop, core, texts))
    for step in steps:
        print(step_line(step, core, texts))
    return 0


def _require_known(core: Core, services: list[str]) -> None:
    """Refuse a slip of the pen: a stop that stops nothing would look like one that does."""
    with core.open_uow() as uow:
        planned = {touchpoint.service_id for touchpoint in uow.plans.touchpoints()}
    known = planned | set(core.config.services.enabled)
    for service in services:
        if service not in known:
            raise Refused("stop_service_unknown", service=service, known=", ".join(sorted(known)))
