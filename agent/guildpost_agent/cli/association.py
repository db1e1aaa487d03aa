"""``guildpost-agent association``: change the fingerprint by which roster and studies of the association are known."""

import argparse

from guildpost_agent.app.anchor_association import anchor_association
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.bootstrap.member import memberships_of
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
    parser.add_argument(
        "--brand",
        help="welche Marke, bei mehreren: Ihr Name für sie oder die Agentenkennung · which brand, of several",
    )


def run(arguments: argparse.Namespace) -> int:
    """Store the fingerprint; a running agent takes it up when it starts anew.

    Raises:
        ConfigurationError: ``association_fingerprint_invalid``, ``not_enrolled``; several brands and none named.
    """
    core = open_core(arguments.home)
    memberships = memberships_of(core)
    if len(memberships) > 1 and not arguments.brand:
        raise ConfigurationError("argument_missing", argument="--brand")
    membership = next((m for m in memberships if arguments.brand in {None, m.key, m.brand or m.agent_id}), None)
    if membership is None:
        raise ConfigurationError("not_enrolled")
    changed = anchor_association(membership.key, arguments.fingerprint, open_documents=core.open_uow)
    key = "cli.association.set" if changed.association_fingerprint else "cli.association.none"
    print(texts_of(arguments).text(key, agent=changed.key))
    return 0
