"""A composing child on a test's dealership: ``composing_program.py FOLDER``; it ends at ``GUILDPOST_DIES_AT``."""

import os
import sys
from datetime import datetime
from pathlib import Path

from guildpost_agent.app.dispatch_mail import MailRequest, compose_draft
from guildpost_agent.app.mail_run import Draft
from guildpost_agent.app.ports.unit_of_work import OutboxJob
from guildpost_agent.jobs.composing import compose_orders
from guildpost_shared.errors import Refused, Unavailable
from tests.factories.sending_world import SendingWorld, plain_mail


def compose(request: MailRequest) -> bytes:
    """Compose a plain mail, but for some."""
    if request.customer.given_name == "Refused":
        raise Refused("template_slot_missing")
    if request.customer.given_name == "Waiting":
        raise Unavailable("template_not_ready", template="x")
    return plain_mail(request)


def main(folder: Path) -> None:
    """Compose until the input ends."""
    world = SendingWorld(folder, create=False)

    def by_id(touchpoint_id: str, now: datetime) -> Draft[OutboxJob]:
        if touchpoint_id == os.environ.get("GUILDPOST_DIES_AT"):
            sys.exit(1)
        with world.open_uow() as uow:
            job = uow.outbox.get(touchpoint_id)
        assert job is not None
        return compose_draft(world.open_uow, compose, job, world.sender, now)

    compose_orders(by_id, sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
