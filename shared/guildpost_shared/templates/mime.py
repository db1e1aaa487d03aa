"""A rendered mail as bytes for SMTP.

Rules, each with its source:

1. Only ``email.message.EmailMessage`` writes; no header value holds a control character (RFC 5322 2.2).
2. ``multipart/alternative``, plain text first, HTML last (RFC 2046 5.1.4), UTF-8 in quoted-printable; plain text alone
   where there is no HTML.
3. ``List-Unsubscribe`` with exactly one ``https`` address and ``List-Unsubscribe-Post: List-Unsubscribe=One-Click``
   (RFC 8058), each on one line: some mail servers sign a folded header differently from how they send it. A mail that
   is no advertising has neither: there is nothing to unsubscribe from.
4. ``Auto-Submitted: auto-generated`` (RFC 3834), so that absence notes stay away.
5. ``Message-ID`` and ``Date`` are given: a repeated call gives the same bytes.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from hashlib import sha256
from typing import Final

from guildpost_shared.errors import Refused
from guildpost_shared.templates.mail import RenderedMail

_UNFOLDED: Final = frozenset({"list-unsubscribe", "list-unsubscribe-post"})
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
_MESSAGE_ID: Final = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>")
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LINK: Final = re.compile(r"https://[\x21-\x3b\x3d\x3f-\x7e]{1,900}")  # visible ASCII without angle brackets


@dataclass(frozen=True)
class Mailbox:
    """A name and an address."""

    name: str
    address: str


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


def to_bytes(mail: RenderedMail, envelope: Envelope) -> bytes:
    """Write a mail.

    Raises:
        Refused: ``mail_header_unsafe`` or ``mail_address_invalid`` with the header's name.
    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = _address("From", envelope.sender)
    message["To"] = _address("To", envelope.recipient)
    if envelope.reply_to:
        message["Reply-To"] = _address("Reply-To", envelope.reply_to)
    message["Subject"] = _line("Subject", mail.subject)
    message["Date"] = format_datetime(envelope.date)
    message["Message-ID"] = _matching("Message-ID", envelope.message_id, _MESSAGE_ID)
    if envelope.unsubscribe is not None:
        link = _matching("List-Unsubscribe", envelope.unsubscribe, _LINK)
        message["List-Unsubscribe"] = f"<{link}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="quoted-printable")
    if mail.html:
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
        message.set_boundary("=_" + sha256(envelope.message_id.encode()).hexdigest()[:32])
    return message.as_bytes()


def _line(header: str, value: str) -> str:
    if _UNSAFE.search(value):
        raise Refused("mail_header_unsafe", header=header)
    return value


def _matching(header: str, value: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(value):
        raise Refused("mail_header_unsafe", header=header)
    return value


def _address(header: str, mailbox: Mailbox) -> Address:
    local, _, domain = mailbox.address.rpartition("@")
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    if dots or not _ADDRESS.fullmatch(mailbox.address):
        raise Refused("mail_address_invalid", header=header)
    return Address(_line(header, mailbox.name), local, domain)
