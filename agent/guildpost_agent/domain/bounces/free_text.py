"""Find recipients, and what is said about each, in notices that hold no fields for programs."""

import re
from dataclasses import dataclass
from email.message import Message
from typing import Final

from guildpost_agent.domain.bounces.addresses import addresses, first_address
from guildpost_agent.domain.bounces.parts import Parts, header
from guildpost_agent.domain.bounces.rules import rules

_TRANSCRIPT: Final = re.compile(r"(?m)^[ \t]*[45]\d\d[ -][^\n<]{0,12}<[^\n>]*>\.\.\.")
_TALK: Final = re.compile(r"(?im)^[ \t.]*(?:while talking to|>>>)[^\n]*")
_FAILED: Final = "X-Failed-Recipients"
_ORIGINAL_TO: Final = ("to", "x-envelope-to", "delivered-to", "cc")


@dataclass(frozen=True)
class Said:
    """A recipient and the text about it."""

    recipient: str
    text: str


def recipients(parts: Parts) -> list[Said]:
    """List a notice's recipients in their order, each with the text from its line to the next one's.

    Where the text names nobody, the header X-Failed-Recipients does, else the only recipient of the original.
    """
    text = parts.text
    ours = {one.casefold() for one in _our_own(parts)}
    found = _others(_on_lines(text), ours) or _inside(text, ours)
    if found:
        return found
    failed = list(dict.fromkeys(addresses(header(parts.message, _FAILED))))
    if not failed:
        failed = _of_original(parts.original)
    return [Said(one, text) for one in failed]


def text_about(parts: Parts, recipient: str) -> str:
    """Give the text that a notice has about one recipient; all of it where it has no lines of its own."""
    for said in _on_lines(parts.text):
        if said.recipient.casefold() == recipient.casefold():
            return said.text
    return parts.text


def _on_lines(text: str) -> list[Said]:
    """Find addresses that stand on lines of their own, else those behind a label such as ``Recipient:``."""
    for patterns in (rules().lines, *((one,) for one in rules().labels)):
        starts = {one.start("address"): one for pattern in patterns for one in pattern.finditer(text)}
        if starts:
            return _joined(text, [starts[at] for at in sorted(starts)])
    return []


def _others(found: list[Said], ours: set[str]) -> list[Said]:
    """Leave out this side's own address where another one is named."""
    return [one for one in found if one.recipient.casefold() not in ours] or found


def _inside(text: str, ours: set[str]) -> list[Said]:
    """Find addresses inside sentences; the first that is not of this side."""
    for pattern in rules().inside:
        found = [_clean(one["address"]) for one in pattern.finditer(text)]
        others = list(dict.fromkeys(one for one in found if one.casefold() not in ours))
        if others:
            return [Said(others[0], text)]
    return []


def _joined(text: str, found: list[re.Match[str]]) -> list[Said]:
    """Join what is said about each address.

    A line ``550 <address>... text`` of a transcript ends the talk to one server, so its text is that talk; any other
    line begins a text that goes on to the next address.
    """
    names: dict[str, str] = {}
    joined: dict[str, str] = {}
    ends = [one.start() for one in found[1:]] + [len(text)]
    for one, end in zip(found, ends, strict=True):
        address = _clean(one["address"])
        talk = _TRANSCRIPT.match(one.group()) and _TALK.search(text)
        own = _talk(text, one) if talk else text[one.start() : end]
        names.setdefault(address.casefold(), address)
        joined[address.casefold()] = joined.get(address.casefold(), "") + own
    return [Said(names[key], own) for key, own in joined.items()]


def _talk(text: str, line: re.Match[str]) -> str:
    talks = list(_TALK.finditer(text, 0, line.start()))
    others = list(_TRANSCRIPT.finditer(text, 0, line.start()))
    start = max([one.start() for one in talks[-1:]] + [one.end() for one in others[-1:]], default=line.start())
    end = text.find("\n", line.end())
    return text[start : len(text) if end < 0 else end + 1]


def _our_own(parts: Parts) -> list[str]:
    """List the addresses of this side: whom the notice is addressed to, and who wrote the original."""
    message: Message = parts.message
    found = [
        *addresses(header(message, "To")),
        *addresses(header(message, "From")),
        *addresses(header(message, "Delivered-To")),
    ]
    return [
        *found,
        *(
            first_address(line)
            for line in parts.original.splitlines()
            if line.lower().startswith(("from:", "return-path:"))
        ),
    ]


def _of_original(original: str) -> list[str]:
    lines = original.splitlines()
    for name in _ORIGINAL_TO:
        found = [
            one for line in lines if line.lower().startswith(f"{name}:") for one in addresses(line.partition(":")[2])
        ]
        unique = list(dict.fromkeys(found))
        if unique:
            return unique[:1]
    return []


def _clean(address: str) -> str:
    return first_address(address)
