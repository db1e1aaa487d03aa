"""The tables beside this module, read and compiled once: what servers write is data, not code.

``rules.toml`` says where things stand in a notice, ``reasons.toml`` what its wording means in general; before it come
the tables of whole phrases (``registry``, ``providers``, ``services``, ``servers``, ``gateways``), from the surest to
the least sure; ``last_resort`` holds single words for what nothing else explains. All say where they come from.

A rule's conditions are beginnings: the status ``x.7.`` fits ``5.7.1`` and ``4.7.0``, the status ``4.`` every
transient one, and an empty one fits where no status is known.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from guildpost_agent.domain.bounces.addresses import ADDRESS

_FLAGS: Final = re.IGNORECASE
_REASONS: Final = (
    "registry.toml",
    "providers.toml",
    "services.toml",
    "servers.toml",
    "gateways.toml",
    "reasons.toml",
)
_LAST: Final = "last_resort.toml"


@dataclass(frozen=True)
class ReasonRule:
    """One row of a table of reasons; an empty condition is no condition."""

    reason: str
    when: re.Pattern[str] | None
    near: re.Pattern[str] | None
    not_when: re.Pattern[str] | None
    status: tuple[str, ...]
    not_status: tuple[str, ...]
    code: tuple[str, ...]
    not_code: tuple[str, ...]
    stage: tuple[str, ...]
    not_stage: tuple[str, ...]

    def fits(self, text: str, status: str, code: str, stage: str, around: str) -> bool:
        """Say whether the rule fits what a server said.

        Args:
            text: the wording, as ``reasons.plain`` gives it.
            status: of RFC 3463; empty if unknown.
            code: the SMTP reply code; empty if unknown.
            stage: ``connect``, ``mail``, ``rcpt``, ``data``, ``local``, or empty if unknown.
            around: everything about this recipient.
        """
        return (
            (not self.status or _begins(status, self.status))
            and not _begins(status, self.not_status)
            and (not self.code or code in self.code)
            and code not in self.not_code
            and (not self.stage or stage in self.stage)
            and stage not in self.not_stage
            and (self.near is None or self.near.search(around) is not None)
            and (self.when is None or self.when.search(text) is not None)
            and (self.not_when is None or self.not_when.search(text) is None)
        )


@dataclass(frozen=True)
class Rules:
    """All tables."""

    original: re.Pattern[str]
    introduction: re.Pattern[str]
    delay: re.Pattern[str]
    daemon: re.Pattern[str]
    subject: re.Pattern[str]
    lines: tuple[re.Pattern[str], ...]
    labels: tuple[re.Pattern[str], ...]
    inside: tuple[re.Pattern[str], ...]
    stages: Mapping[str, re.Pattern[str]]
    assumed: Mapping[str, re.Pattern[str]]
    reasons: tuple[ReasonRule, ...]
    last: tuple[ReasonRule, ...]
    by_status: Mapping[str, str]
    by_stage: Mapping[str, str]


@cache
def rules() -> Rules:
    """Read the tables."""
    table, reasons = read("rules.toml"), read("reasons.toml")
    unknown = any_of(reasons["user_unknown"])
    return Rules(
        original=re.compile(rf"(?im)^[ \t>]{{0,40}}(?:{'|'.join(table['original'])})\n?"),
        introduction=any_of(table["introduction"]),
        delay=any_of(table["delay"]),
        daemon=any_of(table["daemon"]),
        subject=any_of(table["subject"]),
        lines=_with_address(table["recipient"]["lines"]),
        labels=_with_address(table["recipient"]["labels"]),
        inside=_with_address(table["recipient"]["inside"]),
        stages={name: any_of(found) for name, found in table["stage"].items()},
        assumed={name: any_of(found) for name, found in table["assumed"].items()},
        reasons=tuple(_rule(row, unknown) for name in _REASONS for row in read(name)["rule"]),
        last=tuple(_rule(row, unknown) for row in read(_LAST)["rule"]),
        by_status=table["status"],
        by_stage=table["by_stage"],
    )


def read(name: str, package: str = __package__) -> dict[str, Any]:
    """Read a table that lies beside the modules of a package, this one by default."""
    return tomllib.loads(resources.files(package).joinpath(name).read_text("utf-8"))


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """Compile patterns into one that finds any of them."""
    return re.compile("|".join(f"(?:{one})" for one in patterns), _FLAGS)


def _rule(row: Mapping[str, Any], unknown: re.Pattern[str]) -> ReasonRule:
    when = unknown if row.get("user_unknown") else any_of(row["when"]) if row.get("when") else None
    return ReasonRule(
        reason=row["reason"],
        when=when,
        near=any_of([row["near"]]) if row.get("near") else None,
        not_when=any_of(row["not_when"]) if row.get("not_when") else None,
        **{
            name: tuple(row.get(name, ()))
            for name in ("status", "not_status", "code", "not_code", "stage", "not_stage")
        },
    )


def _with_address(patterns: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    flags = re.IGNORECASE | re.MULTILINE
    return tuple(
        re.compile(one.replace("{address}", rf"(?<![\w.+=-])(?P<address>{ADDRESS.pattern})"), flags) for one in patterns
    )


def _begins(status: str, beginnings: tuple[str, ...]) -> bool:
    """Say whether a status begins in one of these ways; a whole one (three numbers) has to be equal."""
    for beginning in beginnings:
        mine = f"x{status[1:]}" if beginning.startswith("x") else status
        whole = beginning.count(".") > 1 and not beginning.endswith(".")
        if (mine == beginning) if whole or not beginning else mine.startswith(beginning):
            return True
    return False
