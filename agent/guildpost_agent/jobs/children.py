"""A short-lived worker for the heavy steps: import, plan, print, compile.

It loads what weighs much, does the steps it is given one after the other, and ends when nothing more comes for a
while, so that the idle agent stays small. The worker is this very program with the command ``work``; orders and
results are single lines of JSON on its standard input and output. A step that crashes takes the worker with it, never
the agent.

    agent                                    worker
    {"step": "plan", "now": …, "extra": {…}} ──▶
                                       ◀──   {"exit": 0}
"""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog

from guildpost_shared.errors import Unavailable

IDLE_SECONDS: Final = 20.0
log = structlog.get_logger()


def work_command(home: Path) -> list[str]:
    """Build the command line of a worker."""
    return [sys.executable, "-m", "guildpost_agent.cli", "work", "--home", str(home)]


class Worker:
    """Starts the worker when a step comes and lets it go when it has been idle."""

    def __init__(self, home: Path, idle_seconds: float = IDLE_SECONDS) -> None:
        self._home = home
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._timer: threading.Timer | None = None

    def run(self, step: str, now: datetime, extra: Mapping[str, str] | None = None) -> None:
        """Run one step and wait for it.

        Args:
            step: one of the ``work`` command's steps.
            now: the business clock.
            extra: what the step needs to know.

        Raises:
            Unavailable: ``step_failed``; the worker said why in the log, the step is tried again with a later tick.
        """
        with self._lock:
            self._cancel_timer()
            answer = self._ask(json.dumps({"step": step, "now": now.isoformat(), "extra": dict(extra or {})}))
            if answer is None:
                self._end()
            else:
                self._timer = threading.Timer(self._idle_seconds, self.close)
                self._timer.daemon = True
                self._timer.start()
        if answer != 0:
            log.warning("step_failed_in_worker", step=step, exit_code=answer)
            raise Unavailable("step_failed", step=step)

    def close(self) -> None:
        """Let the worker go."""
        with self._lock:
            self._cancel_timer()
            self._end()

    def _ask(self, order: str) -> int | None:
        """Hand an order over; the worker's exit code for it, or None when the worker died."""
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(
                work_command(self._home), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            return None
        try:
            stdin.write(order + "\n")
            stdin.flush()
            line = stdout.readline()
            return int(json.loads(line)["exit"]) if line else None
        except (OSError, ValueError, KeyError):
            return None

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            with suppress(OSError):  # an order that a dead worker never took is still in the buffer
                process.stdin.close()
        try:
            process.wait(self._idle_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
