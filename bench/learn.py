"""Learning when to write: share of what a perfect sender would gain, beside pooled data and beside each one alone.

``make bench BENCH=learn ARGS="--simulator FOLDER"`` evaluates ``bench.learning_policy:make`` on every world of the
folder and prints, per world, the mean over seeds of the cumulated share and of the last four weeks' share as ratios to
what ``--references`` records for the policy "pooled", the cumulated share as multiple of the policy "alone", and CPU
seconds of a run. ``--dealers 1000 --seeds 1`` asks for a larger network.

FOLDER holds ``evaluate.py`` (``--world FILE --dealers N --seed k --policy module:factory``, prints one JSON line with
``cum`` and ``last4``) and the worlds, ``public_*.json``. The references are ``{"rows": [{"world", "dealers", "policy",
"cum", "last4"}, …]}``; without them the shares themselves are printed, with no goal to be held against.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Final

from bench.figures import Figure

POLICY: Final = "bench.learning_policy:make"
ROOT: Final = Path(__file__).resolve().parents[1]
CUMULATED_GOAL: Final = 0.90
LAST_WEEKS_GOAL: Final = 0.95
LARGE_GOAL: Final = 0.95
LARGE: Final = 1_000
ALONE_GOAL: Final = 3.0
SECONDS_GOAL: Final = 60.0
USAGE: Final = 64


@dataclass(frozen=True)
class Shares:
    """Shares of the perfect sender's gain over the default: of 26 weeks, and of the last four."""

    cum: float
    last4: float


def run(arguments: list[str]) -> list[Figure]:
    """Evaluate on every world."""
    options = _options(arguments)
    if options.simulator is None or not (options.simulator / "evaluate.py").is_file():
        print('State where the simulator lies: make bench BENCH=learn ARGS="--simulator FOLDER"', file=sys.stderr)
        sys.exit(USAGE)
    worlds = [Path(world) for world in options.world] or sorted(options.simulator.glob("public_*.json"))
    figures: list[Figure] = []
    for world in worlds:
        before = _child_seconds()
        runs = [evaluate(options.simulator, world, options.dealers, seed) for seed in options.seeds]
        seconds = (_child_seconds() - before) / len(runs)
        found = Shares(mean(one.cum for one in runs), mean(one.last4 for one in runs))
        figures += _figures(world.name, options.dealers, found, seconds, recorded(options.references, world.name))
    return figures


def evaluate(simulator: Path, world: Path, dealers: int, seed: int) -> Shares:
    """Run one world in a process of its own."""
    words = ["--world", str(world.resolve()), "--dealers", str(dealers), "--seed", str(seed), "--policy", POLICY]
    done = subprocess.run(
        [sys.executable, "evaluate.py", *words],
        cwd=simulator,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    row = json.loads(done.stdout.splitlines()[-1])
    return Shares(float(row["cum"]), float(row["last4"]))


def recorded(references: Path | None, world: str) -> dict[str, Shares]:
    """Read what is recorded of a world, by policy; recorded for one size of network, it serves for all."""
    if references is None:
        return {}
    rows = json.loads(references.read_text("utf-8"))["rows"]
    return {row["policy"]: Shares(row["cum"], row["last4"]) for row in rows if row["world"] == world}


def _figures(world: str, dealers: int, found: Shares, seconds: float, known: dict[str, Shares]) -> list[Figure]:
    name = f"{world}, {dealers} dealers, ε = 1 per quarter"
    cpu = Figure(f"{name}: one run", round(seconds, 1), "CPU s", SECONDS_GOAL * max(1.0, dealers / 200))
    pooled, alone = known.get("pooled"), next((known[key] for key in known if key.startswith("alone")), None)
    shares = [
        Figure(f"{name}: cumulated share", round(found.cum, 3), "share", 0.0, at_most=False),
        Figure(f"{name}: share of the last four weeks", round(found.last4, 3), "share", 0.0, at_most=False),
    ]
    if pooled is None or alone is None:
        return [*shares, cpu]
    large = dealers >= LARGE
    return [
        *shares,
        Figure(
            f"{name}: cumulated share over pooled",
            round(found.cum / pooled.cum, 3),
            "ratio",
            LARGE_GOAL if large else CUMULATED_GOAL,
            at_most=False,
            peer="all data pooled, no privacy",
            peer_value=pooled.cum,
        ),
        Figure(
            f"{name}: last four weeks over pooled",
            round(found.last4 / pooled.last4, 3),
            "ratio",
            LAST_WEEKS_GOAL,
            at_most=False,
            peer="all data pooled, no privacy",
            peer_value=pooled.last4,
        ),
        Figure(
            f"{name}: cumulated share over each dealership alone",
            round(found.cum / alone.cum, 2),
            "times",
            ALONE_GOAL,
            at_most=False,
            peer="each alone, the same model",
            peer_value=alone.cum,
        ),
        cpu,
    ]


def _child_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench BENCH=learn")
    parser.add_argument("--simulator", type=Path, help="folder with evaluate.py and the worlds")
    parser.add_argument("--references", type=Path, help="recorded scores of other policies, JSON")
    parser.add_argument("--world", action="append", default=[], help="a world file (all public_*.json of the folder)")
    parser.add_argument("--dealers", type=int, default=200)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    return parser.parse_args(arguments)
