"""From a message that arrived to one finding per recipient. Pure: bytes in, values out, never an exception.

    1. feedback    a report of RFC 5965: one finding per recipient it names
    2. fields      delivery status fields (RFC 3464), wherever they stand; text and status are read together
    3. auto-reply  the headers of RFC 3834, or a subject that says so, from a person
    4. free text   a daemon's notice that says that something was not delivered, and to whom
    5. else        not a bounce

What happened is judged by wording first (see ``rules``), then status, then the command that was answered: servers
give the same status for a block list and for an unknown user, but say which in words.
"""

import re
from email.message import Message
from typing import Final

from guildpost_agent.domain.bounces import fields
from guildpost_agent.domain.bounces.addresses import first_address
from guildpost_agent.domain.bounces.auto_replies import auto_reply_finding, is_auto_reply
from guildpost_agent.domain.bounces.codes import best_status, reply_code, usable_status
from guildpost_agent.domain.bounces.feedback import feedback_findings
from guildpost_agent.domain.bounces.finding import NO_BOUNCE, Finding, class_of
from guildpost_agent.domain.bounces.free_text import Said, recipients, text_about
from guildpost_agent.domain.bounces.parts import Parts, header, parse, take_apart
from guildpost_agent.domain.bounces.reasons import Refusal, reason_of
from guildpost_agent.domain.bounces.rules import rules

MOST_RECIPIENTS: Final = 500
_BY_PERSON: Final = re.compile(r"\s*(?:re|aw|sv|antw|wg|fwd?|tr|rv|enc|vs)\s*(?:\[\d+\])?:", re.IGNORECASE)
"""How the subject begins when a person answers or forwards."""
_DELIVERED: Final = frozenset({"delivered", "relayed", "expanded", "deliverable"})


def classify(raw: bytes) -> list[Finding]:
    """Read a message.

    Args:
        raw: its bytes as they arrived; anything is taken.

    Returns:
        At least one finding; ``[NO_BOUNCE]`` for what is no bounce.
    """
    return classify_message(parse(raw))


def classify_message(message: Message) -> list[Finding]:
    """Read a parsed message; see ``classify``."""
    parts = take_apart(message)
    return (
        feedback_findings(parts)
        or _from_fields(parts)
        or ([auto_reply_finding(message)] if is_auto_reply(message) and not _is_notice(parts) else [])
        or _from_text(parts)
        or [NO_BOUNCE]
    )


def _from_fields(parts: Parts) -> list[Finding]:
    """Read the groups of fields; the same recipient's second group adds nothing."""
    found: dict[str, Finding] = {}
    for group in fields.groups(parts.fields)[:MOST_RECIPIENTS]:
        recipient = group.recipient or _other_recipient(parts)
        if recipient and recipient.casefold() not in found:
            found[recipient.casefold()] = _of_group(group, recipient, parts)
    return list(found.values())


def _of_group(group: fields.Group, recipient: str, parts: Parts) -> Finding:
    around = text_about(parts, recipient)
    status = best_status(group.status, group.diagnostic or around)
    if group.action in _DELIVERED:
        return _finding(recipient, status, "delivered", group.diagnostic)
    wording = tuple(filter(None, (group.diagnostic, _comment(group.status), around)))
    delayed = group.action == "delayed"
    reason = reason_of(Refusal(wording, status, f"{group.remote}\n{parts.text}", delayed, group.category))
    return _finding(recipient, status, reason, group.diagnostic or around, delayed=delayed)


def _from_text(parts: Parts) -> list[Finding]:
    if not _is_notice(parts):
        return []
    return [_of_text(said, parts.text) for said in recipients(parts)[:MOST_RECIPIENTS]]


def _of_text(said: Said, notice: str) -> Finding:
    status = best_status("", said.text) or ("" if reply_code(said.text) else best_status("", notice))
    reason = reason_of(Refusal((said.text,), status, notice))
    return _finding(said.recipient, status, reason, said.text, delayed=bool(rules().delay.search(notice)))


def _finding(recipient: str, status: str, reason: str, said: str, *, delayed: bool = False) -> Finding:
    status = usable_status(status, reply_code(said), reason)
    return Finding(recipient, status, class_of(reason, status), reason, delayed=delayed)


def _is_notice(parts: Parts) -> bool:
    """Say whether a daemon tells that something was not delivered."""
    message, subject = parts.message, header(parts.message, "Subject")
    by_daemon = (
        rules().daemon.search(header(message, "From") or "<>")
        or header(message, "Return-Path") == "<>"
        or header(message, "X-Failed-Recipients")
        or (rules().subject.search(subject) and not _BY_PERSON.match(subject))
    )
    return bool(by_daemon and rules().introduction.search(f"{subject}\n{parts.text}"))


def _other_recipient(parts: Parts) -> str:
    """Find the recipient whose group names only a local mailbox."""
    failed = first_address(header(parts.message, "X-Failed-Recipients"))
    return failed or next((said.recipient for said in recipients(parts)), "")


def _comment(status: str) -> str:
    """Give the comment behind a status, which some servers use for the reason."""
    return status.partition("(")[2].rstrip(") ")
