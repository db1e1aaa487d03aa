"""How long a newcomer waits for the demo, and what an idle agent weighs.

Runs the demo as ``make demo`` does, waits until it says it is ready, lets the agents rest for half a minute (no round
is open then) and adds up the proportional set size of each agent with all its children.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from bench.figures import Figure

PATIENCE_SECONDS = 1200
REST_SECONDS = 30
READY_GOAL = 180.0
PSS_GOAL = 150.0
MEGABYTE = 1e6


def run(arguments: list[str]) -> list[Figure]:
    """Measure time to ready (seconds) and the heaviest idle agent (MB PSS over its process tree)."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "demo"
        program = Path(sys.executable).parent / "guildpost-demo"
        demo = subprocess.Popen([program, "--folder", folder, *arguments], stdout=subprocess.DEVNULL)
        try:
            ready = await_ready(demo, folder / "ready.json")
            time.sleep(REST_SECONDS)
            weights = idle_agents(psutil.Process(demo.pid))
        finally:
            demo.terminate()
            demo.wait()
    return [
        Figure("demo: seconds until ready to look at", ready, "s", READY_GOAL),
        Figure("demo: heaviest idle agent, PSS of its process tree", max(weights, default=None), "MB", PSS_GOAL),
        Figure("demo: agents measured", float(len(weights)), "agents", 1.0, at_most=False),
    ]


def await_ready(demo: subprocess.Popen[bytes], path: Path) -> float | None:
    """Wait for the demo's own word; None when it ended or never came."""
    last = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < last and demo.poll() is None:
        if path.exists():
            return float(json.loads(path.read_text("utf-8"))["seconds"])
        time.sleep(0.5)
    return None


def idle_agents(demo: psutil.Process) -> list[float]:
    """Weigh every running agent with its children."""
    agents = [child for child in demo.children(recursive=True) if _is_agent(child)]
    return [sum(_pss(process) for process in (agent, *agent.children(recursive=True))) / MEGABYTE for agent in agents]


def _is_agent(process: psutil.Process) -> bool:
    try:
        command = process.cmdline()
    except (psutil.ZombieProcess, psutil.NoSuchProcess):  # a child that has just ended
        return False
    return "run" in command and any(part.endswith("guildpost-agent") for part in command)


def _pss(process: psutil.Process) -> int:
    return int(process.memory_full_info().pss)
