"""``guildpost-coordinator status``: membership, publications and rounds, for people or as JSON."""

import argparse
import json
from typing import Final

from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.read_model import SqlReadModel
from guildpost_coordinator.app.ports.read_model import ReadModel
from guildpost_coordinator.config import Home, load_config
from guildpost_shared.catalog import Catalog
from guildpost_shared.identity.roster import TARGET_PATH, parse_roster

NAME: Final = "status"
PUBLICATIONS: Final = 50


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    parser.add_argument("--json", action="store_true", help=texts.text("cli.status.json"))


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Print where the network stands.

    Raises:
        ConfigurationError: ``ca_missing`` or ``configuration_invalid``.
    """
    home = Home(arguments.home)
    load_config(home)
    engine = open_engine(home.database)
    migrate(engine)
    figures = read_figures(SqlReadModel(engine))
    engine.dispose()
    if arguments.json:
        print(json.dumps(figures, ensure_ascii=False))
    else:
        print(texts.text("cli.status.text", **figures))
    return 0


def read_figures(model: ReadModel) -> dict[str, object]:
    """Count members, waiting publications and rounds."""
    members, rounds = model.members(), model.rounds()
    released = [round_ for round_ in rounds if round_.state.value == "released"]
    roster = model.published_content(TARGET_PATH)
    return {
        "members": len(members),
        "roster": len(parse_roster(roster).entries) if roster else 0,
        "active": sum(member.state == "active" for member in members),
        "connected": sum(member.connected for member in members),
        "waiting": sum(bool(row.missing) for row in model.publications(PUBLICATIONS)),
        "rounds": len(rounds),
        "released": len(released),
        "contributors": [round_.contributors for round_ in released],
    }
