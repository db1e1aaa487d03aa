"""A rendered mail as bytes for SMTP.

Rules, each with its source:

1. ``email.message.EmailMessage`` writes headers; a value that a pattern has checked and that fits on its line is
   written as the library would (compared with it by test). No header value holds a control character (RFC 5322 2.2).
   Bodies are quoted-printable or base64, in which no text can look like a boundary (RFC 2046 5.1.1, RFC 2045 6.7).
   No line begins with a dot, so that SMTP can carry the lines as they are (RFC 5321 4.5.2).
2. ``multipart/alternative``, plain text first, HTML last (RFC 2046 5.1.4), UTF-8 in quoted-printable; plain text alone
   where there is no HTML. With attachments all of it is the first part of a ``multipart/mixed``.
3. ``List-Unsubscribe`` with exactly one ``https`` address and ``List-Unsubscribe-Post: List-Unsubscribe=One-Click``
   (RFC 8058), each on one line: some mail servers sign a folded header differently from how they send it. A mail that
   is no advertising has neither: there is nothing to unsubscribe from.
4. ``Auto-Submitted: auto-generated`` (RFC 3834), so that absence notes stay away.
5. ``Message-ID`` and ``Date`` are given: a repeated call gives the same bytes.

Parsing and folding headers is what costs; what every mail of a dealer has in common is folded once.
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final

from guildpost_shared.errors import Refused
from guildpost_shared.templates.mail import Pieces, RenderedMail

_UNFOLDED: Final = frozenset({"list-unsubscribe", "list-unsubscribe-post"})
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
_MESSAGE_ID: Final = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>")
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LINK: Final = re.compile(r"https://[\x21-\x3b\x3d\x3f-\x7e]{1,900}")  # visible ASCII without angle brackets
_FILE_NAME: Final = re.compile(r"[a-z0-9-]{1,40}\.[a-z]{2,4}")
_TYPE: Final = re.compile(r"[a-z]+/[a-z.+-]+(?:; [a-z]+=[A-Za-z0-9_-]+)*")
_BASE64_LINE: Final = 57  # bytes for 76 characters (RFC 2045 6.8)
_END: Final = b"\r\n"
_SOFT: Final = b"=\r\n"
"""A line break that is none (RFC 2045 6.7, rule 5)."""
_LEADING_DOTS: Final = re.compile(rb"^\.+", re.MULTILINE)
_BLANK_PAST_THE_END: Final = re.compile(rb"^(.{74,75})(=20|=09)$", re.MULTILINE)
"""The library gives the last blank of a line its code even where the line has no room for one."""
_SHORT: Final = 70  # letters of a name and its value that stand on one line whatever the library does (RFC 5322 2.1.1)
_BOUNDARY: Final = "=_boundary"
Sign = Callable[[bytes], bytes]
"""Puts a signature in front of a finished message."""


def unsigned(message: bytes) -> bytes:
    """Leave a message as it is."""
    return message


class PlainLines(bytes):
    """A message of which every line is ended by CRLF and none begins with a dot: nothing is left to do for SMTP."""


@dataclass(frozen=True)
class Mailbox:
    """A name and an address."""

    name: str
    address: str


@dataclass(frozen=True)
class Attachment:
    """A file that goes along; ``content_type`` with its parameters (``text/calendar; charset=utf-8``)."""

    file_name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Envelope:
    """Everything of a mail that is not its content; ``message_id`` with angle brackets, ``date`` aware.

    ``unsubscribe`` is None only for a mail without any advertising.
    """

    sender: Mailbox
    recipient: Mailbox
    reply_to: Mailbox | None
    message_id: str
    date: datetime
    unsubscribe: str | None


class _OneLine(EmailPolicy):
    """The SMTP policy, except that some headers are never folded."""

    def fold(self, name: str, value: str) -> str:
        if name.lower() in _UNFOLDED:
            return f"{name}: {value}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in _UNFOLDED:
            return self.fold(name, value).encode("ascii")
        return super().fold_binary(name, value)


_POLICY: Final = _OneLine(linesep=SMTP.linesep, raise_on_defect=True)


def to_bytes(mail: RenderedMail, envelope: Envelope, attachments: tuple[Attachment, ...] = ()) -> bytes:
    """Write a mail.

    Returns:
        ``PlainLines``, unless the last line is open (a text without HTML that ends so).

    Raises:
        Refused: ``mail_header_unsafe`` or ``mail_address_invalid`` with the header's name.
    """
    boundary = "=_" + sha256(envelope.message_id.encode("utf-8", "replace")).hexdigest()[:24]
    part = _content(mail, boundary)
    if attachments:
        part = _joined("mixed", boundary + "m", (part, *map(_attached, attachments)))
    message = b"".join((*_heads(mail, envelope), *_shared("MIME-Version", "1.0"), part))
    return PlainLines(message) if message.endswith(_END) else message


def _heads(mail: RenderedMail, envelope: Envelope) -> list[bytes]:
    heads = [
        *_own_address("From", envelope.sender),
        *_recipient(envelope.recipient),
        *(_own_address("Reply-To", envelope.reply_to) if envelope.reply_to else ()),
        *_shared("Subject", _line("Subject", mail.subject)),
        *_date(envelope.date, envelope.date.utcoffset()),
        *_plain("Message-ID", _matching("Message-ID", envelope.message_id, _MESSAGE_ID)),
    ]
    if envelope.unsubscribe is not None:
        link = _matching("List-Unsubscribe", envelope.unsubscribe, _LINK)
        heads.append(f"List-Unsubscribe: <{link}>\r\n".encode("ascii"))
        heads += _shared("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    heads += _shared("Auto-Submitted", "auto-generated")
    return heads


def _plain(name: str, value: str) -> tuple[bytes]:
    """Write a header that needs no folding: what the library makes of a value without spaces that fits on its line."""
    if len(name) + len(value) > _SHORT or not value.isascii():
        return _header(name, value)
    return (f"{name}: {value}\r\n".encode("ascii"),)


def _header(name: str, value: str | Address) -> tuple[bytes]:
    """Let the library parse and fold one header."""
    message = EmailMessage(policy=_POLICY)
    message[name] = value
    return (message.policy.fold_binary(name, message[name]),)


@lru_cache(maxsize=512)
def _shared(name: str, value: str) -> tuple[bytes]:
    """Fold what many mails have in common."""
    return _header(name, value)


@lru_cache(maxsize=16)
def _date(date: datetime, offset: timedelta | None) -> tuple[bytes]:
    """Write the instant that the mails of a group share; one instant is written otherwise at another offset."""
    del offset
    return _header("Date", format_datetime(date))


def _recipient(mailbox: Mailbox) -> tuple[bytes]:
    if mailbox.name:
        return _header("To", _address("To", mailbox))
    return _plain("To", _checked("To", mailbox.address))


@lru_cache(maxsize=16)
def _own_address(name: str, mailbox: Mailbox) -> tuple[bytes]:
    """Fold an address of the dealer's own."""
    return _header(name, _address(name, mailbox))


def _content(mail: RenderedMail, boundary: str) -> bytes:
    plain = _text("plain", mail.text_pieces)
    html = any(mail.html_pieces)
    return _joined("alternative", boundary, (plain, _text("html", mail.html_pieces))) if html else plain


def _text(subtype: str, pieces: Pieces) -> bytes:
    """Write a text part: quoted-printable, lines of at most 76 characters (RFC 2045 6.7)."""
    *before, last = pieces
    body = b"".join((*map(_quoted, before), _quoted_end(last)))
    return _part(f"text/{subtype}; charset=utf-8", "quoted-printable", body)


@lru_cache(maxsize=1_024)
def _quoted(piece: str) -> bytes:
    """Write a piece as quoted-printable and leave its last line open; most pieces of a campaign's mails are alike.

    A letter behind the piece keeps room for the soft line break, and a space before it as it is.
    """
    if not piece:
        return b""
    written = _quoted_end(f"{piece}x")[:-1]
    return written if written.endswith(_END) else written + _SOFT


def _quoted_end(text: str) -> bytes:
    """Write a text as quoted-printable, its last line ended by nothing but the text itself."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    written = binascii.b2a_qp(lines.encode("utf-8"), istext=True)
    if b"=20\n" in written or b"=09\n" in written:
        written = _BLANK_PAST_THE_END.sub(rb"\1=\n\2", written)
    if b"." in written:
        written = _LEADING_DOTS.sub(_on_lines_of_their_own, written)
    return written.replace(b"\n", _END)


def _on_lines_of_their_own(dots: re.Match[bytes]) -> bytes:
    """Write the dots that begin a line as codes; a line that is full already has no room for a code instead."""
    return b"=2E=\n" * len(dots[0])


def _attached(attachment: Attachment) -> bytes:
    name = _matching("Content-Disposition", attachment.file_name, _FILE_NAME)
    content, kind = attachment.content, _matching("Content-Type", attachment.content_type, _TYPE)
    lines = (content[at : at + _BASE64_LINE] for at in range(0, len(content), _BASE64_LINE))
    body = b"".join(base64.b64encode(line) + _END for line in lines)
    return _part(f'{kind}; name="{name}"', "base64", body, f'attachment; filename="{name}"')


def _joined(subtype: str, boundary: str, parts: tuple[bytes, ...]) -> bytes:
    mark = f"--{boundary}".encode("ascii")
    whole = b"".join(mark + _END + part + _END for part in parts)
    (head,) = _shared("Content-Type", f'multipart/{subtype}; boundary="{_BOUNDARY}"')
    return head.replace(_BOUNDARY.encode("ascii"), boundary.encode("ascii")) + _END + whole + mark + b"--" + _END


def _part(content_type: str, encoding: str, body: bytes, disposition: str = "") -> bytes:
    heads = [*_shared("Content-Type", content_type), *_shared("Content-Transfer-Encoding", encoding)]
    heads += _shared("Content-Disposition", disposition) if disposition else ()
    return b"".join(heads) + _END + body


def _line(header: str, value: str) -> str:
    if _UNSAFE.search(value):
        raise Refused("mail_header_unsafe", header=header)
    return value


def _matching(header: str, value: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(value):
        raise Refused("mail_header_unsafe", header=header)
    return value


def _address(header: str, mailbox: Mailbox) -> Address:
    local, _, domain = _checked(header, mailbox.address).rpartition("@")
    return Address(_line(header, mailbox.name), local, domain)


def _checked(header: str, address: str) -> str:
    """Give an address that nothing has to be quoted in."""
    if not _ADDRESS.fullmatch(address) or address.startswith(".") or ".@" in address or ".." in address:
        raise Refused("mail_address_invalid", header=header)
    return address
