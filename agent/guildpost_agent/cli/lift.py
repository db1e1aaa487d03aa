"""``guildpost-agent lift``: whether writing brings customers in, measured against the control group.

With ``--learned``: whether learned times bring more in than the recommended ones, measured against those who stay.
"""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from guildpost_agent.app.measure_learned import measure_learned
from guildpost_agent.app.measure_lift import Cell, Measured, measure_lift
from guildpost_agent.app.planning_state import planning_key
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.bootstrap.member import services_in_force
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.domain.learning.experiment import STANDING_SHARE
from guildpost_agent.domain.lift.control import LEAST_SHARE
from guildpost_agent.domain.lift.intervals import Arm
from guildpost_agent.domain.lift.sample_size import customers_missing
from guildpost_agent.domain.lift.verdicts import LEAST_PER_ARM, Lift, Verdict
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import Refused
from guildpost_shared.services.definition import ServiceDefinition

HELP = "Wirkung gegen die Kontrollgruppe · effect against the control group"
POINTS: Final = 5
_ROW: Final = "{:28} {:9} {:>13} {:>8} {:>15} {:>8}  {:36} {}"


@dataclass(frozen=True)
class Comparison:
    """What is compared: where its words are, and the smaller side's share of the customers to come."""

    words: str
    share: float


WRITING: Final = Comparison("cli.lift", LEAST_SHARE)
LEARNED: Final = Comparison("cli.lift.learned", STANDING_SHARE)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument("--service", help="nur eine Leistung · one service only")
    learned = "gelernte gegen empfohlene Zeiten · learned against recommended times"
    parser.add_argument("--learned", action="store_true", help=learned)
    points = "gesuchter Unterschied in Punkten · difference looked for, in points"
    parser.add_argument("--points", type=int, choices=range(1, 51), default=POINTS, metavar="1-50", help=points)


def run(arguments: argparse.Namespace) -> int:
    """Print the table.

    Raises:
        Refused: ``service_not_in_force``.
    """
    core, texts = open_core(arguments.home), texts_of(arguments)
    services = {service.service_id: service for service in services_in_force(core)}
    if arguments.service is not None:
        if arguments.service not in services:
            raise Refused("service_not_in_force", service=arguments.service)
        services = {arguments.service: services[arguments.service]}
    comparison = LEARNED if arguments.learned else WRITING
    for line in described(_measured(core, services, comparison), services, texts, arguments.points, comparison):
        print(line)
    return 0


def _measured(core: Core, services: Mapping[str, ServiceDefinition], comparison: Comparison) -> Measured:
    measure = measure_learned if comparison is LEARNED else measure_lift
    key = planning_key(core.open_uow, core.entropy)
    return measure(core.open_uow, services.values(), core.config, core.business_clock.now(), key)


def described(
    measured: Measured,
    services: Mapping[str, ServiceDefinition],
    texts: Catalog,
    points: int = POINTS,
    comparison: Comparison = WRITING,
) -> Iterator[str]:
    """Say what is known in plain words; a difference never stands without its interval.

    Args:
        measured: the counts.
        services: for the names.
        texts: the language.
        points: the difference for which the missing customers are counted.
        comparison: of what.
    """
    if measured.known_until is None or not measured.lifts:
        yield texts.text(f"{comparison.words}.nothing", waiting=measured.waiting)
        return
    yield texts.text("cli.lift.days", since=measured.since, until=measured.known_until)
    treated, held_out = f"{comparison.words}.treated", f"{comparison.words}.held_out"
    heads = ("cli.lift.service", "cli.lift.channel", treated, "cli.lift.came", held_out, "cli.lift.came")
    yield _ROW.format(*(texts.text(head) for head in (*heads, "cli.lift.difference", "cli.lift.verdict")))
    for cell in sorted(measured.lifts, key=_order):
        lift = measured.lifts[cell]
        yield _row(cell, lift, services, texts, comparison)
        if cell[1] is None and lift.verdict is Verdict.NOT_YET_KNOWN:
            yield f"  ↳ {_not_yet(lift, points, texts, comparison.share)}"
    yield texts.text(f"{comparison.words}.note", waiting=measured.waiting)
    if measured.unplaced:
        yield texts.plural("cli.lift.unplaced", measured.unplaced)


def _order(cell: Cell) -> tuple[str, str]:
    return cell[0], cell[1] or ""


def _row(
    cell: Cell, lift: Lift, services: Mapping[str, ServiceDefinition], texts: Catalog, comparison: Comparison
) -> str:
    channel = texts.text(f"consent.channel.{cell[1] or 'every'}")
    arms = (part for arm in (lift.treated, lift.held_out) for part in (arm.customers, _rate(arm, texts)))
    known = lift.verdict is not Verdict.NOT_YET_KNOWN
    verdict = texts.text(f"{comparison.words if known else WRITING.words}.verdict.{lift.verdict}")
    name = services[cell[0]].name[texts.language]
    return _ROW.format(name[:28], channel, *arms, _difference(lift, texts), verdict)


def _rate(arm: Arm, texts: Catalog) -> str:
    return f"{_number(100 * arm.rate, texts)} %" if arm.customers else "–"


def _difference(lift: Lift, texts: Catalog) -> str:
    if not (lift.treated.customers and lift.held_out.customers):
        return "–"
    found = (lift.estimate, lift.interval.low, lift.interval.high)
    value, low, high = (_number(100 * part, texts, sign="+") for part in found)
    return texts.text("cli.lift.points", value=value, low=low, high=high)


def _not_yet(lift: Lift, points: int, texts: Catalog, share: float) -> str:
    missing = customers_missing(lift, points / 100, share)
    why = "chance" if lift.enough else "few"
    parts = [texts.text(f"cli.lift.{why}", least=LEAST_PER_ARM)]
    if missing:
        parts.append(texts.text("cli.lift.missing", points=points, count=_rounded(missing)))
    return " ".join(parts)


def _rounded(count: int) -> int:
    """Round up to two digits: the figure is an estimate."""
    step = int(10 ** max(0, len(str(count)) - 2))
    return -(-count // step) * step


def _number(value: float, texts: Catalog, sign: str = "") -> str:
    text = f"{value:{sign}.1f}"
    return text.replace(".", ",") if texts.language == "de" else text
