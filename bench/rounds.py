"""How long a federated round takes: twelve real agents over Flower, and a thousand simulated ones by the same code.

Both run from the announcement to the stored release. ``ARGS="--only live"`` or ``--only simulated`` measures one of
them, ``--agents N`` simulates another size, ``--shard N`` cuts it into shards of at most N. Wall time is the claim;
beside a simulation stands its processor time, for which two idle cores would take half as long.
"""

import argparse
import tempfile
from pathlib import Path

from bench.federation import live, simulated
from bench.figures import Figure
from guildpost_shared.secagg.shards import MOST_AGENTS

LIVE_AGENTS = 12
LIVE_GOAL = 60.0
SIMULATED_AGENTS = 1_000
SIMULATED_GOAL = 300.0


def run(arguments: list[str]) -> list[Figure]:
    """Measure both kinds of round."""
    parser = argparse.ArgumentParser(prog="bench rounds")
    parser.add_argument("--only", choices=("live", "simulated"))
    parser.add_argument("--agents", type=int, default=SIMULATED_AGENTS)
    parser.add_argument("--shard", type=int, default=MOST_AGENTS)
    options = parser.parse_args(arguments)
    figures = []
    with tempfile.TemporaryDirectory(prefix="guildpost-bench-") as scratch:
        if options.only != "simulated":
            figures += _live(Path(scratch) / "live")
        if options.only != "live":
            figures += _simulated(Path(scratch) / "simulated", options.agents, options.shard)
    return figures


def _live(folder: Path) -> list[Figure]:
    found = live.conduct(folder, LIVE_AGENTS)
    name = f"a live round over Flower, {LIVE_AGENTS} agents"
    return [
        Figure(f"{name}: announcement to release", round(found.seconds, 1), "s", LIVE_GOAL),
        Figure(f"{name}: in the sum", found.contributors, "dealerships", LIVE_AGENTS, at_most=False),
    ]


def _simulated(folder: Path, agents: int, most_agents: int) -> list[Figure]:
    found = simulated.simulate(folder, agents, most_agents)
    assert found.plausible, "the sum must be what the dealerships hold"
    cut = f" in {found.shards} shards" if found.shards > 1 else ""
    name = f"a simulated round, {agents} agents{cut}"
    return [
        Figure(f"{name}: announcement to release", round(found.seconds, 1), "s", SIMULATED_GOAL,
               peer="processor time of everybody", peer_value=round(found.cpu, 1)),
        Figure(f"{name}: processor time of the coordinator", round(found.coordinator_cpu, 1), "CPU s", 60.0),
        Figure(f"{name}: in the sum", found.contributors, "dealerships", agents, at_most=False),
    ]  # fmt: skip
