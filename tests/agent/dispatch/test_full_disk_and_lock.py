"""The disk is full at any instant, or somebody else holds the database: nothing lost, nothing twice."""

import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from guildpost_agent.adapters.channels.smtp import SmtpChannel
from guildpost_agent.adapters.channels.smtp_connection import SmtpSettings
from tests.factories.campaign import tell
from tests.factories.sending_world import SendingWorld, a_due_message, plan_all
from tests.fakes.fault_server import FaultServer

MAILS = 30
PROGRAM = Path(__file__).with_name("kill_worker.py")
SIZES = pytest.mark.parametrize("sizes", [4, pytest.param(50, marks=pytest.mark.soak)], ids=["4 sizes", "50 sizes"])


def limited(size: int) -> None:
    """No file of this process may grow beyond a size: writing there fails as on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def run(folder: Path, port: int, size: int | None = None) -> str:
    """Dispatch; give why it broke off, nothing if it did not."""
    environment = {"PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, str(PROGRAM), "mail", str(folder), str(port)]
    done = subprocess.run(
        command, env=environment, timeout=120, check=False, stderr=subprocess.PIPE, text=True,
        preexec_fn=None if size is None else lambda: limited(size),
    )  # fmt: skip
    return done.stderr.strip().rpartition("\n")[2] if done.returncode else ""


def log_size(folder: Path) -> int:
    """Measure how far the log grows in an undisturbed run."""
    world = SendingWorld(folder)
    plan_all(world.open_uow, [a_due_message(f"p{number:02}") for number in range(MAILS)])
    with FaultServer() as server:
        world.dispatch(SmtpChannel(SmtpSettings("127.0.0.1", server.port, "none")))
    return (folder / "agent.db-wal").stat().st_size


@SIZES
@pytest.mark.timeout(0)
def test_a_disk_that_fills_up_at_any_size_loses_and_doubles_nothing(
    tmp_path: Path, sizes: int, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "measure").mkdir()
    largest = log_size(tmp_path / "measure")
    broken_off, sent_before, unsure, endings = 0, 0, 0, Counter[str]()
    for number in range(sizes):
        folder = tmp_path / f"{number:02}"
        folder.mkdir()
        world = SendingWorld(folder)
        messages = [a_due_message(f"p{n:02}") for n in range(MAILS)]
        plan_all(world.open_uow, messages)
        start = (folder / "agent.db-wal").stat().st_size
        world.engine.dispose()
        with FaultServer() as server:
            why = run(folder, server.port, start + (largest - start) * number // sizes)
            assert why in {"", "database_full"}
            broken_off += bool(why)
            sent_before += len(server.accepted)
            assert not run(folder, server.port)  # somebody has made room
            received = Counter(server.accepted)
        world = SendingWorld(folder, create=False)
        states = Counter(world.states(due.touchpoint)[1] for due in messages)
        assert {"sent", "unsure"} >= set(states)  # nothing lost
        assert 1 == max(received.values())  # nothing twice
        assert states["unsure"] <= 4  # one for each connection
        unsure += states["unsure"]
        endings.update(states)
        world.engine.dispose()

    tell(capsys, "disk full", sizes=sizes, broken_off=broken_off, sent_before=sent_before, states=endings)
    assert broken_off >= sizes / 2  # not vacuous: the disk was full in most runs, …
    assert sent_before >= MAILS  # … and in many of them only after mails had left


@pytest.mark.parametrize("seconds", [2.0, pytest.param(58.0, marks=pytest.mark.soak)], ids=["2 s", "58 s"])
@pytest.mark.timeout(0)
def test_a_foreign_lock_is_waited_for(tmp_path: Path, seconds: float) -> None:
    world = SendingWorld(tmp_path)
    plan_all(world.open_uow, [a_due_message(f"p{number:02}") for number in range(MAILS)])
    held, accepted_while_held = threading.Event(), []

    def a_third_is_accepted() -> None:
        if len(server.accepted) == MAILS // 3:
            threading.Thread(target=hold).start()
            held.wait()  # no mail goes on before: a busy dispatcher leaves others hardly a gap

    def hold() -> None:
        with world.open_uow():  # BEGIN IMMEDIATE: nobody else can write
            held.set()
            time.sleep(seconds)
            accepted_while_held.append(len(server.accepted))

    with FaultServer() as server:
        server.on_accepted = a_third_is_accepted
        started = time.monotonic()
        summary = world.dispatch(SmtpChannel(SmtpSettings("127.0.0.1", server.port, "none")))

    assert (MAILS, 0, None) == (summary.sent, summary.unsure, summary.stopped)
    assert held.is_set()
    assert time.monotonic() - started >= seconds
    assert MAILS // 3 <= accepted_while_held[0] < MAILS
    assert MAILS == len(set(server.accepted)) == len(server.accepted)
