"""kill -9 at every step: nothing twice, nothing lost, at most one unsure mail per kill."""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from guildpost_agent.adapters.channels.smtp_connection import SmtpSettings
from guildpost_agent.domain.records import Channel
from guildpost_shared.failpoints import VARIABLE
from tests.factories.nursery import Nursery
from tests.factories.sending_world import SendingWorld
from tests.fakes.smtp_server import SmtpServer

KILLED = -signal.SIGKILL
MAILS = 14
MAIL_STEPS = [
    "dispatch.queued",
    "dispatch.composed:2",
    "dispatch.claimed:2",
    "smtp.before_data:2",
    "smtp.accepted:2",
    "dispatch.recorded:2",
]
LETTER_STEPS = [
    *("queued", "claimed", "rendered", "released", "file_written", "staged", "promised", "delivered", "recorded"),
]
IN_PARTS_STEPS = [
    *("queued", "claimed", "rendered", "part_released", "file_written", "part_staged"),
    *("rendered:2", "part_released:2", "file_written:2", "part_staged:2", "rendered:3", "part_released:3"),
    *("file_written:3", "part_staged:3", "released", "file_written:4", "staged", "promised", "delivered", "recorded"),
]


def test_mails_survive_kills_at_every_step(tmp_path: Path) -> None:
    world = SendingWorld(tmp_path)
    touchpoints = [world.plan(f"person{n:02}") for n in range(MAILS)]
    world.engine.dispose()

    with Nursery() as nursery, SmtpServer(security="none") as server:
        smtp = SmtpSettings("127.0.0.1", server.port, "none")
        kills = [nursery.start(tmp_path, smtp, failpoint=step).wait() for step in MAIL_STEPS]
        sent_before_the_last_run = len(server.mails)
        last = nursery.start(tmp_path, smtp).wait()
        received = Counter(mail.recipient for mail in server.mails)

    states = Counter(world.states(touchpoint) for touchpoint in touchpoints)
    sent = {world.job(t).recipient for t in touchpoints if world.states(t)[1] == "sent"}
    assert ([KILLED] * len(MAIL_STEPS), 0) == (kills, last)
    assert 1 == max(received.values())  # nothing twice
    assert {("sent", "sent"), ("unsure", "unsure")} == set(states)  # nothing lost
    assert 5 == states["unsure", "unsure"]  # every kill but the first fell upon one claimed mail, which is the limit
    assert sent <= set(received)
    assert 4 <= sent_before_the_last_run < MAILS  # not vacuous: the kills fell between real sends


@pytest.mark.parametrize(
    ("in_a_part", "steps", "files"),
    [
        pytest.param(500, LETTER_STEPS, 1, id="one part"),
        pytest.param(2, IN_PARTS_STEPS, 3, id="three parts"),
    ],
)
@pytest.mark.timeout(0)
def test_a_batch_of_letters_survives_kills_at_every_step(
    tmp_path: Path, in_a_part: int, steps: list[str], files: int
) -> None:
    world = SendingWorld(tmp_path)
    touchpoints = [world.plan(f"person{n:02}", Channel.LETTER) for n in range(5)]
    world.engine.dispose()

    with Nursery() as nursery:
        kills = [nursery.start_letters(tmp_path, in_a_part, f"letters.{step}").wait() for step in steps]
        last = nursery.start_letters(tmp_path, in_a_part).wait()

    (batch,) = (tmp_path / "briefe").iterdir()
    pdfs = sorted(batch.glob("*.pdf"))
    printed = [letter for pdf in pdfs for letter in pdf.read_text().split()[1:]]
    index = (batch / "index.csv").read_text()
    # The step after "delivered" finds the batch in the folder and records it; killed there, nothing is left to do.
    assert ([KILLED] * len(steps), 0) == (kills, last)
    assert (files, True) == (len(pdfs), all(pdf.name in index for pdf in pdfs))
    assert sorted(world.job(touchpoint).message_id for touchpoint in touchpoints) == sorted(printed)
    assert {("sent", "sent")} == {world.states(touchpoint) for touchpoint in touchpoints}


@pytest.mark.parametrize("wanted", ["elsewhere", "here:2"])
def test_a_failpoint_that_is_not_asked_for_does_nothing(wanted: str) -> None:
    script = "from guildpost_shared.failpoints import hit; hit('here'); print('alive')"
    environment = {**os.environ, VARIABLE: wanted}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=False)
    assert (0, b"alive\n") == (done.returncode, done.stdout)
