"""``guildpost-agent``: a thin main; each command is a module of its own, loaded only when it is asked for."""

from typing import Final

from guildpost_shared.command_line import main as run

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


def main() -> int:
    """Run one command; return the exit code."""
    return run("guildpost-agent", COMMANDS)
