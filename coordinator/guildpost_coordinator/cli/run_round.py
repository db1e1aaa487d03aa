"""``guildpost-coordinator round``: announce a federated round of a published study; wait for its end if asked to."""

import argparse
import json
import os
import time
from datetime import timedelta
from typing import Final

from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.rounds import SqlRounds
from guildpost_coordinator.app.announce_round import announce_round
from guildpost_coordinator.bootstrap_catalogue import open_catalogue
from guildpost_coordinator.bootstrap_rounds import study_in_turn
from guildpost_coordinator.config import Home, load_config
from guildpost_coordinator.domain.rounds import Round, RoundState
from guildpost_shared.catalog import Catalog
from guildpost_shared.clock import SystemClock
from guildpost_shared.driven_clock import business_clock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import ConfigurationError, Refused, Unavailable

NAME: Final = "round"
POLL: Final = 0.5  # seconds
MOST_SECONDS: Final = 3_600
"""The longest window, as for rounds that announce themselves (``round_window_seconds``)."""
CLOCK_SECONDS: Final = 10.0
"""How long somebody at the terminal waits for the business clock of a demo."""
OVER: Final = frozenset({RoundState.RELEASED, RoundState.ABORTED})


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    parser.add_argument("--study", required=True, help=texts.text("cli.round.study"))
    parser.add_argument("--window", type=float, default=120.0, metavar="SECONDS", help=texts.text("cli.round.window"))
    parser.add_argument("--business-clock", metavar="HOST:PORT", help=texts.text("cli.serve.business_clock"))
    parser.add_argument("--wait", type=float, default=0.0, metavar="SECONDS", help=texts.text("cli.round.wait"))


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Announce the round; the running coordinator conducts it. Prints one JSON line.

    Raises:
        Refused: ``study_not_published``, ``study_not_ripe``, ``training_failed`` or
            ``round_aborted``.
        Conflict: ``round_exists``, ``training_under_way``.
        Unavailable: ``round_not_finished``, ``business_clock_away``.
        ConfigurationError: the home is not set up, or nobody could join in such a window.
    """
    del texts
    if not 0 < arguments.window <= MOST_SECONDS:
        raise ConfigurationError("configuration_invalid", setting="--window")
    home = Home(arguments.home)
    load_config(home)
    engine = open_engine(home.database)
    migrate(engine)
    clock, entropy = SystemClock(), OsEntropy()
    catalogue = open_catalogue(
        home, engine, announce=lambda _version: None, clock=clock, entropy=entropy, environment=os.environ
    )
    rounds = SqlRounds(engine)
    study = study_in_turn(catalogue.publishing, rounds, arguments.study)
    round_ = announce_round(
        rounds=rounds,
        study=study,
        today=business_clock(arguments.business_clock, "round-command", CLOCK_SECONDS).now().date(),
        window=timedelta(seconds=arguments.window),
        now=clock.now(),
        entropy=entropy,
    )
    if arguments.wait > 0:
        round_ = await_round(rounds, round_.round_id, arguments.wait)
    engine.dispose()
    print(json.dumps({"round": round_.round_id, "state": round_.state.value, "contributors": round_.contributors}))
    return 0


def await_round(rounds: SqlRounds, round_id: str, patience: float) -> Round:
    """Wait until a round is released.

    Args:
        rounds: the record.
        round_id: which one.
        patience: seconds.

    Raises:
        Refused: ``round_aborted`` with the reason.
        Unavailable: ``round_not_finished``.
    """
    for _ in range(max(1, int(patience / POLL))):
        found = rounds.get(round_id)
        if found is not None and found.state in OVER:
            if found.state is RoundState.ABORTED:
                raise Refused("round_aborted", round=round_id, reason=found.reason)
            return found
        time.sleep(POLL)
    raise Unavailable("round_not_finished", round=round_id)
