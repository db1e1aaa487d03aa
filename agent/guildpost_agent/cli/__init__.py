"""``guildpost-agent``: a thin main; each command is a module of its own, loaded only when it is asked for."""

from collections.abc import Sequence
from typing import Final

from guildpost_shared import command_line

COMMANDS: Final = {
    "appointments": "guildpost_agent.cli.appointments",
    "approve": "guildpost_agent.cli.approve",
    "association": "guildpost_agent.cli.association",
    "bounces": "guildpost_agent.cli.bounces",
    "brands": "guildpost_agent.cli.brands",
    "calls": "guildpost_agent.cli.calls",
    "catalogue": "guildpost_agent.cli.catalogue",
    "compose": "guildpost_agent.cli.compose",
    "consents": "guildpost_agent.cli.consents",
    "dkim": "guildpost_agent.cli.dkim",
    "enrol": "guildpost_agent.cli.enrol",
    "goodwill": "guildpost_agent.cli.goodwill",
    "holds": "guildpost_agent.cli.holds",
    "import": "guildpost_agent.cli.import_files",
    "insights": "guildpost_agent.cli.insights",
    "join-round": "guildpost_agent.cli.join_round",
    "ledger": "guildpost_agent.cli.ledger",
    "lettershop": "guildpost_agent.cli.lettershop",
    "lift": "guildpost_agent.cli.lift",
    "lists": "guildpost_agent.cli.lists",
    "login-link": "guildpost_agent.cli.login_link",
    "mapping": "guildpost_agent.cli.mapping",
    "notices": "guildpost_agent.cli.notices",
    "offers": "guildpost_agent.cli.offers",
    "people": "guildpost_agent.cli.people",
    "plan": "guildpost_agent.cli.plan",
    "policy": "guildpost_agent.cli.policy",
    "postage": "guildpost_agent.cli.postage",
    "reference": "guildpost_agent.cli.reference",
    "relay-card": "guildpost_agent.cli.relay_card",
    "restored": "guildpost_agent.cli.restored",
    "replies": "guildpost_agent.cli.replies",
    "resume": "guildpost_agent.cli.resume",
    "returns": "guildpost_agent.cli.returns",
    "rights": "guildpost_agent.cli.rights",
    "run": "guildpost_agent.cli.run",
    "segments": "guildpost_agent.cli.segments",
    "slots": "guildpost_agent.cli.slots",
    "status": "guildpost_agent.cli.status",
    "stop": "guildpost_agent.cli.stop",
    "studies": "guildpost_agent.cli.studies",
    "work": "guildpost_agent.cli.work",
    "work-list": "guildpost_agent.cli.work_list",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code.

    Args:
        arguments: instead of the process's own.
    """
    return command_line.main("guildpost-agent", COMMANDS, arguments)
