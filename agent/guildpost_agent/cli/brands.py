"""``guildpost-agent brands``: the brands that this dealership is a member of, and whose vehicles are whose."""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.bootstrap.member import memberships_of
from guildpost_agent.cli.options import add_home, brand_name, texts_of
from guildpost_agent.domain.exclusions import gone
from guildpost_agent.domain.territories import plain_make
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import ConfigurationError
from guildpost_shared.web.formats import Formats

HELP = "Marken dieses Betriebs, und wessen Fahrzeuge wessen sind · brands, and whose vehicles are whose"
_SHOWN = 12  # makes in a line


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument("--json", action="store_true", help="als JSON · as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print each brand with its coordinator and the makes of its vehicles, as the DMS writes them.

    Raises:
        ConfigurationError: ``not_enrolled``, or ``brand_unknown``: the configuration names one that is no membership.
    """
    core = open_core(arguments.home)
    members = memberships_of(core)
    if not members:
        raise ConfigurationError("not_enrolled")
    for brand in core.config.brands:
        if brand not in {one.brand for one in members}:
            raise ConfigurationError("brand_unknown", brand=brand)
    where = {one.brand: f"{one.agent_id}, {one.control}" for one in members}
    driven = _driven(core)
    if arguments.json:
        rows = [
            {
                "brand": brand,
                "where": place,
                "makes": dict(driven[brand]),
                "unseen": _unseen(core, brand, driven[brand]),
            }
            for brand, place in where.items()
        ]
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    for brand, place in where.items():
        for line in _lines(core, brand, place, driven[brand], texts_of(arguments)):
            print(line)
    return 0


def _driven(core: Core) -> Mapping[str, Counter[str]]:
    """Count the vehicles that are here by brand and make."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    today = core.business_clock.now().astimezone(core.zone).date()
    with core.open_uow() as uow:
        for vehicle in uow.records.vehicles(plain=True):
            if gone(vehicle, today) is None:
                found[core.config.territories.brand_of(vehicle)][vehicle.make] += 1
    return found


def _lines(core: Core, brand: str, place: str, makes: Counter[str], texts: Catalog) -> Iterator[str]:
    numbers = Formats(texts.language, core.zone)
    yield texts.text("cli.brands.member", brand=brand_name(brand, texts), where=place)
    said = ", ".join(f"{make or '–'} {numbers.number(count)}" for make, count in makes.most_common(_SHOWN))
    yield "  " + texts.plural("cli.brands.vehicles", makes.total(), makes=said or "–")
    unseen = _unseen(core, brand, makes)
    if unseen:
        yield "  " + texts.text("cli.brands.unseen", makes=", ".join(unseen))


def _unseen(core: Core, brand: str, makes: Counter[str]) -> list[str]:
    """List the makes that the configuration names and no vehicle here has."""
    settings, seen = core.config.brands.get(brand), set(map(plain_make, makes))
    return [make for make in settings.makes if plain_make(make) not in seen] if settings else []
