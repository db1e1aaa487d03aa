"""Supervise Flower's two server programs on loopback: the SuperLink and the SuperExec that starts round programs.

They run as two children of the coordinator (Flower's ``process`` isolation) instead of one below the other, so that
each dies with the coordinator (``lifeline``) and not with a delay. They share a secret, so nobody else on the machine
can pick up a round's task. Each is restarted after a crash and logs into a file of its own. A SuperLink that crashes
takes the open round with it: its agents leave, its program ends, and the round desk sees to the rest. With
``durable`` the round goes on after the restart instead, at more than twice the price for every call.

A coordinator is seldom in a round, so it prepares them and starts them with the first one.
"""

import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import httpx
import structlog

from guildpost_coordinator.adapters.flower.loopback import LoopbackFiles, issue_loopback
from guildpost_shared.clock import Clock
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import Unavailable

READY_SECONDS: Final = 60.0
STOP_SECONDS: Final = 6.0
FIRST_PAUSE_SECONDS: Final = 0.5
LAST_PAUSE_SECONDS: Final = 30.0
HEALTHY_SECONDS: Final = 60.0
TASK_POLL_SECONDS: Final = "0.5"
_LAUNCHER: Final = "guildpost_coordinator.adapters.flower.lifeline"

_log = structlog.get_logger(__name__)


class Supervised:
    """One child process that is kept alive until told to stop."""

    def __init__(
        self,
        name: str,
        command: list[str],
        environment: Mapping[str, str],
        log: Path,
        after_crash: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self._after_crash = after_crash
        self._command = [sys.executable, "-m", _LAUNCHER, str(os.getpid()), *command]
        self._environment = dict(environment)
        self._log_path = log
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        # The kernel watches the thread that starts the child, so this thread lives as long as the child does.
        self._thread = threading.Thread(target=self._keep, name=f"keep-{name}", daemon=True)

    def start(self) -> None:
        """Start the child and keep it; its log begins anew and then also holds what a crash left."""
        self._log_path.write_bytes(b"")
        self._thread.start()

    def tell_to_stop(self) -> None:
        """Ask the child to end, without waiting for it."""
        self._stopping.set()
        self._signal(signal.SIGTERM)

    def stop(self) -> None:
        """Stop the child and everything it started in its session."""
        self.tell_to_stop()
        self._thread.join(STOP_SECONDS)
        self._signal(signal.SIGKILL)
        self._thread.join(STOP_SECONDS)

    def restart(self) -> None:
        """End the child and everything it started; it comes back by itself."""
        self._signal(signal.SIGKILL)

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def _signal(self, number: int) -> None:
        process = self._process
        if process is None:
            return
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return

    def _keep(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            started = time.monotonic()
            code = self._run_once()
            if self._stopping.is_set():
                return
            lived = time.monotonic() - started
            pause = FIRST_PAUSE_SECONDS if lived > HEALTHY_SECONDS else min(pause * 2, LAST_PAUSE_SECONDS)
            _log.warning("round_engine_restarts", program=self.name, exit_code=code, after_seconds=round(lived, 1))
            self._after_crash()
            self._stopping.wait(pause)

    def _run_once(self) -> int:
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self._process.wait()


class SuperLink:
    """Flower's server side on one loopback port."""

    def __init__(
        self,
        home: Path,
        *,
        port: int,
        clock: Clock,
        entropy: Entropy,
        host: str = "127.0.0.1",
        environment: Mapping[str, str] | None = None,
        durable: bool = False,
    ) -> None:
        """Prepare, start nothing.

        Args:
            home: a folder of the coordinator's own; registrations, runs, certificates and logs live there.
            port: a free loopback port; everybody who reaches it commands the engine, so never bind it elsewhere.
            clock: the wall clock, for the loopback certificate.
            entropy: for the secret that the two programs share.
            host: a loopback address.
            environment: what the programs inherit; the coordinator's own environment by default.
            durable: keep the engine's state in a file. Off by default: in memory the engine is more than twice as
                fast and leaves no message on disk; after a restart the roster is registered again and an open round
                is aborted.
        """
        self.home = home
        self.address = f"{host}:{port}"
        self._host, self._port = host, port
        self._clock, self._entropy = clock, entropy
        self._inherited = dict(os.environ if environment is None else environment)
        self._secret = home / "engine.secret"
        self._database = ["--database", str(home / "engine.db")] if durable else []
        self._children: list[Supervised] = []
        self._reserved: socket.socket | None = None
        self._files: LoopbackFiles
        self._given_up_at: float | None = None

    @property
    def ca_pem(self) -> bytes:
        """The authority of the loopback certificate; made anew by each ``prepare``."""
        return (self.home / "loopback-ca.pem").read_bytes()

    @property
    def pids(self) -> dict[str, int]:
        """The programs that run now."""
        return {child.name: child.pid for child in self._children if child.pid is not None}

    def start(self) -> None:
        """Start both programs and wait until the SuperLink answers.

        Raises:
            Unavailable: ``round_engine_not_ready``.
        """
        self.prepare()
        self._launch()
        self.wait_ready()

    def prepare(self) -> None:
        """Write certificate and secret, and keep the port from others until the programs start.

        Raises:
            Unavailable: ``round_engine_not_ready`` when the port is taken.
        """
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._files = issue_loopback(self.home, self._host, self._clock.now())
        self._secret.touch(mode=0o600)
        self._secret.write_bytes(self._entropy.token_bytes(32))
        self._reserved = socket.socket()
        try:
            self._reserved.bind((self._host, self._port))
        except OSError as exc:
            self._release_port()
            raise Unavailable("round_engine_not_ready", detail=f"port {self._port} is taken") from exc

    def is_ready(self) -> bool:
        """Say whether the SuperLink answers; the first time, both prepared programs are started.

        Raises:
            Unavailable: ``round_engine_not_ready`` when it was asked for a minute and never answered.
        """
        if not self._children:
            self._launch()
        now = time.monotonic()
        with self._client() as client:
            answers = self._answers(client)
        if answers:
            self._given_up_at = None
        elif self._given_up_at is None:
            self._given_up_at = now + READY_SECONDS
        elif now > self._given_up_at:
            raise Unavailable("round_engine_not_ready", detail=f"no answer within {READY_SECONDS:g} s")
        return answers

    def _launch(self) -> None:
        files, secret = self._files, self._secret
        self._release_port()
        environment, programs = self._environment(), Path(sys.executable).parent
        shared = ["--superexec-auth-secret-file", str(secret)]
        link = [
            sys.executable, str(programs / "flower-superlink"), "--host", self._host, "--port", str(self._port),
            "--ssl-ca-certfile", str(files.ca), "--ssl-certfile", str(files.certificate), "--ssl-keyfile",
            str(files.key), "--enable-supernode-auth", "--disable-runtime-dependency-installation", "--isolation",
            "process", *self._database, *shared,
        ]  # fmt: skip
        execute = [
            sys.executable, str(programs / "flower-superexec"), "--runtime-api-address", self.address,
            "--root-certificates", str(files.ca), *shared,
        ]  # fmt: skip
        executor = Supervised("superexec", execute, environment, self.home / "superexec.log")
        # In memory, a crashed SuperLink has forgotten the runs whose programs the executor still has: end them too.
        forget = (lambda: None) if self._database else executor.restart
        self._children = [
            Supervised("superlink", link, environment, self.home / "superlink.log", forget),
            executor,
        ]
        for child in self._children:
            child.start()

    def _release_port(self) -> None:
        if self._reserved is not None:
            self._reserved.close()
            self._reserved = None

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait until the SuperLink answers.

        Raises:
            Unavailable: ``round_engine_not_ready`` after the given time.
        """
        last = time.monotonic() + seconds
        with self._client() as client:
            while time.monotonic() < last:
                if self._answers(client):
                    return
                time.sleep(0.1)
        raise Unavailable("round_engine_not_ready", detail=f"no answer within {seconds:g} s")

    def _client(self) -> httpx.Client:
        context = ssl.create_default_context(cadata=self.ca_pem.decode("ascii"))
        return httpx.Client(verify=context, timeout=2.0, trust_env=False)

    def _answers(self, client: httpx.Client) -> bool:
        try:
            return client.get(f"https://{self.address}/health").is_success
        except httpx.TransportError:
            return False  # not listening yet

    def stop(self) -> None:
        """Stop both programs together, the one that starts others first."""
        self._release_port()
        for child in reversed(self._children):
            child.tell_to_stop()
        for child in reversed(self._children):
            child.stop()
        self._children = []

    def _environment(self) -> dict[str, str]:
        """Tell Flower to stay at home and where its helper programs are."""
        programs = str(Path(sys.executable).parent)
        return self._inherited | {
            "FLWR_TELEMETRY_ENABLED": "0",
            "FLWR_DISABLE_UPDATE_CHECK": "1",
            "FLWR_HOME": str(self.home / "flower"),
            "FLWR_LOG_LEVEL": "WARNING",
            "FLWR_SUPEREXEC_TASK_POLL_INTERVAL": TASK_POLL_SECONDS,
            "PATH": os.pathsep.join([programs, self._inherited.get("PATH", os.defpath)]),
            "PYTHONUNBUFFERED": "1",
        }
