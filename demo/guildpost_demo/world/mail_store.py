"""Where the demo's mail server keeps what it accepted: one SQLite file, one row per recipient."""

import re
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Final

_LINK: Final = re.compile(r"https?://\S+")
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    message_id TEXT NOT NULL,
    raw BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS messages_by_sender ON messages (sender, id);
CREATE TABLE IF NOT EXISTS greylist (recipient TEXT PRIMARY KEY, first_seen TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS refusals (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, recipient TEXT NOT NULL, reply TEXT NOT NULL
);
"""


@dataclass(frozen=True)
class StoredMail:
    """One accepted message for one recipient; the instant is the business clock's."""

    id: int
    received_at: datetime
    sender: str
    recipient: str
    subject: str
    message_id: str


@dataclass(frozen=True)
class Duplicate:
    """Several messages that should have been one; ``by`` is message_id, or subject where the texts are alike, too."""

    by: str
    recipient: str
    value: str
    count: int


def parse(raw: bytes) -> EmailMessage:
    """Read a message with the modern policy (decoded headers, unicode bodies)."""
    return message_from_bytes(raw, policy=policy.default)


class MailStore:
    """The accepted messages; safe to use from several threads and processes at once."""

    def __init__(self, path: Path) -> None:
        """Open the file, making it if it is missing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=20)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def _cursor(self) -> Iterator[sqlite3.Cursor]:
        with self._lock:
            cursor = self._connection.cursor()
            try:
                yield cursor
            finally:
                cursor.close()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def add(self, received_at: datetime, sender: str, recipients: list[str], raw: bytes) -> None:
        """Keep a message, on disk before this returns."""
        message = BytesHeaderParser(policy=policy.default).parsebytes(raw)
        subject, message_id = str(message.get("Subject", "")), str(message.get("Message-ID", ""))
        rows = [(received_at.isoformat(), sender, to.lower(), subject, message_id, raw) for to in recipients]
        with self._cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.executemany(
                "INSERT INTO messages (received_at, sender, recipient, subject, message_id, raw) VALUES (?,?,?,?,?,?)",
                rows,
            )
            cursor.execute("COMMIT")

    def refuse(self, at: datetime, recipient: str, reply: str) -> None:
        """Note a recipient that was turned away."""
        with self._cursor() as cursor:
            cursor.execute(
                "INSERT INTO refusals (at, recipient, reply) VALUES (?, ?, ?)", (at.isoformat(), recipient, reply)
            )

    def first_seen(self, recipient: str, now: datetime) -> datetime:
        """Say when greylisting saw a recipient first (now, if never before)."""
        with self._cursor() as cursor:
            cursor.execute("INSERT OR IGNORE INTO greylist VALUES (?, ?)", (recipient.lower(), now.isoformat()))
            found = cursor.execute("SELECT first_seen FROM greylist WHERE recipient = ?", (recipient.lower(),))
            return datetime.fromisoformat(found.fetchone()[0])

    def count(self, sender: str = "") -> int:
        """Count the messages, of one sender or of all."""
        with self._cursor() as cursor:
            found = cursor.execute("SELECT count(*) FROM messages WHERE ? IN ('', sender)", (sender,))
            return int(found.fetchone()[0])

    def refused(self) -> int:
        """Count the recipients that were turned away."""
        with self._cursor() as cursor:
            return int(cursor.execute("SELECT count(*) FROM refusals").fetchone()[0])

    def senders(self) -> list[tuple[str, int]]:
        """List the senders with how many messages they sent."""
        with self._cursor() as cursor:
            rows = cursor.execute("SELECT sender, count(*) FROM messages GROUP BY sender ORDER BY sender")
            return [(str(row[0]), int(row[1])) for row in rows]

    def page(self, sender: str = "", before: int = 0, limit: int = 50) -> list[StoredMail]:
        """List messages, newest first, of one sender or of all, with ids below ``before`` (0: from the newest)."""
        with self._cursor() as cursor:
            rows = cursor.execute(
                "SELECT id, received_at, sender, recipient, subject, message_id FROM messages "
                "WHERE ? IN ('', sender) AND (? = 0 OR id < ?) ORDER BY id DESC LIMIT ?",
                (sender, before, before, limit),
            )
            return [_stored(row) for row in rows]

    def since(self, last_id: int) -> list[tuple[StoredMail, bytes]]:
        """List the messages after an id, oldest first, with their bytes."""
        with self._cursor() as cursor:
            rows = cursor.execute(
                "SELECT id, received_at, sender, recipient, subject, message_id, raw FROM messages "
                "WHERE id > ? ORDER BY id",
                (last_id,),
            )
            return [(_stored(row), bytes(row[6])) for row in rows]

    def get(self, mail_id: int) -> tuple[StoredMail, bytes] | None:
        """Give one message with its bytes, or nothing."""
        with self._cursor() as cursor:
            row = cursor.execute(
                "SELECT id, received_at, sender, recipient, subject, message_id, raw FROM messages WHERE id = ?",
                (mail_id,),
            ).fetchone()
        return (_stored(row), bytes(row[6])) if row else None

    def duplicates(self) -> list[Duplicate]:
        """List messages that reached a recipient twice: same Message-ID, or same subject and words (links aside)."""
        with self._cursor() as cursor:
            rows = cursor.execute(
                "SELECT recipient, message_id, count(*) FROM messages"
                " GROUP BY recipient, message_id HAVING count(*) > 1"
            )
            found = [Duplicate("message_id", str(row[0]), str(row[1]), int(row[2])) for row in rows]
            alike = cursor.execute(
                "SELECT recipient, subject, raw FROM messages JOIN (SELECT recipient, subject FROM messages"
                " GROUP BY recipient, subject HAVING count(*) > 1) USING (recipient, subject)"
                " ORDER BY recipient, subject"
            )
            said = Counter((str(row[0]), str(row[1]), _words(bytes(row[2]))) for row in alike)
        return found + [
            Duplicate("subject", recipient, subject, count)
            for (recipient, subject, _), count in said.items()
            if count > 1
        ]


def _words(raw: bytes) -> str:
    """Give a message's plain words without its links, which differ from message to message."""
    part = parse(raw).get_body(("plain", "html"))
    return _LINK.sub("", str(part.get_content()) if part is not None else "")


def _stored(row: tuple[int, str, str, str, str, str]) -> StoredMail:
    return StoredMail(row[0], datetime.fromisoformat(row[1]), *row[2:6])
