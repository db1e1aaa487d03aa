"""Start the demo's processes, keep them running, end them all.

Each process leads its own process group and writes to its own log file. One that dies (kill -9 included) is started
again with the same command; one that keeps dying ends the demo with the tail of its log.
"""

import os
import signal
import socket
import subprocess
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import IO, Final

import psutil

from guildpost_shared.errors import ConfigurationError, Unavailable

LOOK_SECONDS: Final = 0.2
RESTART_WINDOW_SECONDS: Final = 60.0
MAX_RESTARTS: Final = 6
GRACE_SECONDS: Final = 8.0
TAIL_LINES: Final = 12
LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True)
class Command:
    """A program with its arguments and the variables only it may see; ``name`` names process, log and clock session."""

    name: str
    argv: tuple[str, ...]
    variables: tuple[tuple[str, str], ...] = ()


@dataclass
class Running:
    """A supervised process."""

    command: Command
    process: subprocess.Popen[bytes]
    restarts: deque[float] = field(default_factory=lambda: deque(maxlen=MAX_RESTARTS))


def free_port() -> int:
    """Find a free loopback port (somebody else could take it before it is used; on loopback nobody does)."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def accepts(port: int) -> bool:
    """Say whether something listens on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((LOOPBACK, port)) == 0


def tail(path: Path) -> str:
    """Give the last lines of a log."""
    if not path.exists():
        return ""
    return "\n".join(path.read_text("utf-8", errors="replace").splitlines()[-TAIL_LINES:])


class Supervisor:
    """Owns every process of one demo."""

    def __init__(
        self, logs: Path, environment: dict[str, str] | None = None, grace_seconds: float = GRACE_SECONDS
    ) -> None:
        """Keep logs in a folder; processes get our environment with the given additions."""
        self._logs = logs
        self._grace = grace_seconds
        self._environment = {**os.environ, **(environment or {})}
        self._lock = threading.RLock()
        self._running: dict[str, Running] = {}
        self._passing: set[subprocess.Popen[bytes]] = set()
        self._broken = ""
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True, name="supervisor")
        logs.mkdir(parents=True, exist_ok=True)
        self._watcher.start()

    def log_of(self, name: str) -> Path:
        """Give a process's log file."""
        return self._logs / f"{name}.log"

    def _spawn(
        self, command: Command, stdin: int, errors: IO[bytes], stdout: int | IO[bytes]
    ) -> subprocess.Popen[bytes]:
        """Start a program in a session of its own, unless the demo is ending."""
        with self._lock:
            if self._stopping.is_set():
                raise Unavailable("demo_ends", name=command.name)
            try:
                process = subprocess.Popen(
                    command.argv,
                    stdin=stdin,
                    stdout=stdout,
                    stderr=errors,
                    env={**self._environment, **dict(command.variables)},
                    start_new_session=True,
                )
            except FileNotFoundError:
                raise ConfigurationError("demo_program_missing", program=command.argv[0]) from None
            self._passing.add(process)
            return process

    def _spawn_lasting(self, command: Command) -> subprocess.Popen[bytes]:
        with self._lock, self.log_of(command.name).open("ab") as log:
            process = self._spawn(command, subprocess.DEVNULL, log, log)
            self._passing.discard(process)
            return process

    def start(self, command: Command) -> None:
        """Start a process and keep it running from now on.

        Raises:
            ConfigurationError: the program is not installed.
        """
        with self._lock:
            self._running[command.name] = Running(command, self._spawn_lasting(command))

    def run(self, command: Command, timeout_seconds: float = 120.0, given: str = "") -> str:
        """Run a command to its end.

        Args:
            command: what to run; its standard error goes to its log.
            timeout_seconds: how long it may take.
            given: text for its standard input.

        Returns:
            What it printed.

        Raises:
            ConfigurationError: the program is not installed.
            Unavailable: it failed or took too long; the error carries its last words.
        """
        log = self.log_of(command.name)
        with log.open("ab") as errors:
            process = self._spawn(command, subprocess.PIPE, errors, subprocess.PIPE)
        try:
            printed, _ = process.communicate(given.encode(), timeout_seconds)
        except subprocess.TimeoutExpired:
            _end_group(process.pid, signal.SIGKILL)
            process.communicate()
            raise Unavailable("demo_command_slow", name=command.name, log=log) from None
        finally:
            with self._lock:
                self._passing.discard(process)
        if process.returncode != 0:
            words = tail(log) or printed.decode(errors="replace")
            raise Unavailable("demo_command_failed", name=command.name, status=process.returncode, log=log, words=words)
        return printed.decode()

    def wait_until(self, ready: Callable[[], bool], name: str, timeout_seconds: float = 60.0) -> None:
        """Wait until something is ready.

        Raises:
            Unavailable: it was not in time, or a process keeps dying.
        """
        end = monotonic() + timeout_seconds
        while not ready():
            self.check()
            if monotonic() > end:
                raise Unavailable("demo_not_ready", name=name, log=self.log_of(name), words=tail(self.log_of(name)))
            sleep(LOOK_SECONDS / 2)

    def check(self) -> None:
        """Raise if a process keeps dying.

        Raises:
            Unavailable: with the name and the tail of the log.
        """
        if self._broken:
            log = self.log_of(self._broken)
            raise Unavailable("demo_process_dies", name=self._broken, log=log, words=tail(log))

    def pids(self) -> dict[str, int]:
        """List the running processes."""
        with self._lock:
            return {name: running.process.pid for name, running in self._running.items()}

    def restarts(self) -> dict[str, int]:
        """Count the restarts of each process that had one."""
        with self._lock:
            return {name: len(running.restarts) for name, running in self._running.items() if running.restarts}

    def _watch(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            with self._lock:
                if self._stopping.is_set():
                    return
                for running in self._running.values():
                    if running.process.poll() is not None and not self._broken:
                        self._restart(running)

    def _restart(self, running: Running) -> None:
        now = monotonic()
        if len(running.restarts) == MAX_RESTARTS and now - running.restarts[0] < RESTART_WINDOW_SECONDS:
            self._broken = running.command.name
            return
        _end_group(running.process.pid, signal.SIGKILL)  # children of the dead leader must not work on beside the new
        running.restarts.append(now)
        running.process = self._spawn_lasting(running.command)

    def stop(self) -> None:
        """End every process and everything they started: politely first, then for certain."""
        self._stopping.set()
        with self._lock:
            leaders = [*self._passing, *(running.process for running in reversed(self._running.values()))]
            family = _descendants([process.pid for process in leaders])
            for process in leaders:
                _end_group(process.pid, signal.SIGTERM)
            end = monotonic() + self._grace
            while monotonic() < end and any(process.poll() is None for process in leaders):
                sleep(0.05)
            for process in leaders:
                _end_group(process.pid, signal.SIGKILL)
                process.wait()
            _kill_left(family)
            self._running.clear()


def _end_group(leader: int, how: signal.Signals) -> None:
    try:
        os.killpg(leader, how)
    except (ProcessLookupError, PermissionError):
        return  # nobody of that group is left


def _descendants(pids: list[int]) -> list[psutil.Process]:
    """Remember everybody below some processes: a child that left the group is found even after its parent's end."""
    found: list[psutil.Process] = []
    for pid in pids:
        try:
            found += psutil.Process(pid).children(recursive=True)
        except psutil.NoSuchProcess:
            continue
    return found


def _kill_left(family: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(family, timeout=0.5)
    for process in alive:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
