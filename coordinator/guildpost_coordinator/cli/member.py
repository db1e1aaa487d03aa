"""``guildpost-coordinator member``: lock a membership, unlock it, or end it for good; a person's decision."""

import argparse
from typing import Final

from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_coordinator.app.decide_membership import lock_membership, revoke_membership, unlock_membership
from guildpost_coordinator.config import Home, load_config
from guildpost_shared.catalog import Catalog
from guildpost_shared.clock import SystemClock

NAME: Final = "member"
DECISIONS: Final = {"lock": lock_membership, "unlock": unlock_membership, "revoke": revoke_membership}


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    parser.add_argument("decision", choices=list(DECISIONS), help=texts.text("cli.member.decision"))
    parser.add_argument("--agent-id", required=True, help=texts.text("cli.join-code.agent_id"))
    parser.add_argument("--by", required=True, help=texts.text("cli.member.by"))


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Decide; the audit trail keeps who did.

    Raises:
        ConfigurationError: ``ca_missing`` or ``configuration_invalid``.
        Refused: ``member_unknown`` or ``decider_missing``.
        Conflict: ``membership_ended``, ``membership_not_locked`` or ``membership_not_active``.
    """
    home = Home(arguments.home)
    load_config(home)
    engine = open_engine(home.database)
    migrate(engine)
    try:
        decide = DECISIONS[arguments.decision]
        member = decide(
            arguments.agent_id, open_uow=unit_of_work_factory(engine), clock=SystemClock(), actor=arguments.by
        )
    finally:
        engine.dispose()
    print(texts.text(f"cli.member.{arguments.decision}", agent=member.agent_id))
    return 0
