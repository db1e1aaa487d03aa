"""``guildpost-agent people``: who is who: counts, the pairs to look at, and what a person decides about them.

people review                          people decide A B --same|--different --by NAME          people resolve
"""

import argparse

from guildpost_agent.app.resolve_people import decide_pair, resolve_people
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.cli.evidence import in_words
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.domain.households import fleets
from guildpost_agent.domain.records import Customer
from guildpost_shared.errors import Refused

HELP = "Doppelte Kunden, Haushalte und Firmenflotten · duplicate customers, households and fleets"
SHOWN = 30


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = actions.add_parser("show", help="Stand zeigen · show where things stand")
    review = actions.add_parser("review", help="Fragliche Paare zeigen · show the pairs to look at")
    decide = actions.add_parser("decide", help="Über ein Paar entscheiden · decide about a pair")
    decide.add_argument("one", help="Kundennummer · customer number")
    decide.add_argument("other", help="Kundennummer · customer number")
    verdict = decide.add_mutually_exclusive_group(required=True)
    verdict.add_argument("--same", action="store_true", help="dieselbe Person · the same person")
    verdict.add_argument("--different", action="store_true", help="verschiedene Personen · different people")
    decide.add_argument("--by", required=True, help="wer entscheidet · who decides")
    resolve = actions.add_parser("resolve", help="alles neu abgleichen · match everything anew")
    for action in (show, review, decide, resolve):
        add_home(action)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked.

    Raises:
        Refused: ``customer_unknown``.
    """
    core, texts = open_core(arguments.home), texts_of(arguments)
    now = core.business_clock.now()
    match arguments.action:
        case "review":
            _review(core, arguments)
        case "decide":
            _require(core, arguments.one, arguments.other)
            decide_pair(core.open_uow, arguments.one, arguments.other, same=arguments.same, by=arguments.by, now=now)
            print(texts.text(f"cli.people.{'same' if arguments.same else 'different'}"))
        case "resolve":
            summary = resolve_people(core.open_uow, now)
            print(texts.text("cli.import.people", **vars(summary)))
        case _:
            _show(core, arguments)
    return 0


def _show(core: Core, arguments: argparse.Namespace) -> None:
    with core.open_uow() as uow:
        rows, review = uow.people.all(), uow.people.review()
        persons = {row.customer_id: row.person_id for row in rows}
        found = fleets(uow.records.customers(), uow.records.vehicles(), persons)
    texts = texts_of(arguments)
    counts = {"persons": len(set(persons.values())), "households": len({row.household_id for row in rows})}
    print(texts.text("cli.import.people", records=len(rows), review=len(review), moved=0, **counts))
    vehicles = sum(len(fleet.vehicle_ids) for fleet in found)
    print(texts.text("cli.people.fleets", fleets=len(found), vehicles=vehicles))


def _review(core: Core, arguments: argparse.Namespace) -> None:
    with core.open_uow() as uow:
        pairs = uow.people.review()
        wanted = {one for pair in pairs[:SHOWN] for one in (pair.customer_id, pair.other_id)}
        known = {customer.customer_id: customer for customer in uow.records.customers_of(wanted)}
    texts = texts_of(arguments)
    print(texts.plural("cli.people.review", len(pairs)))
    for pair in pairs[:SHOWN]:
        print(f"{pair.probability:>5.0%}  {_line(known[pair.customer_id])}\n       {_line(known[pair.other_id])}")
        print(f"       {in_words(pair.evidence, texts)}")


def _line(customer: Customer) -> str:
    name = customer.company or f"{customer.given_name} {customer.family_name}".strip()
    return f"{customer.customer_id:<10} {name}, {customer.street}, {customer.postcode} {customer.town}"


def _require(core: Core, *customer_ids: str) -> None:
    with core.open_uow() as uow:
        for one in customer_ids:
            if uow.records.customer(one) is None:
                raise Refused("customer_unknown", customer=one)
