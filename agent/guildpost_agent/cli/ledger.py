"""``guildpost-agent ledger``: what left the house, in plain words, and whether the record's chain is intact."""

import argparse

from guildpost_agent.app.egress.ledger import verify_ledger
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli.options import add_home, texts_of

HELP = "Zeigen und prüfen, was das Haus verlassen hat · show and verify what left the house"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print every entry, oldest first, then the verdict.

    Raises:
        Untrusted: the chain is broken.
    """
    texts = texts_of(arguments)
    core = open_core(arguments.home)
    with core.open_uow() as uow:
        entries = uow.egress.all()
    for entry in entries:
        destination = texts.text(f"egress.destination.{entry.destination}")
        kind = texts.text(f"egress.kind.{entry.kind}")
        print(
            f"{entry.seq:6} {entry.at:%Y-%m-%d %H:%M:%S}Z {destination}: {kind} ({entry.size} B, {entry.sha256[:12]})"
        )
    verify_ledger(entries)
    print(texts.text(f"web.ledger.intact.{'one' if len(entries) == 1 else 'many'}", count=len(entries)))
    return 0
