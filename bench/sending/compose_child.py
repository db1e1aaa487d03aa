"""The composing child of the bench, in the place of the agent's."""

import argparse
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bench.sending.world import BenchWorld
from guildpost_agent.app.dispatch_mail import compose_draft
from guildpost_agent.app.mail_run import Draft
from guildpost_agent.app.one_snapshot import OneSnapshot
from guildpost_agent.app.ports.unit_of_work import OutboxJob
from guildpost_agent.jobs.composing import compose_orders

HELP = "compose mails for the bench"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", type=Path)


def run(arguments: argparse.Namespace) -> int:
    """Compose until the input ends."""
    world = BenchWorld(arguments.folder, read_only=True)
    reading = OneSnapshot(world.open_uow)
    composer = world.composer(reading.ahead)

    def compose(touchpoint_id: str, now: datetime) -> Draft[OutboxJob]:
        with reading.ahead() as uow:
            job = uow.outbox.get(touchpoint_id)
        assert job is not None
        return compose_draft(reading.ahead, composer.mail, job, world.sender, now)

    @contextmanager
    def held(touchpoint_ids: Collection[str]) -> Iterator[None]:
        with reading.held(touchpoint_ids), world.templates.held():
            yield

    compose_orders(compose, sys.stdin.buffer, sys.stdout.buffer, held)
    return 0
