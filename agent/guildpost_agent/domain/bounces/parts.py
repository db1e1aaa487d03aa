"""Take a message apart into what the server wrote, its fields, and what it sent back of the original.

A bounce holds three things: a text for people, fields for programs (RFC 3464), and the original message or its
headers. Only the first two say what happened, so nothing is ever read into an enclosed message. Servers label these
parts loosely (a wrong media type, a boundary that does not match, base64 around the fields), therefore the fields are
looked for in every text, and a text ends where the original begins.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import Final

from guildpost_agent.domain.bounces.rules import rules

MOST_BYTES: Final = 2 << 20
"""Bytes of one message that are read: what a server has to say stands before the original, however large that is."""
MOST_TEXT: Final = 200_000
"""Characters of one text that are looked at: more than any server writes, little enough to match patterns on."""
MOST_PARTS: Final = 200

_QUOTED: Final = re.compile(r"(?im)^>[ \t>]*(?:final|original)-recipient[ \t]*:")
_QUOTE: Final = re.compile(r"(?m)^>[> \t]?")
_FIELDS: Final = re.compile(r"(?im)^[ \t]*(?:final|original)-recipient[ \t]*:")
_EMPTY_LINES: Final = re.compile(rb"(?:\r?\n){4,}")
_TAG: Final = re.compile(r"<(?!\S{1,200}@)[^<>]{1,2000}>")
_UNSEEN: Final = ("style", "script", "head")
_MIME_LINES: Final = re.compile(
    r"(?im)^(?:content-[\w-]{2,40}:[^\n]*(?:\n[ \t]+[^\n]*){0,4}|boundary=[^\n]*|--[^\s]{5,80})$\n?"
)
_BREAK: Final = re.compile(r"(?i)<(?:br|/p|/div|/tr|/h\d|/li)\b[^<>]{0,200}>")
_RETURNED: Final = re.compile(
    r"(?m)^(?=(?:Received|Return-Path|X-Received|X-Google-Smtp-Source|X-Originating-IP|DKIM-Signature|Message-I[dD]):"
    r"[^\n]*\n(?:[ \t]+[^\n]*\n){0,40}[A-Za-z][A-Za-z0-9-]+:)"
)


@dataclass(frozen=True)
class Parts:
    """A message taken apart.

    Attributes:
        message: the message itself, for its headers.
        text: what the server wrote for people, without the original.
        fields: delivery status fields as text, groups apart by empty lines; empty where there are none.
        feedback: the fields of a feedback report (RFC 5965); empty where there are none.
        original: the headers of the original message as text, as far as they were sent back.
    """

    message: Message
    text: str
    fields: str
    feedback: str
    original: str


def parse(raw: bytes) -> Message:
    """Parse a message leniently; a line ``From …`` of an mbox before it is passed over."""
    if raw.startswith((b"From ", b">From ")):
        raw = raw.partition(b"\n")[2]
    raw = _EMPTY_LINES.sub(b"\n\n", raw[:MOST_BYTES])
    try:
        return BytesParser(policy=compat32).parsebytes(raw)
    except RecursionError:  # parts inside parts without end: nobody's bounce, but its text is still read
        return BytesParser(policy=compat32).parsebytes(raw, headersonly=True)


def take_apart(message: Message, *, whole: bool = False) -> Parts:
    """Take a message apart; see the module's docstring.

    Args:
        message: the message.
        whole: leave its text as it is, for a person's letter is cut by other rules than a server's notice.
    """
    texts: list[str] = []
    pages: list[str] = []
    fields: list[str] = []
    feedback: list[str] = []
    original: list[str] = []
    for part in _outer_parts(message):
        kind = part.get_content_type()
        if kind in {"message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"}:
            original.append(_enclosed(part))
        elif kind in {"message/delivery-status", "message/global-delivery-status"}:
            fields.append(_flat(part))
        elif kind == "message/feedback-report":
            feedback.append(_flat(part))
        elif kind == "text/html":
            pages.append(_plain(_decoded(part)))
        elif _is_text(part, kind) and (part is message or not texts or not _is_attachment(part)):
            text = _decoded(part)
            texts.append(_MIME_LINES.sub("", text) if kind.startswith("multipart/") else text)
    text = "\n".join(texts if any(one.strip() for one in texts) else pages)
    written, returned = (text, "") if whole else _cut(text)
    if _QUOTED.search(written):
        written = _QUOTE.sub("", written)
    found = _FIELDS.search(written)
    if not fields and found and not whole:
        start = _start_of_fields(written, found.start())
        fields.append(written[start:])
        written = written[:start]
    if returned:
        original.append(returned)
    return Parts(message, written, "\n\n".join(fields), "\n\n".join(feedback), "\n".join(original))


def header(message: Message, name: str) -> str:
    """Give a header's text, unfolded, raw UTF-8 in it included; empty where it is missing."""
    wanted = name.lower()
    value = next((value for found, value in message.raw_items() if found.lower() == wanted), "")
    return re.sub(r"\s+", " ", _utf8(value)).strip()


def _utf8(value: object) -> str:
    """Give a header's value as the text that its bytes are in UTF-8."""
    return str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _headers(message: Message) -> Iterator[str]:
    """Give the lines of a message's headers as they came, not folded anew."""
    return (f"{name}: {_utf8(value)}" for name, value in message.raw_items())


def _as_it_came(group: Message) -> str:
    payload = group.get_payload()
    return "\n".join((*_headers(group), "", payload if isinstance(payload, str) else ""))


def _outer_parts(message: Message) -> Iterator[Message]:
    """Walk the parts without going into enclosed messages."""
    waiting, seen = [message], 0
    while waiting and seen < MOST_PARTS:
        part = waiting.pop(0)
        seen += 1
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting[:0] = [one for one in payload if isinstance(one, Message)]
        else:
            yield part


def _is_text(part: Message, kind: str) -> bool:
    """Say whether a part is read as text; a multipart whose boundary is lost is one long text."""
    return kind.startswith(("text/", "multipart/")) and not isinstance(part.get_payload(), list)


def _is_attachment(part: Message) -> bool:
    return header(part, "Content-Disposition").lower().startswith("attachment")


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        kept = part.get_payload()
        return str(kept)[:MOST_TEXT] if isinstance(kept, str) else ""
    payload = payload[: MOST_TEXT * 4]
    for charset in (part.get_content_charset(), "utf-8"):
        try:
            return payload.decode(charset or "ascii").replace("\r\n", "\n")[:MOST_TEXT]
        except (LookupError, UnicodeError):
            continue
    return payload.decode("latin-1").replace("\r\n", "\n")[:MOST_TEXT]


def _flat(part: Message) -> str:
    """Give a part of fields as text, whatever the parser made of it."""
    payload = part.get_payload()
    if not isinstance(payload, list):
        return _decoded(part)
    coding = header(part, "Content-Transfer-Encoding").lower()
    groups = [_as_it_came(one) for one in payload if isinstance(one, Message)]
    text = "\n\n".join(group.replace("\r\n", "\n") for group in groups)
    if coding not in {"base64", "quoted-printable"}:
        return text[:MOST_TEXT]
    again = Message()
    again["Content-Transfer-Encoding"] = coding
    again.set_payload(text.strip())
    return _decoded(again)


def _enclosed(part: Message) -> str:
    payload = part.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        return "\n".join(_headers(payload[0]))[:MOST_TEXT]
    return _decoded(part)


def _plain(page: str) -> str:
    """Give a page's text; an element that never ends hides the rest."""
    for name in _UNSEEN:
        page = _without(page, name)
    return html.unescape(_TAG.sub(" ", _BREAK.sub("\n", page))).replace("\xa0", " ")


def _without(page: str, name: str) -> str:
    kept: list[str] = []
    lower, at = page.lower(), 0
    while (start := lower.find(f"<{name}", at)) >= 0:
        kept.append(page[at:start])
        end = lower.find(f"</{name}", start)
        at = end + len(name) + 3 if end >= 0 else len(page)
    return "".join((*kept, page[at:]))


def _cut(text: str) -> tuple[str, str]:
    """Cut a text where the original message begins.

    Returns:
        What the server wrote, and what it sent back of the original.
    """
    found = (rules().original.search(text), _RETURNED.search(text))
    cuts = sorted((one.start(), one.end()) for one in found if one)
    if not cuts:
        return text, ""
    return text[: cuts[0][0]], text[cuts[0][1] :]


def _start_of_fields(text: str, at: int) -> int:
    """Give the start of the group of fields around a position: the last empty line before it."""
    return max(text.rfind("\n\n", 0, at) + 1, 0)
