"""Dispatchers that may be killed at any instant (``tests/agent/dispatch/nursery.py``).

with Nursery() as nursery:
    run = nursery.start(folder, settings)
    os.kill(run.pid, signal.SIGKILL)
    assert -9 == run.wait()
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from guildpost_agent.adapters.channels.smtp_connection import SmtpSettings
from tests.factories.sending_world import NOW

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Run:
    """A dispatcher; ``wait`` gives its exit code, minus the signal that ended it."""

    pid: int
    answers: IO[str]

    def wait(self) -> int:
        return int(self.answers.readline())


class Nursery:
    """Starts and ends with ``with``; one dispatcher at a time."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.agent.dispatch.nursery"]
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=REPOSITORY
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def start(self, folder: Path, settings: SmtpSettings, now: datetime = NOW, failpoint: str = "") -> Run:
        """Let a new process dispatch what is due."""
        values = {**asdict(settings), "ca_file": str(settings.ca_file) if settings.ca_file else None}
        return self._run({"folder": str(folder), "settings": values, "now": now.isoformat(), "failpoint": failpoint})

    def start_letters(self, folder: Path, in_a_part: int, failpoint: str = "") -> Run:
        """Let a new process release the letters that are due into the folder ``briefe``."""
        return self._run({"folder": str(folder), "letters_in_a_part": in_a_part, "failpoint": failpoint})

    def _run(self, order: dict[str, object]) -> Run:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return Run(int(self._process.stdout.readline()), self._process.stdout)
