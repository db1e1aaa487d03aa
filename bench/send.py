"""Sending: outbox → template → MIME → SMTP into Postfix's smtp-sink, every message's state durable on the disk.

Everything is the agent's own: the claim with all its checks, ``synchronous=FULL``, the composing child. The peer is
nodemailer's pooled transport in the same run, sending a ready-made message of 10 kB without any state. What the disk
flushes in a second is measured beside it; a file system in memory is refused.

``--mails N`` and ``--connections N`` change the size.
"""

import argparse
import gc
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil

from bench.figures import Figure
from bench.sending.world import BenchWorld, fill
from guildpost_agent.adapters.channels.smtp import SmtpChannel
from guildpost_agent.adapters.channels.smtp_connection import SmtpSettings
from guildpost_agent.app.dispatch_mail import compose_draft, dispatch_mail
from guildpost_agent.app.mail_run import Draft
from guildpost_agent.app.one_snapshot import OneSnapshot
from guildpost_agent.app.ports.unit_of_work import OutboxJob
from guildpost_agent.jobs.composing import ComposingChild

SINK: Final = shutil.which("smtp-sink") or "/usr/sbin/smtp-sink"
ROOT: Final = Path(__file__).resolve().parents[1]
IN_MEMORY: Final = {"tmpfs", "ramfs"}


def run(arguments: list[str]) -> list[Figure]:
    """Measure the agent, and the peer before and after it."""
    parser = argparse.ArgumentParser(prog="bench send")
    parser.add_argument("--mails", type=int, default=5_000)
    parser.add_argument("--connections", type=int, default=16)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="guildpost-bench-") as folder, smtp_sink() as port:
        home = Path(folder)
        _require_a_disk(home)
        modules = _nodemailer(home)
        fill(home, chosen.mails)
        _leave_bytecode(home)
        flushes = _flushes_per_second(home / "flushed")
        _say(f"load average {os.getloadavg()[0]:.2f} before")
        peers = [_peer(modules, port, chosen.mails, chosen.connections)]
        ready = _send(home, port, chosen.connections, "ready")
        whole = _send(home, port, chosen.connections, "compose")
        peers.append(_peer(modules, port, chosen.mails, chosen.connections))
        _say(f"load average {os.getloadavg()[0]:.2f} after")
    known = [value for value in peers if value is not None]
    peer = sum(known) / len(known) if known else None
    beside, size = "nodemailer, no state", f"{chosen.mails} mails, {chosen.connections} connections"
    return [
        Figure("flushes of this disk (4 kB appended, fsync)", flushes, "1/s", 0.0, at_most=False),
        Figure(f"sent, the whole path ({size})", whole, "1/s", 1_000.0, at_most=False, peer=beside, peer_value=peer),
        Figure("sent, as a share of the peer", whole / peer if peer else None, "×", 0.5, at_most=False),
        Figure("sent, ready-made, with its state", ready, "1/s", 1_000.0, at_most=False, peer=beside, peer_value=peer),
        Figure("sent ready-made, as a share of the peer", ready / peer if peer else None, "×", 0.5, at_most=False),
    ]


def _send(home: Path, port: int, connections: int, child: str) -> float:
    """Send everything that waits, from a fresh copy; give mails per second, starting the child included."""
    with tempfile.TemporaryDirectory(prefix="guildpost-bench-") as folder:
        copy = Path(folder) / "run"
        shutil.copytree(home, copy, ignore=shutil.ignore_patterns("node*", "flushed"))
        world = BenchWorld(copy)
        reading = OneSnapshot(world.open_reading)
        composer = world.composer(reading.ahead)
        command = [sys.executable, "-m", "bench.sending", child, str(copy)]

        def drafts(jobs: Sequence[OutboxJob]) -> ComposingChild:
            def here(jobs: Sequence[OutboxJob]) -> list[Draft[OutboxJob]]:
                now = world.clock.now()
                with reading.held([job.touchpoint_id for job in jobs]), world.templates.held():
                    return [compose_draft(reading.ahead, composer.mail, job, world.sender, now) for job in jobs]

            meanwhile = here if child == "compose" else None
            return ComposingChild(command, jobs, world.clock.now, world.sender.from_address, meanwhile=meanwhile)

        os.environ["PYTHONPATH"] = str(ROOT)
        channel = SmtpChannel(SmtpSettings("127.0.0.1", port, "none", connections=connections))
        gc.freeze()  # as every program of the product does once it is loaded
        started = time.perf_counter()
        summary = dispatch_mail(
            world.open_uow, channel, drafts, world.recheck(), world.clock,
            sender=world.sender, entropy=world.entropy, is_quiet=lambda _now: False,
        )  # fmt: skip
        seconds = time.perf_counter() - started
        world.engine.dispose()
        assert summary.stopped is None, summary
        assert summary.unsure == summary.deferred == 0, summary
        return summary.sent / seconds


def _leave_bytecode(home: Path) -> None:
    """Start the child once for nothing: an installer leaves its modules compiled, whatever this environment wants."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "bench.sending", "compose", str(home)]
    subprocess.run(command, check=True, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, timeout=300)


@contextmanager
def smtp_sink() -> Iterator[int]:
    """Start Postfix's test server on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    user = ["-u", "root"] if os.geteuid() == 0 else []
    process = subprocess.Popen([SINK, *user, f"127.0.0.1:{port}", "1000"], stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        yield port
    finally:
        process.kill()
        process.wait()


def _peer(modules: Path | None, port: int, mails: int, connections: int) -> float | None:
    if modules is None:
        return None
    script = ROOT / "bench" / "sending" / "peer.js"
    command = ["node", str(script), str(modules), str(port), str(mails), str(connections)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout)


def _nodemailer(folder: Path) -> Path | None:
    """Install the peer beside the database; None where there is no Node."""
    if not shutil.which("npm"):
        return None
    subprocess.run(
        ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder / "node"), "nodemailer"],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    return folder / "node" / "node_modules"


def _flushes_per_second(path: Path) -> float:
    """Append 4 kB and flush, for two seconds."""
    count, started = 0, time.perf_counter()
    with path.open("wb", buffering=0) as file:
        while time.perf_counter() - started < 2:
            file.write(bytes(4096))
            os.fsync(file.fileno())
            count += 1
    return count / (time.perf_counter() - started)


def _require_a_disk(folder: Path) -> None:
    mounts = {part.mountpoint: part.fstype for part in psutil.disk_partitions(all=True)}
    at = next(path for path in (folder, *folder.parents) if str(path) in mounts)
    if mounts[str(at)] in IN_MEMORY:
        raise SystemExit(f"{folder} is in memory; set TMPDIR to a folder on a disk.")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
