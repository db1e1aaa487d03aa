"""The demo keeps its processes running, waits for those that were killed, and leaves nobody behind."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from guildpost_demo.driver.business_clock import BusinessClockServer
from guildpost_demo.driver.folder import DemoFolder
from guildpost_demo.driver.supervisor import Command, Supervisor, accepts, free_port
from guildpost_shared.errors import ConfigurationError, Conflict, Unavailable

START = datetime(2027, 3, 1, 4, tzinfo=UTC)
# A driven process that notes each finished instant, and starts a child that outlives its parent unless it is ended.
AGENT = """
import subprocess, sys, threading
from guildpost_shared.driven_clock import DrivenClock
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("child", child.pid, flush=True)
def work(now):
    with open(sys.argv[3], "a") as notes:
        notes.write(now.isoformat() + chr(10))
DrivenClock(sys.argv[1], sys.argv[2]).run(work, threading.Event())
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    running = Supervisor(tmp_path / "logs")
    yield running
    running.stop()


def _python(name: str, *arguments: str) -> Command:
    return Command(name, (sys.executable, "-c", *arguments))


def _wait_gone(pids: list[int]) -> list[int]:
    end = time.monotonic() + 5
    while (alive := [pid for pid in pids if psutil.pid_exists(pid)]) and time.monotonic() < end:
        time.sleep(0.05)
    return alive


def _children_of(supervisor: Supervisor, name: str) -> list[int]:
    lines = supervisor.log_of(name).read_text().splitlines()
    return [int(line.split()[1]) for line in lines if line.startswith("child ")]


def test_a_process_killed_with_9_comes_back_and_the_clock_waits_for_it(supervisor: Supervisor, tmp_path: Path) -> None:
    clock = BusinessClockServer(START)
    notes = tmp_path / "notes.txt"
    clock.expect("agent-01")
    supervisor.start(_python("agent-01", AGENT, clock.address, "agent-01", str(notes)))
    clock.advance(START, patience_seconds=20)
    first = supervisor.pids()["agent-01"]
    os.kill(first, signal.SIGKILL)
    for hours in (1, 2):
        clock.advance(START + timedelta(hours=hours), patience_seconds=20, while_waiting=supervisor.check)
    assert first != supervisor.pids()["agent-01"]
    assert {"agent-01": 1} == supervisor.restarts()
    assert {"2027-03-01T04:00:00+00:00", "2027-03-01T05:00:00+00:00", "2027-03-01T06:00:00+00:00"} == set(
        notes.read_text().splitlines()
    )
    children = _children_of(supervisor, "agent-01")
    supervisor.stop()
    clock.close()
    assert 2 == len(children)
    assert [] == _wait_gone([first, *children])


def test_a_process_that_keeps_dying_ends_the_waiting_with_its_last_words(supervisor: Supervisor) -> None:
    supervisor.start(_python("agent-02", "raise SystemExit('no database key')"))
    with pytest.raises(Unavailable) as error:
        supervisor.wait_until(lambda: False, "agent-02", 30)
    assert "demo_process_dies" == error.value.code
    assert "no database key" in str(error.value.params["words"])


def test_a_command_gives_back_what_it_printed(supervisor: Supervisor) -> None:
    assert "join-me\n" == supervisor.run(_python("join-code", "print('join-me')"))


@pytest.mark.parametrize(
    ("command", "seconds", "code"),
    [
        (_python("fails", "raise SystemExit('refused')"), 20.0, "demo_command_failed"),
        (_python("sleeps", "import time; time.sleep(30)"), 0.3, "demo_command_slow"),
    ],
    ids=["fails", "takes too long"],
)
def test_a_command_that_goes_wrong_is_an_error(
    supervisor: Supervisor, command: Command, seconds: float, code: str
) -> None:
    with pytest.raises(Unavailable) as error:
        supervisor.run(command, seconds)
    assert code == error.value.code


def test_a_missing_program_is_named(supervisor: Supervisor) -> None:
    with pytest.raises(ConfigurationError, match="demo_program_missing"):
        supervisor.run(Command("x", ("/nonexistent/guildpost-agent",)))


def test_nothing_is_started_any_more_while_the_demo_ends(supervisor: Supervisor) -> None:
    supervisor.stop()
    with pytest.raises(Unavailable, match="demo_ends"):
        supervisor.run(_python("late", "print(1)"))


def test_a_stubborn_process_is_ended_for_certain(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path / "logs", grace_seconds=0.5)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    supervisor.start(_python("stubborn", f"{deaf}; print('child 0', flush=True); time.sleep(60)"))
    supervisor.wait_until(lambda: "child" in supervisor.log_of("stubborn").read_text(), "stubborn", 10)
    pid = supervisor.pids()["stubborn"]
    supervisor.stop()
    assert not psutil.pid_exists(pid)


def test_a_free_port_is_free() -> None:
    assert not accepts(free_port())


def test_a_former_demo_is_replaced_or_moved_aside(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    for keeps in (False, False, True):
        folder = DemoFolder(root, keeps_former=keeps)
        (root / "traces").write_text("x")
        folder.release()
    assert ["demo", "demo.1"] == sorted(path.name for path in tmp_path.iterdir())


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "diploma.txt").write_text("important")
    with pytest.raises(ConfigurationError, match="demo_folder_foreign"):
        DemoFolder(tmp_path)
    assert "important" == (tmp_path / "diploma.txt").read_text()


def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    first = DemoFolder(tmp_path / "demo")
    with pytest.raises(Conflict, match="demo_folder_busy"):
        DemoFolder(tmp_path / "demo")
    first.release()
