"""The worker for heavy steps: the real program on a real, tiny agent's home."""

import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from guildpost_agent.jobs import children
from guildpost_agent.jobs.children import Worker
from guildpost_shared.errors import Unavailable
from tests.factories.agent_home import an_agent_home

NOW = datetime(2027, 3, 1, 7, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return an_agent_home(tmp_path, monkeypatch)


class Brood:
    """The children that this process got since the test began."""

    def __init__(self) -> None:
        self._known = {child.pid for child in psutil.Process().children()}

    def pids(self) -> list[int]:
        return [child.pid for child in psutil.Process().children() if child.pid not in self._known]


@pytest.fixture
def brood() -> Brood:
    return Brood()


def _wait_until_gone(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not psutil.pid_exists(pid)  # a zombie would still be there


def test_steps_share_a_process_that_ends_when_idle_and_a_crash_costs_one_step_only(home: Path, brood: Brood) -> None:
    worker = Worker(home, idle_seconds=5.0)
    worker.run("intake", NOW)
    (first,) = brood.pids()
    with pytest.raises(Unavailable, match="step_failed"):
        worker.run("plan", NOW, {"mark": "2027-W09"})  # not enrolled: the step fails, the process stands
    assert [first] == brood.pids()
    with pytest.raises(Unavailable, match="step_failed"):
        worker.run("no such step", NOW)  # a bug: takes the process with it
    assert _wait_until_gone(first)
    worker._idle_seconds = 0.3
    worker.run("intake", NOW)
    (second,) = brood.pids()
    assert first != second
    assert _wait_until_gone(second)
    assert [] == brood.pids()
    worker.close()


ANSWERS_ONCE = """
import os, sys, time
sys.stdin.readline()
print('{"exit": 0}', flush=True)
os.close(0)
time.sleep(10)
"""


@pytest.fixture
def another_program(monkeypatch: pytest.MonkeyPatch, brood: Brood) -> Iterator[list[str]]:
    """Run another real program instead of the worker: one that misbehaves."""
    program = ["pass"]
    monkeypatch.setattr(children, "work_command", lambda _home: [sys.executable, "-S", "-c", program[0]])
    yield program
    assert [] == brood.pids()


@pytest.mark.parametrize(
    "program",
    [
        "raise SystemExit(78)",
        "import sys; sys.stdin.readline(); print('no JSON')",
        "import sys; sys.stdin.readline(); print('{}')",
        "import sys; sys.stdin.readline(); print('{\"exit\": 75}', flush=True); sys.stdin.read()",
        "import os, sys; sys.stdin.readline(); os.kill(os.getpid(), 9)",
    ],
    ids=["does not start", "speaks otherwise", "answers nothing", "says that it failed", "is killed"],
)
def test_a_worker_that_fails_is_a_failed_step(tmp_path: Path, another_program: list[str], program: str) -> None:
    another_program[0] = program
    worker = Worker(tmp_path, idle_seconds=1.0)
    with pytest.raises(Unavailable, match="step_failed") as caught:
        worker.run("plan", NOW)
    assert {"step": "plan"} == caught.value.params
    worker.close()


def test_an_order_that_a_worker_no_longer_takes_is_a_failed_step(tmp_path: Path, another_program: list[str]) -> None:
    another_program[0] = ANSWERS_ONCE
    worker = Worker(tmp_path)
    worker.run("intake", NOW)
    time.sleep(0.2)  # it closes its input now
    worker._idle_seconds = 0.2
    with pytest.raises(Unavailable, match="step_failed"):
        worker.run("plan", NOW)
    worker.close()


def test_a_worker_that_died_while_idle_is_replaced(tmp_path: Path, another_program: list[str]) -> None:
    another_program[0] = "import sys; sys.stdin.readline(); print('{\"exit\": 0}', flush=True)"
    worker = Worker(tmp_path)
    worker.run("intake", NOW)
    assert worker._process is not None
    worker._process.wait(10)
    worker.run("plan", NOW)
    worker.close()


def test_orders_say_step_instant_and_what_else_the_step_needs(tmp_path: Path, another_program: list[str]) -> None:
    another_program[0] = (
        "import sys; open('order', 'w').write(sys.stdin.readline()); print('{\"exit\": 0}', flush=True)"
    ).replace("'order'", repr(str(tmp_path / "order")))
    worker = Worker(tmp_path)
    worker.run("plan", NOW, {"mark": "2027-W09"})
    worker.close()
    worker.close()
    order = json.loads((tmp_path / "order").read_text("utf-8"))
    assert {"step": "plan", "now": "2027-03-01T07:00:00+00:00", "extra": {"mark": "2027-W09"}} == order
