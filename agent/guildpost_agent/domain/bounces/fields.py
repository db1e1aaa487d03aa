"""The fields of a delivery status notification (RFC 3464), read as they really come.

Fields in any order and any letter case, folded or not, groups without the empty line between them, an address type
missing or written ``RFC822``, a comment behind the status: all of it is read. A group without any address is nobody's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from guildpost_agent.domain.bounces.addresses import first_address

_FIELD: Final = re.compile(r"^[ \t]?([A-Za-z][A-Za-z0-9-]{2,60})[ \t]*:[ \t]*(.*)$")
_PER_RECIPIENT: Final = ("final-recipient", "original-recipient", "x-actual-recipient")
_UNIX: Final = "x-unix"
_COMMENT_ONLY: Final = re.compile(r"^\s*(?:[a-z-]+;)?\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Group:
    """The fields of one recipient.

    Attributes:
        recipient: its address; empty if none of the fields holds one (a local mailbox's path, say).
        action: ``failed``, ``delayed``, ``delivered``, ``relayed`` or ``expanded``, lower case; empty if missing.
        status: the field's text.
        diagnostic: what the remote server said, without the type before it.
        remote: the server that said it.
        category: what the reporting server (PowerMTA) takes it for; empty if it does not say.
    """

    recipient: str
    action: str
    status: str
    diagnostic: str
    remote: str
    category: str = ""


def groups(text: str) -> list[Group]:
    """Read all recipients' groups, in their order."""
    return [_group(found) for found in _split(text) if any(name in found for name in _PER_RECIPIENT)]


def named(text: str) -> dict[str, list[str]]:
    """Read fields by name (lower case), each with all its values in order."""
    found: dict[str, list[str]] = {}
    for name, value in _fields(text):
        found.setdefault(name, []).append(value)
    return found


def _group(found: dict[str, str]) -> Group:
    addresses = (first_address(found.get(name, "")) for name in _PER_RECIPIENT)
    diagnostic = found.get("diagnostic-code", "")
    kind, semicolon, said = diagnostic.partition(";")
    if semicolon and re.fullmatch(r"\s*[A-Za-z][\w-]*\s*", kind):
        diagnostic = said if kind.strip().lower() != _UNIX else diagnostic
    return Group(
        recipient=next(filter(None, addresses), ""),
        action=found.get("action", "").split("(")[0].strip().lower(),
        status=found.get("status", ""),
        diagnostic="" if _COMMENT_ONLY.match(diagnostic) else diagnostic.strip(),
        remote=found.get("remote-mta", ""),
        category=found.get("x-powermta-bouncecategory", "").strip(),
    )


def _split(text: str) -> Iterator[dict[str, str]]:
    """Give the groups: an empty line ends one, and so does a second field of a recipient's own kind."""
    current: dict[str, str] = {}
    for name, value in _fields(text):
        if name == "" or (name in current and name in {*_PER_RECIPIENT, "action", "status"}):
            yield current
            current = {}
        if name:
            current.setdefault(name, value)
    yield current


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """Give each field with its unfolded value; an empty name stands for an empty line."""
    name, value = "", ""
    for line in text.splitlines():
        matched = _FIELD.match(line)
        if matched and not (line[:1] in " \t" and name):
            if name:
                yield name, value
            name, value = matched[1].lower(), matched[2].strip()
        elif not line.strip():
            if name:
                yield name, value
            yield "", ""
            name, value = "", ""
        elif name:
            value += " " + line.strip()
    if name:
        yield name, value
