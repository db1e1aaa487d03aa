"""``guildpost-coordinator join-code``: plan a membership and print its join code."""

import argparse
from datetime import timedelta
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding

from guildpost_coordinator.adapters.certificate_authority.files import load_certificate
from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_coordinator.app.issue_join_code import issue_join_code
from guildpost_coordinator.bootstrap import anchors
from guildpost_coordinator.config import Home, load_config
from guildpost_coordinator.domain.join_codes import DEFAULT_VALIDITY
from guildpost_shared.catalog import Catalog
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy

NAME: Final = "join-code"


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    parser.add_argument("--agent-id", required=True, help=texts.text("cli.join-code.agent_id"))
    parser.add_argument("--company", required=True, help=texts.text("cli.join-code.company"))
    parser.add_argument("--legal-entity", required=True, help=texts.text("cli.join-code.legal_entity"))
    parser.add_argument(
        "--valid-days", type=int, default=DEFAULT_VALIDITY.days, help=texts.text("cli.join-code.valid_days")
    )


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Issue the code and print it alone on standard output, ready to be piped.

    Raises:
        ConfigurationError: ``ca_missing``, ``trust_root_missing`` or ``addresses_unknown``.
        Refused: ``membership_name_invalid``.
        Conflict: ``membership_taken`` or ``illegal_transition``.
    """
    del texts
    home = Home(arguments.home)
    config = load_config(home)
    certificate = load_certificate(home.authority).public_bytes(Encoding.DER)
    engine = open_engine(home.database)
    migrate(engine)
    code = issue_join_code(
        open_uow=unit_of_work_factory(engine),
        clock=SystemClock(),
        entropy=OsEntropy(),
        anchors=anchors(home, config, certificate),
        agent_id=arguments.agent_id,
        company=arguments.company,
        legal_entity=arguments.legal_entity,
        validity=timedelta(days=arguments.valid_days),
    )
    engine.dispose()
    print(code)
    return 0
