"""A composing child that composes nothing: the same ready-made 10 kB message for everybody."""

import argparse
import sys
from datetime import datetime

from bench.sending.world import NOW
from guildpost_agent.app.mail_run import Draft
from guildpost_agent.app.ports.channel import OutgoingMail
from guildpost_agent.app.ports.unit_of_work import OutboxJob
from guildpost_agent.jobs.composing import compose_orders

HELP = "hand out a ready-made mail"
MESSAGE = b"Subject: bench\r\n\r\n" + (b"b" * 76 + b"\r\n") * 131


def ready(touchpoint_id: str, _now: datetime) -> Draft[OutboxJob]:
    """Give the message."""
    job = OutboxJob(touchpoint_id, "email", "", "", "c@d.example", "ready", 0, NOW, NOW)
    return Draft(job, OutgoingMail(touchpoint_id, "a@b.example", "c@d.example", MESSAGE))


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments; the folder is the other child's."""
    parser.add_argument("folder")


def run(_arguments: argparse.Namespace) -> int:
    """Answer until the input ends."""
    compose_orders(ready, sys.stdin.buffer, sys.stdout.buffer)
    return 0
