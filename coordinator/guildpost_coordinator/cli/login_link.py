"""``guildpost-coordinator login-link``: print a one-time link into the console, valid for a day."""

import argparse
from typing import Final

from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.sessions import SqlSessionStore
from guildpost_coordinator.bootstrap import read_addresses
from guildpost_coordinator.config import Home, load_config
from guildpost_shared.catalog import Catalog
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import ConfigurationError
from guildpost_shared.web.login import Gatekeeper

NAME: Final = "login-link"


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add nothing: the home says it all."""
    del parser, texts


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Print the link alone on standard output.

    Raises:
        ConfigurationError: ``ca_missing`` or ``addresses_unknown`` (the coordinator never ran).
    """
    del texts
    home = Home(arguments.home)
    load_config(home)
    console = read_addresses(home).get("console")
    if console is None:
        raise ConfigurationError("addresses_unknown")
    engine = open_engine(home.database)
    token = Gatekeeper(SqlSessionStore(engine), SystemClock(), OsEntropy()).issue_link()
    engine.dispose()
    print(f"http://{console}/login/{token}")
    return 0
