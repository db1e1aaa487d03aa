"""``guildpost-agent compose``: compose mails as they are ordered on standard input; the agent starts this itself."""

import argparse
import sys

from guildpost_agent.app.dealership import dealer_services
from guildpost_agent.bootstrap.composing import composer_of, reading_of
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.bootstrap.member import catalogues_of, services_of
from guildpost_agent.bootstrap.sending import compose_by_id
from guildpost_agent.bootstrap.templates import templates_of
from guildpost_agent.cli.options import add_home
from guildpost_agent.jobs.composing import compose_orders
from guildpost_shared.logs import configure_logging

HELP = "E-Mails verfassen (startet der Agent selbst) · compose mails (started by the agent itself)"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compose until the input ends."""
    configure_logging()
    core = open_core(arguments.home)
    catalogue, reading = catalogues_of(core), reading_of(core)
    services = dealer_services(services_of(catalogue).values(), core.config)
    composer = composer_of(core, services, templates_of(core, catalogue), reading)
    compose_orders(compose_by_id(core, reading.ahead, composer), sys.stdin.buffer, sys.stdout.buffer, composer.held)
    return 0
