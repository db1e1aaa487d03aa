"""``guildpost-agent offers``: what to offer next for a vehicle or a customer, and why."""

import argparse

from guildpost_agent.app.next_best_offers import offers_for_customer, offers_for_vehicle
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.bootstrap.offers import offer_desk
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.domain.offers.offer import Place
from guildpost_agent.domain.offers.scoring import LEARNED, Ranked
from guildpost_shared.catalog import Catalog

HELP = "Was als Nächstes anzubieten ist · what to offer next"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--vehicle", help="Fahrzeugnummer · vehicle number")
    whose.add_argument("--customer", help="Kundennummer · customer number")
    parser.add_argument(
        "--place",
        choices=[place.value for place in Place],
        default=Place.ADVISER.value,
        help="wofür: Nachricht, Terminbestätigung, Annahme · for a message, a confirmation, the adviser",
    )
    most = "höchstens so viele · at most so many"
    parser.add_argument("--most", type=int, choices=range(1, 101), metavar="1-100", help=most)


def run(arguments: argparse.Namespace) -> int:
    """Print the best offers, the best first.

    Raises:
        Refused: ``vehicle_unknown``, ``customer_unknown`` or ``customer_restricted``.
        ConfigurationError: the dealer's own set or prices cannot be read.
    """
    core, texts = open_core(arguments.home), texts_of(arguments)
    desk, now = offer_desk(core), core.business_clock.now()
    most = core.config.offers.most if arguments.most is None else arguments.most
    place = Place(arguments.place)
    if arguments.vehicle:
        found = offers_for_vehicle(desk, arguments.vehicle, now, place=place, most=most)
    else:
        found = offers_for_customer(desk, arguments.customer, now, place=place, most=most)
    if not found:
        print(texts.text("cli.offers.none"))
    for number, one in enumerate(found, 1):
        _print(number, one, texts)
    return 0


def _print(number: int, one: Ranked, texts: Catalog) -> None:
    offer = one.offer
    price = texts.text("cli.offers.price", price=offer.price) if offer.price else ""
    label = offer.label[texts.language]
    print(texts.text("cli.offers.line", number=number, label=label, vehicle=one.vehicle_id, price=price))
    print(f"   {offer.pitch[texts.language]}")
    reasons = ", ".join(_reason(code, one, texts) for code in one.reasons)
    if reasons:
        print(texts.text("cli.offers.why", reasons=reasons))


def _reason(code: str, one: Ranked, texts: Catalog) -> str:
    if one.learned is None or code != LEARNED:
        return texts.text(f"cli.offers.reason.{code}")
    percent = one.learned.percent
    direction = "same" if percent == 0 else "more" if percent > 0 else "less"
    return texts.text(f"cli.offers.reason.learned_{direction}", percent=abs(percent))
