"""``guildpost-coordinator join-code``: plan a membership and print its join code."""

import argparse
from functools import partial
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding

from guildpost_coordinator.adapters.certificate_authority.files import load_certificate
from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_coordinator.app.issue_join_code import issue_join_code
from guildpost_coordinator.bootstrap import anchors
from guildpost_coordinator.config import Home, load_config
from guildpost_coordinator.domain.join_codes import DEFAULT_VALIDITY, validity_of
from guildpost_coordinator.domain.membership import plan_membership
from guildpost_shared.catalog import Catalog
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import ConfigurationError, Refused

NAME: Final = "join-code"
COLUMNS: Final = ("agent_id", "company", "legal_entity")


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    parser.add_argument("--agent-id", default="", help=texts.text("cli.join-code.agent_id"))
    parser.add_argument("--company", default="", help=texts.text("cli.join-code.company"))
    parser.add_argument("--legal-entity", default="", help=texts.text("cli.join-code.legal_entity"))
    parser.add_argument("--list", type=Path, metavar="CSV", help=texts.text("cli.join-code.list"))
    parser.add_argument(
        "--valid-days", type=int, default=DEFAULT_VALIDITY.days, help=texts.text("cli.join-code.valid_days")
    )


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Issue the code and print it alone on standard output, ready to be piped; for a list, one ``id;code`` per line.

    Raises:
        ConfigurationError: ``ca_missing``, ``trust_root_missing``, ``addresses_unknown``, ``member_list_missing`` or
            ``member_list_unreadable``.
        Refused: ``membership_name_invalid`` or ``join_code_days``.
        Conflict: ``membership_taken`` or ``membership_ended``.
    """
    del texts
    validity = validity_of(arguments.valid_days)
    home = Home(arguments.home)
    config = load_config(home)
    certificate = load_certificate(home.authority).public_bytes(Encoding.DER)
    engine = open_engine(home.database)
    migrate(engine)
    issue = partial(
        issue_join_code,
        open_uow=unit_of_work_factory(engine),
        clock=SystemClock(),
        entropy=OsEntropy(),
        anchors=anchors(home, config, certificate),
        validity=validity,
    )
    if arguments.list is None:
        print(issue(agent_id=arguments.agent_id, company=arguments.company, legal_entity=arguments.legal_entity))
    else:
        for agent_id, company, legal_entity in read_members(arguments.list):
            print(f"{agent_id};{issue(agent_id=agent_id, company=company, legal_entity=legal_entity)}")
    engine.dispose()
    return 0


def read_members(path: Path) -> list[tuple[str, str, str]]:
    """Read planned memberships: id, company and legal entity per line, separated by semicolons, each id once.

    Raises:
        ConfigurationError: ``member_list_missing``, or ``member_list_unreadable`` with the line that has other columns,
            an unusable name or an id that stands there already; nothing was issued then.
    """
    members: list[tuple[str, str, str]] = []
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        raise ConfigurationError("member_list_missing", path=path) from None
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError("member_list_unreadable", path=path, line=0) from None
    for number, line in enumerate(lines, start=1):
        fields = [field.strip() for field in line.split(";")]
        if len(fields) != len(COLUMNS) or fields[0] in {known for known, _, _ in members} or not _acceptable(fields):
            raise ConfigurationError("member_list_unreadable", path=path, line=number)
        members.append((fields[0], fields[1], fields[2]))
    return members


def _acceptable(fields: list[str]) -> bool:
    try:
        plan_membership(*fields)
    except Refused:
        return False
    return True
