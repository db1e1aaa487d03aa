"""A process that dispatches once and may be killed by a failpoint.

kill_worker.py mail FOLDER PORT          kill_worker.py letters FOLDER LETTERS_IN_A_PART
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from guildpost_agent.adapters.channels.letter_folder import LetterFolder
from guildpost_agent.adapters.channels.smtp import SmtpChannel
from guildpost_agent.adapters.channels.smtp_connection import SmtpSettings
from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import EgressPolicy
from guildpost_agent.app.letter_requests import LetterRequest, RenderedBatch
from guildpost_agent.app.release_letters import LetterSender, release_letters
from tests.factories.sending_world import RELAY_URL, SendingWorld, always_welcome


def render(requests: Sequence[LetterRequest]) -> RenderedBatch:
    """Make something that looks like a PDF."""
    ids = " ".join(request.document_id for request in requests)
    return RenderedBatch(f"%PDF-1.7 {ids}".encode(), {request.document_id: 1 for request in requests})


def main(what: str, folder: Path, number: int) -> None:
    """Dispatch once."""
    world = SendingWorld(folder, create=False)
    if what == "mail":
        summary = world.dispatch(SmtpChannel(SmtpSettings("127.0.0.1", number, "none")))
        if summary.stopped is not None:
            sys.exit(summary.stopped.code)
        return
    release(world, folder, number)


def release(world: SendingWorld, folder: Path, in_a_part: int) -> None:
    """Release the letters that are due into ``briefe``."""
    gate = EgressGate(world.open_uow, EgressPolicy(), world.clock)
    release_letters(
        world.open_uow,
        render,
        LetterFolder(folder / "briefe"),
        always_welcome,
        world.clock,
        gate=gate,
        sender=LetterSender(RELAY_URL, world.keys, "Autohaus Muster GmbH"),
        entropy=world.entropy,
        part_letters=in_a_part,
    )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
