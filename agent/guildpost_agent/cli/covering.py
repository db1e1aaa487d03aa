"""Which customer numbers a right is exercised for: said before anything happens."""

import argparse

from guildpost_agent.app.rights.cover import cover
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.domain.records import Customer
from guildpost_shared.catalog import Catalog


def add_customers(parser: argparse.ArgumentParser, *, whole_person: bool) -> None:
    """Declare ``--customer`` and, where a right is the whole person's, ``--only``."""
    parser.add_argument(
        "--customer", action="append", required=True, help="Kundennummer, mehrfach möglich · number, repeatable"
    )
    if whole_person:
        parser.add_argument(
            "--only", action="store_true", help="nur die genannten Nummern · these numbers and no others of the person"
        )


def covered(core: Core, arguments: argparse.Namespace, texts: Catalog) -> frozenset[str]:
    """Print whom the request covers, one line per number, and give the numbers."""
    found = cover(core.open_uow, arguments.customer, only=arguments.only)
    print(texts.text("cli.rights.covers", numbers=", ".join(sorted(found.numbers))))
    if found.joined:
        for customer in found.records:
            print(f"  {described(customer, texts)}")
        print(texts.text("cli.rights.joined", numbers=", ".join(sorted(found.joined))))
    return found.numbers


def described(customer: Customer, texts: Catalog) -> str:
    """Say who a record is about."""
    name = " ".join(filter(None, (customer.given_name, customer.family_name, customer.company)))
    return texts.text("cli.rights.found", number=customer.customer_id, name=name, town=customer.town)
