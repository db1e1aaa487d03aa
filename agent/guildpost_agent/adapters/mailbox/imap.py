"""A mailbox over IMAP4rev1 (RFC 3501) with TLS; moving uses MOVE (RFC 6851) where the server has it.

A key is ``UIDVALIDITY.UID``, so it is never used again for another message. Encryption is required unless it is
switched off by name; a name and password never go over a connection in the clear otherwise.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from guildpost_agent.domain.bounces.parts import MOST_BYTES
from guildpost_shared.errors import ConfigurationError, Unavailable, Untrusted
from guildpost_shared.os_reasons import os_reason

SECONDS: Final = 60.0
_UID: Final = re.compile(rb"\d+")


@dataclass(frozen=True)
class ImapSettings:
    """Where the mailbox is, and how to get in; the password is read from its file at each opening."""

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    username: str
    password_file: str
    inbox: str = "INBOX"
    folder: str = "Guildpost"
    ca_file: Path | None = None


class ImapMailbox:
    """A mailbox on a server."""

    def __init__(self, settings: ImapSettings) -> None:
        self._settings = settings

    @contextmanager
    def open(self) -> Iterator["_ImapSession"]:
        """Connect, encrypt, log in, select (see ``Mailbox``)."""
        connection = self._connected()
        try:
            self._log_in(connection)
            yield _ImapSession(connection, self._settings)
        except (imaplib.IMAP4.abort, OSError) as error:
            raise Unavailable("mailbox_away", host=self._settings.host, reason=str(error)) from None
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                connection.logout()

    def _connected(self) -> imaplib.IMAP4:
        settings = self._settings
        try:
            context = ssl.create_default_context(cafile=settings.ca_file)
        except (OSError, ssl.SSLError) as error:
            reason = os_reason(error)
            raise ConfigurationError("mail_ca_unreadable", path=settings.ca_file, reason=reason) from None
        try:
            if settings.security == "tls":
                return imaplib.IMAP4_SSL(settings.host, settings.port, ssl_context=context, timeout=SECONDS)
            connection = imaplib.IMAP4(settings.host, settings.port, timeout=SECONDS)
            if settings.security == "starttls":
                if "STARTTLS" not in connection.capabilities:
                    connection.shutdown()
                    raise ConfigurationError("mailbox_encryption_missing", host=settings.host)
                connection.starttls(context)
        except ssl.SSLCertVerificationError as error:
            raise Untrusted("mailbox_certificate_untrusted", host=settings.host, reason=error.verify_message) from None
        except (imaplib.IMAP4.error, OSError) as error:
            raise Unavailable("mailbox_away", host=settings.host, reason=str(error)) from None
        return connection

    def _log_in(self, connection: imaplib.IMAP4) -> None:
        try:
            password = Path(self._settings.password_file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            path = self._settings.password_file
            raise ConfigurationError("mailbox_password_unreadable", path=path, reason=str(error)) from None
        try:
            connection.login(self._settings.username, password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            raise ConfigurationError("mailbox_login_refused", host=self._settings.host) from None


class _ImapSession:
    """A selected mailbox."""

    def __init__(self, connection: imaplib.IMAP4, settings: ImapSettings) -> None:
        self._connection = connection
        self._folder = settings.folder
        answer, _ = connection.select(_quoted(settings.inbox))
        if answer != "OK":
            raise ConfigurationError("mailbox_folder_unusable", folder=settings.inbox)
        _, validity = connection.response("UIDVALIDITY")
        self._validity = (validity[0] or b"0").decode("ascii") if validity else "0"
        _, can = connection.capability()  # a server says more of itself to whom it knows
        self._can = frozenset(can[0].upper().split())
        self._made = False

    def waiting(self) -> Sequence[str]:
        """List what is not marked as deleted, by ascending UID."""
        uids = sorted(map(int, _UID.findall(self._search("UNDELETED"))))
        return [f"{self._validity}.{uid}" for uid in uids]

    def read(self, key: str) -> bytes | None:
        """Read a message without marking it as seen."""
        _, found = self._connection.uid("FETCH", self._uid(key), f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
        return next((part[1] for part in found if isinstance(part, tuple)), None)

    def put_away(self, key: str) -> None:
        """Move a message to the folder; where the server cannot move, copy it and take the first one away."""
        uid = self._uid(key)
        self._make_folder()
        if b"MOVE" in self._can:
            self._require(self._connection.uid("MOVE", uid, _quoted(self._folder)))
            return
        if not _UID.search(self._search("UID", uid, "UNDELETED")):
            return
        self._require(self._connection.uid("COPY", uid, _quoted(self._folder)))
        self._require(self._connection.uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)"))
        if b"UIDPLUS" in self._can:
            self._connection.uid("EXPUNGE", uid)

    def _search(self, *criteria: str) -> bytes:
        _, found = self._connection.uid("SEARCH", *criteria)
        return b" ".join(line for line in found if line)

    def _uid(self, key: str) -> str:
        validity, _, uid = key.partition(".")
        return uid if validity == self._validity else "0"

    def _make_folder(self) -> None:
        if not self._made:
            self._connection.create(_quoted(self._folder))  # answers NO where it is there already
            self._made = True

    def _require(self, answer: tuple[str, Any]) -> None:
        if answer[0] != "OK":
            raise ConfigurationError("mailbox_folder_unusable", folder=self._folder)


def _quoted(name: str) -> str:
    """Write a mailbox name as a quoted string in modified UTF-7 (RFC 3501, sections 4.3 and 5.1.3)."""
    written: list[str] = []
    for run in re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", name):
        if " " <= run[0] <= "~":
            written.append(run.replace("&", "&-"))
        else:
            written.append("&" + run.encode("utf-7").decode("ascii")[1:].rstrip("-").replace("/", ",") + "-")
    text = "".join(written).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
