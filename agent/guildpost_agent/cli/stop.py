"""``guildpost-agent stop``: the emergency stop: everything, or single services, rest at once.

stop --by NAME          stop --service hu_au --by NAME          (then: resume)
"""

import argparse

from guildpost_agent.app.emergency_stop import stop_sending
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.domain.emergency_stop import Stop
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import Refused

HELP = "Nothalt: alles oder einzelne Leistungen ruhen sofort · emergency stop: all or single services rest"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument("--service", action="append", default=[], help="nur diese Leistung · this service only")
    parser.add_argument("--by", required=True, help="wer anhält · who stops it")


def run(arguments: argparse.Namespace) -> int:
    """Stop, and say what rests.

    Raises:
        Refused: ``stop_service_unknown``, before anything is stopped.
    """
    core = open_core(arguments.home)
    _require_known(core, arguments.service)
    stop = stop_sending(core.open_uow, arguments.service, now=core.business_clock.now(), by=arguments.by)
    print(stop_line(stop, core, texts_of(arguments)))
    return 0


def stop_line(stop: Stop | None, core: Core, texts: Catalog) -> str:
    """Say in one sentence what rests, since when and by whom."""
    if stop is None:
        return texts.text("cli.stop.nothing")
    facts = {"since": f"{stop.since.astimezone(core.zone):%Y-%m-%d %H:%M}", "by": stop.by}
    if stop.everything:
        return texts.text("cli.stop.everything", **facts)
    return texts.text("cli.stop.services", services=", ".join(sorted(stop.services)), **facts)


def _require_known(core: Core, services: list[str]) -> None:
    """Refuse a slip of the pen: a stop that stops nothing would look like one that does."""
    with core.open_uow() as uow:
        planned = {touchpoint.service_id for touchpoint in uow.plans.touchpoints()}
    known = planned | set(core.config.services.enabled)
    for service in services:
        if service not in known:
            raise Refused("stop_service_unknown", service=service, known=", ".join(sorted(known)))
