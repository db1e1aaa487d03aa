"""The driver plays a whole demo: order of steps, waiting, a kill in the middle, summary, clean end.

The programs are small stand-ins that keep the agreed command lines and the business clock's protocol; the product's
own programs are played in the end-to-end tests.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

STAND_IN = """#!{python}
import json, os, pathlib, signal, socket, sys, threading
from guildpost_shared.driven_clock import DrivenClock
program, words = pathlib.Path(sys.argv[0]).name, sys.argv[1:]
value = lambda flag: words[words.index(flag) + 1]
step = words[2] if program == "guildpost-coordinator" else "run" if program == "guildpost-signer" else words[0]
with open(os.environ["STEPS"], "a") as steps:
    steps.write(program + " " + step + chr(10))
home = pathlib.Path(value("--home"))
def serve(name, port=None):
    if port:
        listener = socket.create_server(("127.0.0.1", int(port)))
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    def work(now):
        with open(home / "instants", "a") as notes:
            notes.write(now.isoformat() + chr(10))
    if "--business-clock" in words:
        clock = DrivenClock(value("--business-clock"), name)
        threading.Thread(target=clock.run, args=(work, stop), daemon=True).start()
    stop.wait()
home.mkdir(parents=True, exist_ok=True)
if (program, step) == ("guildpost-coordinator", "init"):
    (home / "port").write_text(value("--control-port"))
elif (program, step) == ("guildpost-coordinator", "ceremony"):
    association = pathlib.Path(value("--signers"), "association")
    association.mkdir(parents=True)
    (association / "fingerprint.txt").write_text("ab" * 32)
elif (program, step) == ("guildpost-coordinator", "serve"):
    serve("coordinator", (home / "port").read_text())
elif program == "guildpost-signer":
    serve("signer")
elif (program, step) == ("guildpost-relay", "serve"):
    serve("relay", value("--listen").rpartition(":")[2])
elif (program, step) == ("guildpost-agent", "run"):
    (home / "pid").write_text(str(os.getpid()))
    serve(home.name)
elif (program, step) == ("guildpost-agent", "status"):
    figures = ("rows_imported", "rows_quarantined", "occasions", "planned", "sent", "letters", "bounced", "booked")
    print(json.dumps(dict(zip(figures, range(1, 9)))))
elif (program, step) == ("guildpost-coordinator", "status"):
    print(json.dumps({{"roster": 2, "contributors": [12]}}))
elif (program, step) == ("guildpost-coordinator", "join-code"):
    for row in pathlib.Path(value("--list")).read_text().splitlines():
        print(row.split(";")[0] + ";code")
else:
    print(program + "-" + step)
"""
DRIVE = """
import sys
from pathlib import Path
from guildpost_demo.driver.options import Options
from guildpost_demo.driver.play import play
folder, programs, ends = sys.argv[1:]
options = Options(Path(folder), ends == "exit", weeks=2, dealers=2, language="en", programs=Path(programs))
sys.exit(play(options))
"""
PROGRAMS = ("guildpost-coordinator", "guildpost-signer", "guildpost-relay", "guildpost-agent")


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in PROGRAMS:
        (folder / name).write_text(STAND_IN.format(python=sys.executable))
        (folder / name).chmod(0o755)
    return folder


def _drive(tmp_path: Path, programs: Path, ends: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", DRIVE, str(tmp_path / "demo"), str(programs), ends],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "STEPS": str(tmp_path / "steps")},
    )


def _kill_agent(home: Path, killed: list[int]) -> None:
    """Kill an agent as soon as it has worked at an instant."""
    end = time.monotonic() + 60
    while not (home / "instants").exists() and time.monotonic() < end:
        time.sleep(0.002)
    killed.append(int((home / "pid").read_text()))
    os.kill(killed[0], signal.SIGKILL)


def _left_behind(folder: Path) -> list[list[str]]:
    lines = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    return [words for words in lines if words and words[1:2] != ["-c"] and any(str(folder) in word for word in words)]


@pytest.mark.e2e
def test_a_demo_plays_to_its_summary_although_an_agent_is_killed(tmp_path: Path, programs: Path) -> None:
    home = tmp_path / "demo" / "agents" / "dealer-01"
    killed: list[int] = []
    driver = _drive(tmp_path, programs, "exit")
    threading.Thread(target=_kill_agent, args=(home, killed), daemon=True).start()
    out, err = driver.communicate(timeout=90)
    assert 0 == driver.returncode, err
    assert "Autohaus Häberle" in out
    assert "12 contributing dealerships" in out
    steps = Path(tmp_path / "steps").read_text().splitlines()
    assert 1 == len(killed)
    assert 3 == steps.count("guildpost-agent run")
    order = ["init", "ceremony", "serve", "publish", "join-code"]
    found = [step.removeprefix("guildpost-coordinator ") for step in steps]
    assert order == [step for step in found if step in order]
    assert len(set((home / "instants").read_text().splitlines())) >= 2 * (6 * 14 + 1)
    assert [] == _left_behind(tmp_path / "demo")


@pytest.mark.e2e
def test_ctrl_c_ends_everything_and_leaves_only_the_folder(tmp_path: Path, programs: Path) -> None:
    driver = _drive(tmp_path, programs, "stay")
    assert driver.stdout is not None
    for line in driver.stdout:
        if line.startswith("Ctrl-C"):
            break
    assert len(_left_behind(tmp_path / "demo")) >= 8
    driver.send_signal(signal.SIGINT)
    driver.communicate(timeout=20)
    assert 0 == driver.returncode
    assert [] == _left_behind(tmp_path / "demo")
    assert ["bin", "demo", "steps"] == sorted(path.name for path in tmp_path.iterdir())


@pytest.mark.e2e
def test_an_interrupt_during_the_start_ends_everything_too(tmp_path: Path, programs: Path) -> None:
    driver = _drive(tmp_path, programs, "stay")
    while not (tmp_path / "steps").exists() and driver.poll() is None:
        time.sleep(0.02)
    driver.send_signal(signal.SIGTERM)
    driver.communicate(timeout=20)
    assert 130 == driver.returncode
    assert [] == _left_behind(tmp_path / "demo")
