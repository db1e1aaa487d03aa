"""``guildpost-agent enrol``: join a brand's network with a join code."""

import argparse
from pathlib import Path

from guildpost_agent.app.enrol import brand_to_join, enrol
from guildpost_agent.app.membership import load_memberships
from guildpost_agent.bootstrap.core import AGENT_VERSION, open_core
from guildpost_agent.bootstrap.egress_policy import add_coordinator
from guildpost_agent.bootstrap.member import control_plane
from guildpost_agent.bootstrap.relay_card import relay_card
from guildpost_agent.cli.options import add_brand, add_home, texts_of
from guildpost_agent.cli.relay_card import DEFAULT_COLOUR

HELP = "Dem Netz einer Marke beitreten · join a brand's network"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument("--join-code", required=True, help="Beitrittscode der Marke · join code from the brand")
    add_brand(parser)
    parser.add_argument(
        "--association-key",
        default="",
        metavar="FINGERPRINT",
        help="Fingerabdruck vom Händlerverband · fingerprint from the dealers' association",
    )
    parser.add_argument(
        "--relay-card",
        type=Path,
        metavar="FILE",
        help="auch die Karte für das Relay schreiben · write the relay card too",
    )


def run(arguments: argparse.Namespace) -> int:
    """Enrol; with the same code again nothing happens twice.

    Raises:
        Refused: ``brand_name_…``, before the code is used; ``join_code_…``.
        ConfigurationError: the dealer's policy is missing or cannot be read.
    """
    core = open_core(arguments.home)
    with core.open_uow() as uow:
        known = load_memberships(uow.documents)
    brand = brand_to_join(arguments.join_code, arguments.brand, known)
    if brand and brand not in {one.brand for one in known}:
        add_coordinator(core.home, brand, core.config.language)
    membership = enrol(
        join_code=arguments.join_code,
        association_fingerprint=arguments.association_key,
        agent_version=AGENT_VERSION,
        open_documents=core.open_uow,
        control_plane=control_plane(core, brand),
        entropy=core.entropy,
        brand=brand,
    )
    print(texts_of(arguments).text("cli.enrolled", agent=membership.agent_id))
    if brand:
        print(texts_of(arguments).text("cli.enrolled.brand", brand=brand))
    if arguments.relay_card:
        arguments.relay_card.write_bytes(relay_card(core, DEFAULT_COLOUR))
    return 0
