"""``guildpost-agent notices``: notices of the workshop, in the staff's own words.

notices add --vehicle N --text "…"          notices add --customer N --text "…"          notices show
"""

import argparse

from guildpost_agent.app.enter_notice import enter_notice
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli.lists import print_idle, services_or_none, show_list
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.domain.vehicle_lists import NOTICE

HELP = "Meldungen der Werkstatt eintragen: Schließung, Verzug, Reparatur · notices of the workshop"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="Meldung eintragen · enter a notice")
    about = add.add_mutually_exclusive_group(required=True)
    about.add_argument("--vehicle", default="", help="Fahrzeugnummer · vehicle number")
    about.add_argument("--customer", default="", help="Kundennummer, bei nur einem Fahrzeug · with one vehicle only")
    add.add_argument("--text", required=True, help="was der Kunde wissen muss · what the customer must know")
    show = actions.add_parser("show", help="offene Meldungen · open notices")
    show.add_argument("--all", action="store_true", help="auch erledigte · those done, too")
    for action in (add, show):
        add_home(action)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked.

    Raises:
        Refused: the words do not fit a notice, or vehicle or customer are not known.
    """
    core = open_core(arguments.home)
    if arguments.action == "show":
        show_list(core, arguments, NOTICE, done=arguments.all)
        return 0
    entry = enter_notice(
        core.open_uow,
        text=arguments.text,
        today=core.business_clock.now().astimezone(core.zone).date(),
        vehicle_id=arguments.vehicle,
        customer_id=arguments.customer,
    )
    texts = texts_of(arguments)
    print(texts.text("cli.notices.added", vehicle=entry.vehicle_id, reference=entry.reference))
    print_idle(core, NOTICE, services_or_none(core), texts)
    return 0
