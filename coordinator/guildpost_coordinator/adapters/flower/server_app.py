"""The program that Flower starts for a round; installed with the coordinator, the bundle only points here."""

import importlib
import os
from collections.abc import Callable

from flwr.app import Context
from flwr.serverapp import Grid, ServerApp

from guildpost_coordinator.adapters.flower.exchange import GridExchange
from guildpost_coordinator.adapters.flower.lifeline import die_with_parent
from guildpost_coordinator.adapters.flower.patience import limit_waiting
from guildpost_shared.errors import ConfigurationError

Drive = Callable[[str, str, GridExchange], None]

app = ServerApp()


@app.main()
def main(grid: Grid, context: Context) -> None:
    """Let the composition root's hook conduct the round, then send the nodes home."""
    die_with_parent(os.getppid())
    limit_waiting()
    round_id, home, hook = (str(context.run_config[key]) for key in ("round-id", "home", "hook"))
    exchange = GridExchange(grid, round_id)
    try:
        load_hook(hook)(round_id, home, exchange)
    finally:
        exchange.finish()


def load_hook(path: str) -> Drive:
    """Find the round's driver.

    Args:
        path: ``package.module:function``, taking the round's id, the coordinator's home and the exchange.

    Raises:
        ConfigurationError: ``round_hook_unknown``.
    """
    module, _, name = path.partition(":")
    try:
        found: Drive = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as exc:
        raise ConfigurationError("round_hook_unknown", detail=path) from exc
    return found
