"""Read what a demo left as its owners can: decrypted databases, letters handed over, mails accepted, audit records."""

import csv
import re
import sqlite3
from collections import Counter
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Final

from pypdfium2 import PdfDocument
from sqlalchemy import Engine, inspect, select, text

from guildpost_agent.adapters.keystore.sources import PASSPHRASE_FILE, EnvironmentKeyStore
from guildpost_agent.adapters.sql.engine import open_engine
from guildpost_agent.adapters.sql.tables import outbox, touchpoints
from guildpost_agent.app.ports.unit_of_work import OutboxJob
from guildpost_agent.bootstrap.core import DATABASE, database_key
from guildpost_shared.entropy import OsEntropy

_CALL: Final = re.compile(rb"(?:\A|\n)(/guildpost\.v1\.\w+/\w+|/v1/fleet/[\w-]+)\n")


@dataclass(frozen=True)
class SinkMail:
    """A mail that the mail server accepted."""

    id: int
    sender: str
    recipient: str
    subject: str
    message_id: str


@dataclass(frozen=True)
class Books:
    """A dealership's records after the demo.

    Attributes:
        touchpoints: states by touchpoint.
        cycles: what each touchpoint is about: vehicle, service, due date, and which message of the sequence.
        outbox: rows by touchpoint.
        letters: document ids by batch.
    """

    touchpoints: dict[str, str]
    cycles: dict[str, tuple[str, str, str, str]]
    outbox: dict[str, OutboxJob]
    letters: dict[str, list[str]]

    def in_state(self, channel: str, *states: str) -> list[OutboxJob]:
        """List the outbox rows of a channel in some states."""
        return [job for job in self.outbox.values() if job.channel == channel and job.state in states]


def open_decrypted(folder: Path, key: str) -> Engine:
    """Open an agent's database with the demo's passphrase."""
    home = folder / "agents" / key
    environment = {PASSPHRASE_FILE: str(folder / "passphrases" / key)}
    return open_engine(
        home / DATABASE, database_key(EnvironmentKeyStore(home, environment, OsEntropy()).master_secret())
    )


def dump(engine: Engine) -> bytes:
    """Write every value of every table of a database one after the other."""
    pieces: list[bytes] = []
    with engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):  # noqa: S608 — the schema's own names
                pieces += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    return b"\0\n".join(pieces)


def books_of(folder: Path, key: str) -> Books:
    """Read a dealership's records."""
    engine = open_decrypted(folder, key)
    with engine.connect() as connection:
        planned = connection.execute(select(touchpoints)).all()
        jobs = {row["touchpoint_id"]: OutboxJob(**row) for row in connection.execute(select(outbox)).mappings()}
    engine.dispose()
    states = {row.touchpoint_id: row.state for row in planned}
    cycles = {
        row.touchpoint_id: (row.vehicle_id, row.service_id, row.due_date.isoformat(), row.touch_id) for row in planned
    }
    return Books(states, cycles, jobs, {index.parent.name: _doc_ids(index) for index in _indexes(folder, key)})


def _indexes(folder: Path, key: str) -> list[Path]:
    return sorted((folder / "letters" / key).glob("batch-*/index.csv"))


def _doc_ids(index: Path) -> list[str]:
    with index.open(encoding="utf-8-sig", newline="") as file:
        return [row["doc_id"] for row in csv.DictReader(file, delimiter=";")]


def sink_mails(folder: Path) -> list[SinkMail]:
    """List what the mail server accepted, in order."""
    with sqlite3.connect(f"file:{folder / 'mail' / 'mail.sqlite'}?mode=ro", uri=True) as store:
        rows = store.execute("SELECT id, sender, recipient, subject, message_id FROM messages ORDER BY id").fetchall()
    store.close()
    return [SinkMail(*row) for row in rows]


def letter_texts(folder: Path) -> list[str]:
    """Read the text of every letter batch."""
    texts = []
    for pdf in sorted((folder / "letters").glob("*/batch-*/*.pdf")):
        document = PdfDocument(pdf)
        pages = [document[number].get_textpage().get_text_range() for number in range(len(document))]
        document.close()
        texts.append("\n".join(pages))
    return texts


def mail_contents(folder: Path) -> bytes:
    """Give the headers and decoded texts of all mails that were accepted."""
    with sqlite3.connect(f"file:{folder / 'mail' / 'mail.sqlite'}?mode=ro", uri=True) as store:
        raws = [bytes(row[0]) for row in store.execute("SELECT raw FROM messages")]
    store.close()
    pieces = list(raws)
    for raw in raws:
        parts = message_from_bytes(raw, policy=policy.default).walk()
        pieces += [part.get_content().encode() for part in parts if part.get_content_maintype() == "text"]
    return b"\n".join(pieces)


def released(folder: Path, key: str, destination: str) -> Counter[tuple[str, bytes]]:
    """Count what passed an agent's egress gate on its way to a destination, by kind and bytes."""
    data = (folder / "records" / "egress" / key / f"{destination}.bin").read_bytes()
    found: Counter[tuple[str, bytes]] = Counter()
    at = 0
    while at < len(data):
        end = data.index(b"\n", at)
        kind, size = data[at:end].decode().split(" ")
        found[kind, data[end + 1 : end + 1 + int(size)]] += 1
        at = end + 1 + int(size) + 1
    return found


def decoded(folder: Path) -> list[tuple[str, bytes]]:
    """List the calls that the coordinator decoded, with their bodies."""
    data = (folder / "records" / "coordinator" / "requests.bin").read_bytes()
    marks = list(_CALL.finditer(data))
    ends = [*(mark.start() for mark in marks[1:]), len(data) - 1]
    return [(mark[1].decode(), data[mark.end() : end]) for mark, end in zip(marks, ends, strict=True)]
