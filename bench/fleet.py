"""Ten thousand agents on one coordinator: each with an open mTLS stream, then one changed 20 kB target for all.

The coordinator is a process of its own with everything real: database, certificates, signed catalogue, gRPC. Agents are
simulated in two further processes, whose cost is not counted. A sync is what a real updater asked for in the same run,
over the connection of its stream, as in the agent. The peer is the median sync. ``--agents N`` changes the size.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import psutil

from bench.figures import Figure

ROOT: Final = Path(__file__).resolve().parents[1]
SHARES: Final = 2
MB: Final = 1024 * 1024


def run(arguments: list[str]) -> list[Figure]:
    """Measure the fleet."""
    parser = argparse.ArgumentParser(prog="bench fleet")
    parser.add_argument("--agents", type=int, default=10_000)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="guildpost-bench-") as name:
        return _measure(Path(name), options.agents)


def _measure(folder: Path, agents: int) -> list[Figure]:
    server = _start("bench.fleets.server", str(folder), str(agents))
    address = _told(server)["address"]
    _say("server ready")
    process, began = psutil.Process(server.pid), time.monotonic()
    _say(f"{process.memory_info().rss / MB:.0f} MB before anybody connects")
    file = str(folder / "agents.bin")
    fleet = [_start("bench.fleets.agents", file, address, str(share), str(SHARES)) for share in range(SHARES)]
    connected = sum(_told(one)["connected"] for one in fleet)
    opened = time.monotonic() - began
    idle_mb = process.memory_info().rss / MB
    _say(f"{connected} connected in {opened:.0f} s, {idle_mb:.0f} MB")
    news = _ask(server, "publish")
    for one in fleet:
        _ask(one, json.dumps(news))
    announced, cpu = time.time(), sum(process.cpu_times()[:2])
    _ask(server, "announce")
    peak = idle_mb
    with ThreadPoolExecutor(SHARES) as readers:
        pending = [readers.submit(_told, one) for one in fleet]
        while not all(one.done() for one in pending):
            peak = max(peak, process.memory_info().rss / MB)
            time.sleep(0.5)
        reports = [one.result() for one in pending]
    cpu = sum(process.cpu_times()[:2]) - cpu
    server.stdin.close()  # type: ignore[union-attr]  # opened below
    server.wait(60)
    heard = [at - announced for report in reports for at in report["heard"]]
    syncs = sorted(took for report in reports for took in report["syncs"])
    errors = [error for report in reports for error in report["errors"]]
    _say(f"errors: {errors[:3]}; {cpu:.1f} s of processor for {len(syncs)} syncs")
    size = f"{agents} agents"
    p99 = syncs[int(len(syncs) * 0.99)] if syncs else None
    return [
        Figure(f"agents with an open mTLS stream ({size})", connected, "agents", agents, at_most=False),
        Figure(f"fetched the changed 20 kB target ({size})", len(syncs), "agents", agents, at_most=False),
        Figure(f"99th percentile of a sync ({size})", _rounded(p99), "s", 5.0, peer="median sync",
               peer_value=_rounded(syncs[len(syncs) // 2] if syncs else None)),
        Figure(f"last agent notified after ({size})", _rounded(max(heard, default=None)), "s", 60.0),
        Figure(f"coordinator's memory, peak ({size})", round(peak), "MB", 1_200.0, peer="streams idle",
               peer_value=round(idle_mb)),
    ]  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _start(module: str, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _told(process: "subprocess.Popen[str]") -> Any:
    line = process.stdout.readline()  # type: ignore[union-attr]  # a pipe
    if not line:
        raise SystemExit(f"a process ended early with {process.wait()}")
    return json.loads(line)


def _ask(process: "subprocess.Popen[str]", question: str) -> Any:
    process.stdin.write(question + "\n")  # type: ignore[union-attr]  # a pipe
    process.stdin.flush()  # type: ignore[union-attr]  # a pipe
    return _told(process)


def _say(text: str) -> None:
    print(f"# {text}", file=sys.stderr, flush=True)
