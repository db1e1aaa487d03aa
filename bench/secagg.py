"""The secure sum: CPU seconds and bytes of a whole round, beside Flower's SecAgg+ and beside the bare cryptography.

``python bench/secagg.py --n 50 --dim 10000 --drop 0.1 [--peer flower]`` measures one round and prints one JSON line.
``make bench BENCH=secagg`` measures 50, 200 and 1,000 dealers against their goals (``ARGS="--n 50"`` for one of them).

A tenth falls silent after computing the masked vector and before it arrives, so that their masks must be rebuilt. Every
simulated agent verifies every signature; none shares a computed value with another (``secure_sum.ours``).
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Final

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])  # a program of its own finds its package, too

from bench.figures import Figure, machine
from bench.secure_sum import flower, ours

PEER: Final = "Flower 1.41 SecAggPlusWorkflow"
RECORDED_PEER_SECONDS: Final = {200: 1_387.0}
"""What the peer took for 10,000 coordinates and a tenth lost; at 200 it is not run again, that would be 25 minutes."""
DIMENSION: Final = 10_000
DROP: Final = 0.1


def measure(agents: int, dimension: int, drop: float, *, peer: bool) -> dict[str, object]:
    """Measure one round, and the peer's in the same process right after it."""
    dropped = round(agents * drop)
    cost = ours.one_round(agents, dimension, dropped)
    total = sum(cost.clients) + cost.server
    row: dict[str, object] = {
        "bench": "secagg",
        "n": agents,
        "dim": dimension,
        "dropped": dropped,
        "exact": cost.exact,
        "contributors": cost.contributors,
        "total_cpu_s": round(total, 3),
        "client_cpu_s_mean": round(sum(cost.clients) / agents, 4),
        "client_cpu_s_max": round(max(cost.clients), 4),
        "server_cpu_s": round(cost.server, 3),
        "unmasking_cpu_s": round(cost.unmasking, 3),
        "bare_cpu_s": round(cost.bare, 3),
        "unmasking_over_bare": round(cost.unmasking / cost.bare, 2),
        "up_kb_per_client": round(cost.up / 1000, 1),
        "down_kb_per_client": round(cost.down / 1000, 1),
        "signatures_verified_per_client": cost.verified,
    }
    if agents in RECORDED_PEER_SECONDS:
        row["recorded_peer_cpu_s"] = RECORDED_PEER_SECONDS[agents]
        row["times_less_than_recorded"] = round(RECORDED_PEER_SECONDS[agents] / total, 1)
    if peer:
        other = flower.one_round(agents, dimension, dropped)
        row["peer"] = PEER
        row["peer_cpu_s"] = round(other.clients + other.server, 3)
        row["peer_server_cpu_s"] = round(other.server, 3)
        row["peer_error"] = other.error
        row["times_less_than_peer"] = round((other.clients + other.server) / total, 1)
    return row | {"machine": machine()}


def run(arguments: list[str]) -> list[Figure]:
    """Measure the sizes that have goals."""
    parser = argparse.ArgumentParser(prog="bench secagg")
    parser.add_argument("--n", type=int, action="append", choices=(50, 200, 1_000))
    options = parser.parse_args(arguments)
    return [figure for agents in options.n or (50, 200, 1_000) for figure in _figures(agents)]


def _figures(agents: int) -> list[Figure]:
    row = measure(agents, DIMENSION, DROP, peer=agents == 50)
    assert row["exact"], "the sum must be exact"
    name = f"secure sum, {agents} dealers, 10,000 coordinates, a tenth lost"

    def value(key: str) -> float:
        return float(str(row[key]))

    figures = [
        Figure(
            f"{name}: unmasking",
            value("unmasking_cpu_s"),
            "CPU s",
            3 * value("bare_cpu_s"),
            peer="bare exchanges and key streams",
            peer_value=value("bare_cpu_s"),
        ),
    ]
    if agents == 1_000:
        return [
            Figure(f"{name}: mean of an agent", value("client_cpu_s_mean"), "CPU s", 0.5),
            Figure(f"{name}: coordinator", value("server_cpu_s"), "CPU s", 10),
            Figure(f"{name}: up per agent", value("up_kb_per_client"), "kB", 1_000),
            *figures,
        ]
    key, seconds, goal = (
        ("times_less_than_peer", "peer_cpu_s", 25)
        if agents == 50
        else ("times_less_than_recorded", "recorded_peer_cpu_s", 100)
    )
    peer = PEER if agents == 50 else f"{PEER}, recorded"
    return [
        Figure(
            f"{name}: everybody",
            value("total_cpu_s"),
            "CPU s",
            value(seconds) / goal,
            peer=peer,
            peer_value=value(seconds),
        ),
        Figure(f"{name}: times less CPU", value(key), "times", goal, at_most=False, peer=peer),
        *figures,
    ]


def main() -> None:
    """Measure one round and print its line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=50, help="dealers, each its own legal entity (at least 11)")
    parser.add_argument("--dim", type=int, default=DIMENSION, help="coordinates of the vector")
    parser.add_argument("--drop", type=float, default=DROP, help="share that falls silent before its upload arrives")
    parser.add_argument("--peer", choices=("flower",), help="measure this, too")
    options = parser.parse_args()
    print(json.dumps(measure(options.n, options.dim, options.drop, peer=options.peer == "flower")))


if __name__ == "__main__":
    main()
