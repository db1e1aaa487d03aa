"""What the relay keeps, in one SQLite file: dealers' public cards, sealed answers, marks of what was seen, nonces.

No token is stored, only its id, from which no working link can be made; no answer is stored that is not sealed. A
mark is a hash over the whole token, so it does not tell which answer it stands for.

Two connections: one writes, and what waits for it while a commit is under way shares the next one (group commit); the
other reads, and waits for no commit.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from guildpost_shared.answers.cards import DealerCard, read_card
from guildpost_shared.answers.requests import TOLERANCE
from guildpost_shared.errors import ConfigurationError

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS dealers (key_id BLOB PRIMARY KEY, card BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS answers (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,  -- numbers are never used twice
    key_id BLOB NOT NULL REFERENCES dealers, token_id BLOB NOT NULL, sealed BLOB NOT NULL, expires INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS answers_by_dealer ON answers (key_id, seq);
CREATE TABLE IF NOT EXISTS seen (mark BLOB PRIMARY KEY, expires INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, at INTEGER NOT NULL);
"""
_BUSY_SECONDS: Final = 30.0
_card = lru_cache(maxsize=256)(read_card)


@dataclass(frozen=True)
class StoredAnswer:
    """One sealed answer."""

    seq: int
    token_id: bytes
    sealed: bytes


@dataclass
class _Entry:
    """An answer on its way into the file: its rows, and what became of it."""

    mark: tuple[bytes, int]
    row: tuple[bytes, bytes, bytes, int]
    new: bool | None = None
    error: sqlite3.Error | None = None


class RelayStore:
    """The file; one writer at a time, every commit durable (``synchronous=FULL``) before anybody is answered."""

    def __init__(self, path: Path) -> None:
        self._lock, self._reading_lock, self._queue_lock = threading.Lock(), threading.Lock(), threading.Lock()
        self._queue: list[_Entry] = []
        self._connection, self._reader = _connect(path), _connect(path)

    @classmethod
    def create(cls, home: Path) -> "RelayStore":
        """Make the relay's home and its file; an existing one is kept."""
        home.mkdir(parents=True, exist_ok=True)
        path = home / "relay.db"
        path.touch(mode=0o600, exist_ok=True)
        store = cls(path)
        store._connection.executescript(_SCHEMA)
        return store

    @classmethod
    def open(cls, home: Path) -> "RelayStore":
        """Open what ``create`` made.

        Raises:
            ConfigurationError: ``relay_not_initialised``.
        """
        if not (home / "relay.db").is_file():
            raise ConfigurationError("relay_not_initialised", home=home)
        return cls.create(home)

    def close(self) -> None:
        """Close the file."""
        self._reader.close()
        self._connection.close()

    def admit(self, card: DealerCard) -> None:
        """Store a dealer's card, replacing an older one."""
        with self._transaction() as connection:
            row = (card.key_id, card.to_bytes())
            connection.execute(
                "INSERT INTO dealers VALUES (?, ?) ON CONFLICT (key_id) DO UPDATE SET card = excluded.card", row
            )

    def dealer(self, key_id: bytes) -> DealerCard | None:
        """Find a dealer by the id of the relay key."""
        with self._reading_lock:
            row = self._reader.execute("SELECT card FROM dealers WHERE key_id = ?", (key_id,)).fetchone()
        return None if row is None else _card(row[0])

    def dealers(self) -> list[tuple[DealerCard, int]]:
        """List the dealers with the number of answers that wait for each."""
        counting = "SELECT card, (SELECT count(*) FROM answers a WHERE a.key_id = d.key_id) FROM dealers d"
        with self._reading_lock:
            rows = self._reader.execute(counting).fetchall()
        return sorted(((_card(card), count) for card, count in rows), key=lambda row: row[0].display_name)

    def add_once(
        self, mark: bytes, *, key_id: bytes, token_id: bytes, sealed: bytes, expires: datetime, kept_until: datetime
    ) -> bool:
        """Store a sealed answer unless its mark was seen before; say whether it was new.

        Args:
            mark: names token and event.
            key_id: whose it is.
            token_id: the token's.
            sealed: the answer.
            expires: until when the mark is needed: the token's end.
            kept_until: until when the answer waits to be fetched.
        """
        row = (key_id, token_id, sealed, int(kept_until.timestamp()))
        mine = _Entry((mark, int(expires.timestamp())), row)
        with self._queue_lock:
            self._queue.append(mine)
        with self._lock:
            if mine.new is None and mine.error is None:  # nobody took it along
                self._commit_queue()
        if mine.error is not None:
            raise mine.error
        return bool(mine.new)

    def _commit_queue(self) -> None:
        """Write all that waits in one transaction; if that fails, it failed for each of them."""
        with self._queue_lock:
            entries, self._queue = self._queue, []
        try:
            with self._committed() as connection:
                found = [_add(connection, entry) for entry in entries]
        except sqlite3.Error as error:
            for entry in entries:
                entry.error = error
            return
        for entry, new in zip(entries, found, strict=True):
            entry.new = new

    def answers(self, key_id: bytes, after: int, limit: int) -> list[StoredAnswer]:
        """List a dealer's answers with a greater number, oldest first."""
        reading = "SELECT seq, token_id, sealed FROM answers WHERE key_id = ? AND seq > ? ORDER BY seq LIMIT ?"
        with self._reading_lock:
            rows = self._reader.execute(reading, (key_id, after, limit)).fetchall()
        return [StoredAnswer(*row) for row in rows]

    def delete(self, key_id: bytes, seqs: Sequence[int]) -> None:
        """Delete a dealer's answers by number."""
        with self._transaction() as connection:
            connection.executemany("DELETE FROM answers WHERE key_id = ? AND seq = ?", [(key_id, seq) for seq in seqs])

    def use_nonce(self, nonce: str, now: datetime) -> bool:
        """Note a nonce; False if it was used before. Those too old to be accepted anyway are forgotten."""
        with self._transaction() as connection:
            oldest = int((now - 2 * TOLERANCE).timestamp())
            connection.execute("DELETE FROM nonces WHERE at < ?", (oldest,))
            fresh = connection.execute("INSERT OR IGNORE INTO nonces VALUES (?, ?)", (nonce, int(now.timestamp())))
            return fresh.rowcount == 1

    def purge(self, now: datetime) -> None:
        """Forget marks whose token has expired, and answers that nobody fetched in time."""
        with self._transaction() as connection:
            for table in ("answers", "seen"):
                connection.execute(f"DELETE FROM {table} WHERE expires <= ?", (int(now.timestamp()),))  # noqa: S608 — two fixed names

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._committed() as connection:
            yield connection

    @contextmanager
    def _committed(self) -> Iterator[sqlite3.Connection]:
        """Commit what is done inside, or nothing; whoever calls holds the lock."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")
    return connection


def _add(connection: sqlite3.Connection, entry: _Entry) -> bool:
    """Store an answer unless its mark was seen before; say whether it was new."""
    new = connection.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", entry.mark).rowcount == 1
    if new:
        adding = "INSERT INTO answers (key_id, token_id, sealed, expires) VALUES (?, ?, ?, ?)"
        connection.execute(adding, entry.row)
    return new
