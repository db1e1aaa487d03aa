"""``guildpost-agent``: a thin main; each command is a module of its own, loaded only when it is asked for."""

from collections.abc import Sequence
from typing import Final

from guildpost_shared import command_line

COMMANDS: Final = {
    "enrol": "guildpost_agent.cli.enrol",
    "import": "guildpost_agent.cli.import_files",
    "join-round": "guildpost_agent.cli.join_round",
    "ledger": "guildpost_agent.cli.ledger",
    "login-link": "guildpost_agent.cli.login_link",
    "relay-card": "guildpost_agent.cli.relay_card",
    "run": "guildpost_agent.cli.run",
    "status": "guildpost_agent.cli.status",
    "work": "guildpost_agent.cli.work",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code.

    Args:
        arguments: instead of the process's own.
    """
    return command_line.main("guildpost-agent", COMMANDS, arguments)
