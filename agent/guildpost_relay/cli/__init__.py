"""``guildpost-relay init | admit | serve | status``."""

from collections.abc import Sequence
from typing import Final

from guildpost_shared.command_line import main as run

COMMANDS: Final = {
    "init": "guildpost_relay.cli.init",
    "admit": "guildpost_relay.cli.admit",
    "serve": "guildpost_relay.cli.serve",
    "status": "guildpost_relay.cli.status",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code.

    Args:
        arguments: instead of the process's own.
    """
    return run("guildpost-relay", COMMANDS, arguments)
