"""Reply codes (RFC 5321) and enhanced status codes (RFC 3463) inside what a server says."""

import re
from collections.abc import Iterator
from typing import Final

_STATUS: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d]|\.\d)")
_CODE: Final = re.compile(r"(?<![\d.:/#=-])(?P<code>[245][0-5]\d|57[0-9])(?![\d.%]|,\d|:\d)(?=[\s\-:;,'\"(#<]|$)")
_AFTER_CODE: Final = re.compile(r"(?<![\d.])[45]\d\d[\s\-:'\"(#]{1,6}([45]\.\d{1,3}\.\d{1,3})(?![\d]|\.\d)")
_GENERIC: Final = ".0.0"
DEFAULTS: Final = {
    "userunknown": "5.1.1",
    "hostunknown": "5.1.2",
    "hasmoved": "5.1.6",
    "mailboxfull": "5.2.2",
    "suspend": "5.2.1",
    "mesgtoobig": "5.3.4",
    "expired": "4.4.7",
    "delivered": "2.0.0",
}
"""What stands for a reason where the server gave no status of its own."""


def statuses(text: str) -> Iterator[str]:
    """Give each status in a text, in order."""
    return (found[1] for found in _STATUS.finditer(text))


def best_status(field: str, diagnostic: str) -> str:
    """Choose the status that says most: beside a reply code, else the field's, else any; a generic one comes last.

    Args:
        field: the text of the Status field; may be empty.
        diagnostic: what the server said.
    """
    beside = [found[1] for found in _AFTER_CODE.finditer(diagnostic)]
    of_field = list(statuses(field))
    found = [*beside, *of_field, *statuses(diagnostic)]
    return next((one for one in found if not one.endswith(_GENERIC)), found[0] if found else "")


def reply_code(text: str) -> str:
    """Give the first reply code of a refusal in a text, else of a confirmation; empty if there is none."""
    found = [one["code"] for one in _CODE.finditer(text)]
    refusals = [code for code in found if code[0] in "45"]
    return next(iter(refusals or found), "")


def refusal_in(text: str) -> re.Match[str] | None:
    """Find the first reply code of a refusal in a text."""
    return next((one for one in _CODE.finditer(text) if one["code"][0] in "45"), None)


def usable_status(status: str, code: str, reason: str) -> str:
    """Give a finding's status: the server's own, else one for the reason, else one for the reply code."""
    if status:
        return status
    default = DEFAULTS.get(reason)
    first = code[:1] or "5"
    if default:
        return f"{first if code and reason not in {'expired', 'delivered'} else default[0]}{default[1:]}"
    return f"{first}{_GENERIC}"
