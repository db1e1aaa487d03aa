"""``guildpost-agent association``: change the fingerprint by which roster and studies of the association are known."""

import argparse

from guildpost_agent.app.anchor_association import anchor_association
from guildpost_agent.app.membership import membership_ids
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_shared.errors import ConfigurationError

HELP = "Fingerabdruck des Händlerverbands ändern · change the association's fingerprint"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument(
        "fingerprint",
        help='64 Zeichen vom Verband; "" nimmt ihn weg · 64 characters from the association; "" removes it',
    )
    parser.add_argument("--agent-id", help="welche Mitgliedschaft, bei mehreren · which membership, of several")


def run(arguments: argparse.Namespace) -> int:
    """Store the fingerprint; a running agent takes it up when it starts anew.

    Raises:
        ConfigurationError: ``association_fingerprint_invalid``, ``not_enrolled``; several memberships and none named.
    """
    core = open_core(arguments.home)
    with core.open_uow() as uow:
        ids = membership_ids(uow.documents)
    if len(ids) > 1 and arguments.agent_id is None:
        raise ConfigurationError("argument_missing", argument="--agent-id")
    agent_id = arguments.agent_id or next(iter(ids), "")
    changed = anchor_association(agent_id, arguments.fingerprint, open_documents=core.open_uow)
    key = "cli.association.set" if changed.association_fingerprint else "cli.association.none"
    print(texts_of(arguments).text(key, agent=agent_id))
    return 0
