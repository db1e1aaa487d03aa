"""Who opened a link: a person, or a machine that only looks (scanners of mail gateways, prefetching browsers).

1. a ``HEAD`` request is a machine's
2. so is one whose headers say that it fetches ahead
3. so is one without a user agent, or with that of a known scanner or program

The lists are in ``static/machines.toml``. What a request does not show (a click within seconds of the sending, several
links at once, the link that no person sees) is judged by the dealer's agent, which knows when the message left.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Rules:
    """What machines are known by: parts of user agents, and parts of headers by the header's name; lower case."""

    agents: tuple[str, ...]
    headers: Mapping[str, tuple[str, ...]]


@cache
def known_machines() -> Rules:
    """Read the lists."""
    text = resources.files("guildpost_relay").joinpath("static/machines.toml").read_text("utf-8")
    lists = tomllib.loads(text)
    return Rules(tuple(lists["agents"]), {name: tuple(words) for name, words in lists["headers"].items()})


def is_machine(method: str, headers: Mapping[str, str], rules: Rules) -> bool:
    """Say whether a request was made by a machine.

    Args:
        method: of the request.
        headers: by name, in any case.
        rules: what machines are known by.
    """
    agent = headers.get("user-agent", "").lower()
    ahead = any(word in headers.get(name, "").lower() for name, words in rules.headers.items() for word in words)
    return method != "GET" or ahead or not agent.strip() or any(name in agent for name in rules.agents)
