"""kill -9 at every step of the confirmation mails: nobody gets two, no request is lost, one unsure mail per kill."""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from guildpost_shared.failpoints import VARIABLE
from tests.factories.opt_in_world import OptInWorld
from tests.fakes.smtp_server import SmtpServer

STEPS = ["confirm.queued", "confirm.claimed:2", "smtp.before_data:2", "smtp.accepted:2", "confirm.recorded:2"]
NAMES = [f"person{number:02}" for number in range(12)]


def run(folder: Path, port: int, failpoint: str) -> int:
    command = [sys.executable, str(Path(__file__).with_name("kill_asker.py")), str(folder), str(port)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), VARIABLE: failpoint}
    return subprocess.run(command, env=environment, timeout=60, check=False).returncode


def test_confirmation_mails_survive_kills_at_every_step(tmp_path: Path) -> None:
    world = OptInWorld(tmp_path)
    for name in NAMES:
        world.ask(name)
    world.engine.dispose()

    with SmtpServer(security="none") as server:
        kills = [run(tmp_path, server.port, step) for step in STEPS]
        sent_before_the_last_run = len(server.mails)
        last = run(tmp_path, server.port, "")
        received = Counter(mail.recipient for mail in server.mails)

    states = {name: world.request(name) for name in NAMES}
    assert ([-signal.SIGKILL] * len(STEPS), 0) == (kills, last)
    assert 1 == max(received.values())  # nobody gets two
    assert {("mailed", "sent"), ("mailed", "unsure")} == set(states.values())  # no request is lost
    assert 4 == sum(mail == "unsure" for _, mail in states.values())  # all but "queued" left one claimed
    assert {f"{name}@beispiel.example" for name, (_, mail) in states.items() if mail == "sent"} <= set(received)
    assert 4 <= sent_before_the_last_run < len(NAMES)  # not vacuous: the kills fell between real sends
