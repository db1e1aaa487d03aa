"""A child that composes ahead: the same mails as composed here, and nothing lost when it dies."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from guildpost_agent.app.dispatch_mail import dispatch_mail
from guildpost_agent.app.mail_run import DispatchSummary, Draft
from guildpost_agent.app.ports.channel import OutgoingMail
from guildpost_agent.app.ports.unit_of_work import OutboxJob
from guildpost_agent.jobs.composing import AHEAD, ComposingChild, compose_command
from tests.factories.sending_world import SendingWorld, always_welcome
from tests.fakes.channel import FakeChannel

PROGRAM = [sys.executable, str(Path(__file__).with_name("composing_program.py"))]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SendingWorld:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    return SendingWorld(tmp_path)


def dispatch(world: SendingWorld, folder: Path, channel: FakeChannel) -> DispatchSummary:
    def drafts(jobs: Sequence[OutboxJob]) -> ComposingChild:
        return ComposingChild([*PROGRAM, str(folder)], jobs, world.clock.now, world.sender.from_address)

    return dispatch_mail(
        world.open_uow, channel, drafts, always_welcome, world.clock,
        sender=world.sender, entropy=world.entropy, is_quiet=lambda _now: False,
    )  # fmt: skip


def test_the_child_composes_the_same_mails_in_the_same_order(world: SendingWorld, tmp_path: Path) -> None:
    for number in range(AHEAD + 40):
        world.plan(f"person{number:03}")
    channel = FakeChannel(connections=4)

    summary = dispatch(world, tmp_path, channel)

    assert (AHEAD + 40, None) == (summary.sent, summary.stopped)
    assert [f"person{number:03}@beispiel.example" for number in range(AHEAD + 40)] == [
        m.recipient for m in channel.mails
    ]
    assert all(f"To: {mail.recipient}".encode() in mail.message for mail in channel.mails)


def test_while_the_child_starts_mails_are_composed_here(world: SendingWorld, tmp_path: Path) -> None:
    for number in range(AHEAD + 40):
        world.plan(f"person{number:03}")
    here: list[str] = []

    def meanwhile(jobs: Sequence[OutboxJob]) -> list[Draft[OutboxJob]]:
        here.extend(job.recipient for job in jobs)
        sender = world.sender.from_address
        return [Draft(job, OutgoingMail(job.touchpoint_id, sender, job.recipient, b"here")) for job in jobs]

    def drafts(jobs: Sequence[OutboxJob]) -> ComposingChild:
        command = [*PROGRAM, str(tmp_path)]
        return ComposingChild(command, jobs, world.clock.now, world.sender.from_address, meanwhile=meanwhile)

    channel = FakeChannel(connections=4)
    summary = dispatch_mail(
        world.open_uow, channel, drafts, always_welcome, world.clock,
        sender=world.sender, entropy=world.entropy, is_quiet=lambda _now: False,
    )  # fmt: skip

    assert AHEAD + 40 == summary.sent == len({mail.recipient for mail in channel.mails})
    assert here
    assert set(here) == {mail.recipient for mail in channel.mails if mail.message == b"here"}


def test_what_cannot_be_filled_is_refused_and_what_has_no_template_waits(world: SendingWorld, tmp_path: Path) -> None:
    touchpoints = [world.plan(name) for name in ("refused", "waiting", "clara")]

    summary = dispatch(world, tmp_path, FakeChannel())

    assert ({"template_slot_missing": 1}, 1, 1) == (summary.refused, summary.deferred, summary.sent)
    assert ["refused", "ready", "sent"] == [world.states(touchpoint)[1] for touchpoint in touchpoints]


def test_a_child_that_dies_ends_the_run_and_nothing_is_lost(
    world: SendingWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touchpoints = [world.plan(name) for name in ("anna", "berta", "clara")]
    monkeypatch.setenv("GUILDPOST_DIES_AT", touchpoints[1].touchpoint_id)
    channel = FakeChannel()

    summary = dispatch(world, tmp_path, channel)
    monkeypatch.delenv("GUILDPOST_DIES_AT")
    again = dispatch(world, tmp_path, channel)

    assert (1, "step_failed") == (summary.sent, summary.stopped.code if summary.stopped else "")
    assert (0, 2) == (again.interrupted, again.sent)
    assert 3 == len({mail.recipient for mail in channel.mails})


def test_the_agent_starts_itself() -> None:
    assert ["python", "-m", "guildpost_agent.cli", "compose", "--home", "/srv"] == compose_command(
        "python", Path("/srv")
    )
