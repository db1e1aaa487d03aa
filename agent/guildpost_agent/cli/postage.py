"""``guildpost-agent postage``: what the next releases of letters will cost by option, and what waiting saves."""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from guildpost_agent.app.forecast_postage import Apart, Release, forecast_postage
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.bootstrap.member import services_in_force
from guildpost_agent.bootstrap.postage import postage_rules
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.domain.postage.break_evens import break_evens
from guildpost_agent.domain.postage.options import Kind
from guildpost_agent.domain.postage.prices import Prices
from guildpost_agent.domain.postal import Stationery
from guildpost_shared.catalog import Catalog

HELP = "Porto der nächsten Freigaben · postage of the next releases"
DAYS: Final = 42
_TENTHS_PER_CENT: Final = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    days, pages = "so viele Tage voraus · so many days ahead", "Seiten je Brief · pages of a letter"
    parser.add_argument("--days", type=int, choices=range(1, 367), default=DAYS, metavar="1-366", help=days)
    parser.add_argument("--pages", type=int, choices=range(1, 21), default=1, metavar="1-20", help=pages)


def run(arguments: argparse.Namespace) -> int:
    """Print the releases, their options and the savings.

    Raises:
        ConfigurationError: the dealer's own tariffs cannot be read.
    """
    texts, core = texts_of(arguments), open_core(arguments.home)
    rules, now = postage_rules(core, services_in_force(core)), core.business_clock.now()
    weight_g = Stationery().weight_g(max(1, arguments.pages))
    every_days = core.config.letters.release_every_days
    releases = forecast_postage(
        core.open_uow, rules, now, days=arguments.days, every_days=every_days, weight_g=weight_g
    )
    prices = rules.prices(now)
    print(texts.text(f"cli.postage.{'gross' if prices.vat_counts else 'net'}", weight_g=weight_g))
    for release in releases:
        print("\n".join(describe(release, texts)))
    print("\n".join(in_all(releases, texts, arguments.days)))
    print("\n".join(worth(prices, texts)))
    return 0


def describe(release: Release, texts: Catalog) -> Iterator[str]:
    """Say what one release costs by every option, the chosen one marked."""
    postage, choice = release.postage, release.postage.choice
    yield texts.text("cli.postage.release", day=release.day, count=release.letters)
    for kind in Kind:
        cost = choice.cost_of(kind)
        shown = "–" if cost is None else money(cost, texts)
        yield f"  {'*' if kind is choice.best.kind else ' '} {texts.text(f'cli.postage.option.{kind}'):<42}{shown:>16}"
    if any(line.bulk for line in choice.best.lines):
        prices = postage.prices
        yield "  " + texts.text("cli.postage.days", bulk=prices.bulk_posted, arrival=prices.bulk_arrival)
    if postage.unpriced:
        yield "  " + texts.text("cli.postage.unpriced", count=postage.unpriced)
    if postage.prices.assumed:
        yield "  " + texts.text("cli.postage.assumed", day=postage.prices.tariff_from)


def in_all(releases: Sequence[Release], texts: Catalog, days: int) -> Iterator[str]:
    """Sum up, and say what waiting for the batches saves."""
    best = sum(release.postage.choice.best.cost for release in releases)
    saving = sum(release.postage.choice.saving for release in releases)
    count = sum(release.letters for release in releases)
    yield texts.text(
        "cli.postage.sum", days=days, count=count, cost=money(best, texts), letters=money(best + saving, texts)
    )
    gains: Counter[Apart] = Counter()
    for release in releases:
        gains.update({apart: gain.gain for apart, gain in release.gains.items()})
    for apart, gain in gains.items():
        yield texts.text(f"cli.postage.waiting.{apart}", gain=money(gain, texts))


def worth(prices: Prices, texts: Catalog) -> Iterator[str]:
    """Say from how many letters bulk pays today."""
    pays = break_evens(prices)
    if pays.regional is not None:
        yield texts.text("cli.postage.worth.regional", count=pays.regional)
    if pays.national is not None:
        yield texts.text("cli.postage.worth.national", count=pays.national)


def money(tenths: int, texts: Catalog) -> str:
    """Write an amount in EUR, rounded half up to cents."""
    cents = (abs(tenths) + _TENTHS_PER_CENT // 2) // _TENTHS_PER_CENT
    figure = f"{'-' if tenths < 0 and cents else ''}{cents // 100:,}.{cents % 100:02}"
    if texts.language == "de":
        figure = figure.translate(str.maketrans(",.", ".,"))
    return f"{figure} EUR"
