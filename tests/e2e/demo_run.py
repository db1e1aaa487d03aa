"""Play the whole demo in a folder of its own, and kill its processes on the way.

    run = play(folder, ["--dealers", "10", …], kills=PLAN)
    run.code, run.out, run.kills

The killer follows the progress lines. "While it sends" means: at the moment a new mail of some dealership appears in
the mail server's store, that dealership's agent is killed; a worker is killed when it has just used the processor, a
printer (a worker too) when it has just loaded the typesetter, between the claim of a letter batch and its delivery.
"""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import psutil

from guildpost_demo.network.dealers import dealers

Role = Literal["agent", "worker", "printer", "relay", "coordinator", "signer"]
MARK: Final = "GUILDPOST_TEST_RUN"
PATIENCE_SECONDS: Final = 60.0
BUSY_SECONDS: Final = 0.02
LOOK_SECONDS: Final = 0.02  # looking takes the processor from those who are looked at; a batch takes longer
LOOKS: Final = 20  # until new workers are looked for; one needs longer to start
LAST_SHARE: Final = 90  # nobody is killed after this share of the replay: the round follows it
_SHARE: Final = re.compile(r"^\s*(\d+)%")


@dataclass(frozen=True)
class PlannedKill:
    """Kill a process of a role once the replay has reached a share (per cent)."""

    share: int
    role: Role


@dataclass
class Kill:
    """A kill that happened: whom it hit, when, how many mails there were, whether somebody took the place."""

    role: Role
    command: list[str]
    pid: int
    share: int
    mails_before: int
    successor: int = 0


@dataclass
class DemoRun:
    """A demo that ended by itself."""

    folder: Path
    outside: Path
    mark: str
    code: int
    out: str
    err: str
    seconds: float
    kills: list[Kill] = field(default_factory=list)

    def left_behind(self) -> list[str]:
        """List the processes that still carry the run's mark."""
        return [" ".join(process.cmdline()) for process in psutil.process_iter() if _carries(process, self.mark)]


def _carries(process: psutil.Process, mark: str) -> bool:
    try:
        return process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def environment(outside: Path, mark: str) -> dict[str, str]:
    """Make an environment in which everything a program writes at its usual places is seen."""
    places = {"HOME": "home", "TMPDIR": "tmp", "XDG_CACHE_HOME": "cache", "XDG_RUNTIME_DIR": "runtime"}
    for place in (*places.values(), "cwd"):
        (outside / place).mkdir(parents=True)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GUILDPOST", "XDG", "FLWR"))}
    return {**inherited, **{name: str(outside / place) for name, place in places.items()}, MARK: mark}


class Demo:
    """A demo that plays; its output is read as it comes."""

    def __init__(self, base: Path, arguments: Sequence[str]) -> None:
        self.folder, self.outside, self.mark = base / "demo", base / "outside", uuid.uuid4().hex
        self.share = 0
        self._begun = time.monotonic()
        self._out: list[str] = []
        self._err: list[str] = []
        program = str(Path(sys.executable).parent / "guildpost-demo")
        self.process = subprocess.Popen(
            [program, "--folder", str(self.folder), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(self.outside, self.mark),
            cwd=self.outside / "cwd",
        )
        self._readers = [threading.Thread(target=read, daemon=True) for read in (self._read_out, self._read_err)]
        for reader in self._readers:
            reader.start()

    def _read_out(self) -> None:
        assert self.process.stdout is not None
        self._out.extend(self.process.stdout)

    def _read_err(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._err.append(line)
            if found := _SHARE.match(line):
                self.share = int(found[1])

    def ended(self, patience_seconds: float) -> DemoRun:
        """Wait for its end."""
        try:
            self.process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            self.process.terminate()
            self.process.wait(60)
        for reader in self._readers:
            reader.join(10)
        seconds = time.monotonic() - self._begun
        out, err = "".join(self._out), "".join(self._err)
        return DemoRun(self.folder, self.outside, self.mark, self.process.returncode, out, err, seconds)


class Killer(threading.Thread):
    """Carries out a plan of kills while a demo plays."""

    def __init__(self, demo: Demo, plan: Sequence[PlannedKill]) -> None:
        super().__init__(daemon=True, name="killer")
        self._demo, self._plan = demo, plan
        self._keys = {profile.email: profile.key for profile in dealers()}
        self._have_printed: set[int] = set()
        self.kills: list[Kill] = []

    def run(self) -> None:
        """Go through the plan; stop when the demo ends before."""
        for planned in self._plan:
            while self._demo.share < planned.share:
                if self._demo.process.poll() is not None:
                    return
                time.sleep(0.05)
            victim = self._victim(planned)
            if victim is not None:
                self._kill(planned, victim)

    def _kill(self, planned: PlannedKill, victim: psutil.Process) -> None:
        try:
            command = victim.cmdline()
            mails = self._mails()
            victim.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            return  # it ended by itself first: no kill is counted
        kill = Kill(planned.role, command, victim.pid, self._demo.share, mails)
        self.kills.append(kill)
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end and self._demo.process.poll() is None and not kill.successor:
            same = (found for found in self._running(planned.role) if found.pid != victim.pid)
            kill.successor = next((found.pid for found in same if found.cmdline() == command), 0)
            time.sleep(0.1)

    def _victim(self, planned: PlannedKill) -> psutil.Process | None:
        end = time.monotonic() + PATIENCE_SECONDS
        self._have_printed = {worker.pid for worker in self._running("printer") if _typesets(worker)}
        while time.monotonic() < end and self._demo.process.poll() is None and self._demo.share < LAST_SHARE:
            found = self._found(planned.role)
            if found is not None:
                return found
        return None

    def _found(self, role: Role) -> psutil.Process | None:
        match role:
            case "agent":
                return self._sender()
            case "worker":
                return self._busy_worker()
            case "printer":
                return self._printing_worker()
            case _:
                return next(iter(self._running(role)), None)

    def _sender(self) -> psutil.Process | None:
        """Give the agent that has just sent a mail and most probably sends the next."""
        before = self._mails()
        for _ in range(200):
            time.sleep(0.002)
            with sqlite3.connect(f"file:{self._store}?mode=ro", uri=True) as store:
                row = store.execute("SELECT id, sender FROM messages ORDER BY id DESC LIMIT 1").fetchone()
            if row is not None and row[0] > before:
                home = str(self._demo.folder / "agents" / self._keys[row[1]])
                return next((found for found in self._running("agent") if home in found.cmdline()), None)
        return None

    def _busy_worker(self) -> psutil.Process | None:
        workers = self._running("worker")
        used = [(worker, _processor_seconds(worker)) for worker in workers]
        time.sleep(0.1)
        return next((worker for worker, before in used if _processor_seconds(worker) - before >= BUSY_SECONDS), None)

    def _printing_worker(self) -> psutil.Process | None:
        workers = self._workers()
        for _ in range(LOOKS):
            for worker in workers:
                if worker.pid not in self._have_printed and _typesets(worker):
                    return worker
            time.sleep(LOOK_SECONDS)
        return None

    def _workers(self) -> list[psutil.Process]:
        """List the workers: they are the agents' children."""
        return [child for agent in self._agents() for child in _children(agent) if self._plays(child, "printer")]

    def _agents(self) -> list[psutil.Process]:
        return [child for child in _children(psutil.Process(self._demo.process.pid)) if self._plays(child, "agent")]

    @property
    def _store(self) -> Path:
        return self._demo.folder / "mail" / "mail.sqlite"

    def _mails(self) -> int:
        with sqlite3.connect(f"file:{self._store}?mode=ro", uri=True) as store:
            return int(store.execute("SELECT coalesce(max(id), 0) FROM messages").fetchone()[0])

    def _running(self, role: Role) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if self._plays(process, role)]

    def _plays(self, process: psutil.Process, role: Role) -> bool:
        try:
            words = process.cmdline()
        except psutil.Error:
            return False
        if not any(str(self._demo.folder) in word for word in words):
            return False
        programs = [Path(word).name for word in words[:3]]
        wanted = {
            "agent": ("guildpost-agent", "run"),
            "worker": ("guildpost_agent.cli", "work"),
            "printer": ("guildpost_agent.cli", "work"),
            "relay": ("guildpost-relay", "serve"),
            "coordinator": ("guildpost-coordinator", "serve"),
            "signer": ("guildpost-signer", "legal"),
        }[role]
        return wanted[0] in programs and wanted[1] in words


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children()
    except psutil.Error:
        return []


def _typesets(process: psutil.Process) -> bool:
    try:
        return b"typst" in Path(f"/proc/{process.pid}/maps").read_bytes()
    except OSError:
        return False


def _processor_seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def play(base: Path, arguments: Sequence[str], plan: Sequence[PlannedKill], patience_seconds: float) -> DemoRun:
    """Play a demo to its end, killing on the way."""
    demo = Demo(base, arguments)
    killer = Killer(demo, plan)
    killer.start()
    run = demo.ended(patience_seconds)
    killer.join(10)
    run.kills = killer.kills
    return run
