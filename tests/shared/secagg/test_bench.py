"""The benchmark of the secure sum measures what it says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.secure_sum import ours

ROOT = Path(__file__).parents[3]


def test_its_agents_verify_every_signature_they_are_sent_and_find_the_exact_sum() -> None:
    """Fifteen dealers (t = 12), of whom two fall silent: every agent's keys, and as many consents as t asks for."""
    cost = ours.one_round(15, 40, 2)
    assert (True, 13, 15) == (cost.exact, cost.contributors, len(cost.clients))
    assert [1, 1 + 15, 1, 1, 1 + 12] == list(cost.verified.values())
    assert all(seconds > 0 for seconds in (*cost.clients, cost.server, cost.unmasking, cost.bare))
    assert cost.up > 8 * 40


@pytest.mark.parametrize("command", [["bench/secagg.py"], ["-m", "bench.secagg"]], ids=["as a file", "as a module"])
def test_it_prints_one_line(command: list[str]) -> None:
    arguments = [sys.executable, *command, "--n", "12", "--dim", "10", "--drop", "0.1"]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, cwd=ROOT)
    row = json.loads(done.stdout)
    assert ("secagg", 12, 10, 1, True) == tuple(row[name] for name in ("bench", "n", "dim", "dropped", "exact"))
