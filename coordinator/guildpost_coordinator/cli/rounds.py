"""``guildpost-coordinator rounds``: every round, what it is doing and why it was given up, in words or as JSON."""

import argparse
import json
from typing import Final

from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.rounds import SqlRounds
from guildpost_coordinator.config import Home, load_config
from guildpost_coordinator.domain.rounds import Round
from guildpost_coordinator.web.rounds_in_words import RoundInWords, round_in_words
from guildpost_shared.catalog import Catalog

NAME: Final = "rounds"


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    parser.add_argument("--json", action="store_true", help=texts.text("cli.rounds.json"))


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """List the rounds, the newest first.

    Raises:
        ConfigurationError: ``ca_missing`` or ``configuration_invalid``.
    """
    home = Home(arguments.home)
    load_config(home)
    engine = open_engine(home.database)
    migrate(engine)
    rounds = SqlRounds(engine).all()
    engine.dispose()
    if arguments.json:
        print(json.dumps([_facts(round_) for round_ in rounds]))
    elif not rounds:
        print(texts.text("cli.rounds.none"))
    else:
        for round_ in rounds:
            print(*_lines(round_in_words(round_, texts.language), texts), sep="\n")
    return 0


def _facts(round_: Round) -> dict[str, object]:
    return {
        "round": round_.round_id,
        "study": round_.study_id,
        "period": round_.period,
        "state": round_.state.value,
        "stage": None if round_.stage is None else round_.stage.name.lower(),
        "joined": round_.joined,
        "waiting": round_.waiting,
        "attempt": round_.attempt,
        "resumed": round_.resumed,
        "contributors": round_.contributors,
        "lost_shards": round_.lost_shards,
        "lost_agents": round_.lost_agents,
        "reason": round_.reason,
        "may_be_repeated": round_.may_be_repeated,
        "opens_at": round_.opens_at.isoformat(),
        "closes_at": round_.closes_at.isoformat(),
    }


def _lines(said: RoundInWords, texts: Catalog) -> list[str]:
    round_ = said.round
    days = said.days or (round_.period, round_.period)
    head = texts.text(
        "cli.rounds.line",
        study=round_.study_id,
        first=days[0],
        last=days[1],
        state=texts.text(f"cli.rounds.{round_.state.value}", contributors=round_.contributors),
        round=round_.round_id,
    )
    return [head, *(f"  {sentence}" for sentence in (said.reason, *said.progress) if sentence)]
