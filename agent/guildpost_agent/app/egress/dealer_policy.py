"""The dealer's own policy: a TOML file that names every kind of message that may leave, to whom, how large, how often.

    sharing = "studies"          how much is shared with the network at most: nothing, membership, studies

    [coordinator.renew]          one table for each kind that may leave; a kind without a table stays inside
    most_bytes = 16384           no more than the program's own limit
    per_day = 500                likewise

    [coordinator-skoda]          where the agent serves several brands, one coordinator each
    sharing = "membership"       how much is shared with this one at most

The program's allow-list (``policy``) is the ceiling: the file can only take away. What it does not know is refused, so
that a slip of the pen never opens anything.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from guildpost_agent.app.egress.policy import COORDINATOR, EgressPolicy, Rule, standard_rule
from guildpost_agent.domain.brands import brand_of_word
from guildpost_shared.errors import ConfigurationError
from guildpost_shared.problems import Problem
from guildpost_shared.sharing import Sharing

FILE: Final = "egress-policy.toml"
_SHARING: Final = "sharing"
_BYTES: Final = "most_bytes"
_PER_DAY: Final = "per_day"

Words = Callable[[str, str], str]
"""Says in plain words what a kind of message to a destination is."""


def read_policy(text: str) -> EgressPolicy:
    """Read a policy.

    Raises:
        ConfigurationError: ``egress_policy_unreadable`` (no TOML), ``egress_policy_unknown`` (something stands there
            that the program does not know) or ``egress_policy_wide`` (more than the program allows, or no number).
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError("egress_policy_unreadable", reason=Problem("toml", words=str(error)[:200])) from None
    sharing = _level(document.pop(_SHARING, Sharing.STUDIES.value))
    levels = {to: _level(kinds.pop(_SHARING), f"{to}.") for to, kinds in document.items() if _has_level(to, kinds)}
    return EgressPolicy(rules=dict(_rules(document)), sharing=sharing, levels=levels)


def write_policy(policy: EgressPolicy, heading: str, words: Words, *, sharing_words: str) -> str:
    """Write a policy as the dealer reads it.

    Args:
        policy: its rules and level.
        heading: a few lines for the top.
        words: what stands beside each kind.
        sharing_words: what stands beside the level.
    """
    lines = [f"# {line}".rstrip() for line in heading.splitlines()]
    lines += ["", f"# {sharing_words}", f'{_SHARING} = "{policy.sharing.value}"']
    return "\n".join([*lines, *_tables(policy.rules, words)]) + "\n"


def write_destination(destination: str, rules: Mapping[tuple[str, str], Rule], words: Words, sharing_words: str) -> str:
    """Write the tables of one more coordinator, to stand at the end of a policy.

    Args:
        destination: the coordinator.
        rules: the program's, of all destinations.
        words: what stands beside each kind.
        sharing_words: what stands beside the level.
    """
    mine = {key: rule for key, rule in rules.items() if key[0] == destination}
    head = ["", f"# {sharing_words}", f"[{destination}]", f'{_SHARING} = "{Sharing.STUDIES.value}"']
    return "\n".join([*head, *_tables(mine, words)]) + "\n"


def names_destination(text: str, destination: str) -> bool:
    """Say whether a policy says anything about a destination already.

    Raises:
        ConfigurationError: as ``read_policy``.
    """
    policy = read_policy(text)
    return destination in policy.levels or any(to == destination for to, _ in policy.rules)


def _tables(rules: Mapping[tuple[str, str], Rule], words: Words) -> Iterator[str]:
    for (destination, kind), rule in rules.items():
        yield from ("", f"[{destination}.{kind}]", f"# {words(destination, kind)}")
        yield from (f"{_BYTES} = {rule.max_bytes}", f"{_PER_DAY} = {rule.per_day}")


def _has_level(destination: str, kinds: object) -> bool:
    return isinstance(kinds, dict) and _SHARING in kinds and brand_of_word(COORDINATOR, destination) is not None


def _level(value: object, place: str = "") -> Sharing:
    try:
        return Sharing(str(value))
    except ValueError:
        raise ConfigurationError("egress_policy_unknown", field=f"{place}{_SHARING} = {value}") from None


def _rules(document: Mapping[str, object]) -> Iterator[tuple[tuple[str, str], Rule]]:
    for destination, kinds in document.items():
        if not isinstance(kinds, dict):
            raise ConfigurationError("egress_policy_unknown", field=destination)
        for kind, table in kinds.items():
            standard = standard_rule(destination, kind)
            if standard is None or not isinstance(table, dict):
                raise ConfigurationError("egress_policy_unknown", field=f"{destination}.{kind}")
            yield (destination, kind), _tightened(standard, dict(table), f"{destination}.{kind}")


def _tightened(standard: Rule, table: dict[str, object], name: str) -> Rule:
    most_bytes = _number(table.pop(_BYTES, standard.max_bytes), f"{name}.{_BYTES}", standard.max_bytes)
    per_day = _number(table.pop(_PER_DAY, standard.per_day), f"{name}.{_PER_DAY}", standard.per_day)
    if table:
        raise ConfigurationError("egress_policy_unknown", field=f"{name}.{next(iter(table))}")
    return replace(standard, max_bytes=most_bytes, per_day=per_day)


def _number(value: object, field: str, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ConfigurationError("egress_policy_wide", field=field, most=most)
    return value
