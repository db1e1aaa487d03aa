"""``guildpost-agent login-link``: print a one-time link into the dealer's pages, valid for a day."""

import argparse

from guildpost_agent.bootstrap.core import gatekeeper, open_core
from guildpost_agent.cli.options import add_home, read_web_address
from guildpost_shared.errors import Unavailable

HELP = "Einmaligen Anmeldelink ausgeben · print a one-time login link"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the link alone on standard output.

    Raises:
        Unavailable: ``agent_not_running``.
    """
    address = read_web_address(arguments.home)
    if address is None:
        raise Unavailable("agent_not_running")
    core = open_core(arguments.home)
    print(f"http://{address}/login/{gatekeeper(core).issue_link()}")
    return 0
