"""A person planted in every personal column of every table, and a reader of the raw, decrypted database file.

Each value is unique, so that finding one says which column it came from. Numbers and truth values are left out: four
bytes are found anywhere by chance.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from sqlalchemy import JSON, BigInteger, Boolean, Column, Connection, Date, Float, Integer, LargeBinary, Table

from guildpost_agent.adapters.sql.tables import metadata
from guildpost_agent.adapters.sql.tables.base import Instant, Notes
from guildpost_agent.domain.consent.terms import Basis, Kind, Origin
from guildpost_agent.domain.rights.rules import Pseudonym
from guildpost_agent.domain.rights.schema_rules import RULES

CUSTOMER = "ZQK4711"
VEHICLE = "ZQV0815"
_PAGE, _RESERVED, _IV = 4096, 80, 16
_KEYS = {
    "customer_id": CUSTOMER,
    "vehicle_id": VEHICLE,
    "occasion_id": "ZQOCC",
    "touchpoint_id": "zqtouch",
    "import_id": "zqimport",
    "request_id": "zqrequest",
}
# The ledger is read before it is erased: what must be one of its own words is.
_LEDGER = {"kind": Kind.GRANTED.value, "basis": Basis.CONSENT.value, "origin": Origin.HERE.value}
_WISHES: dict[str, Any] = {"paused_until": None, "preferred": {}, "blocked": [], "most_per_year": None}
KEPT_FOR_THE_LAW = {
    (rule.table, column)
    for rule in RULES
    if isinstance(rule.erase, Pseudonym) and rule.only
    for column in rule.erase.keeps
} | {
    (rule.table, column)
    for rule in RULES
    if rule.table == "phone_consent_uses" and isinstance(rule.erase, Pseudonym)
    for column in rule.erase.keeps
}


@dataclass
class Planted:
    """What was planted where: text → (table, column)."""

    values: dict[str, tuple[str, str]] = field(default_factory=dict)
    count: int = 0

    def everywhere(self, connection: Connection) -> "Planted":
        """Plant one row into every table that holds personal data."""
        needed = {rule.table for rule in RULES} | {"imports"}
        for table in metadata.sorted_tables:
            if table.name in needed:
                connection.execute(table.insert(), {c.name: self._value(table, c) for c in table.c})
        return self

    def _value(self, table: Table, column: Column[Any]) -> Any:
        self.count += 1
        if column.name in _KEYS:
            value: Any = _KEYS[column.name]
        elif (table.name, column.name) == ("quarantine", "raw"):
            value = f"{CUSTOMER};zqrawtext;Weg 1"
        elif (table.name, column.name) == ("vehicle_list_waiting", "written"):
            value = f"{CUSTOMER} zqwaiting"
        elif (table.name, column.name) == ("consent_events", "channel") or (table.name, column.name) == (
            "touchpoints",
            "channel",
        ):
            value = "email"
        elif table.name == "consent_events" and column.name in _LEDGER:
            value = _LEDGER[column.name]
        elif (table.name, column.name) == ("consent_events", "preferences"):
            value = {**_WISHES, "blocked": [[f"zqtopic{self.count:04}", "email"]]}
        else:
            value = self._fresh(table, column)
        if column.info.get("personal") and (text := _text(value)) is not None:
            self.values.setdefault(text, (table.name, column.name))
        return value

    def _fresh(self, table: Table, column: Column[Any]) -> Any:  # noqa: PLR0911 — a table of types, one line each
        match column.type:
            case Boolean():
                return False
            case Date():
                return date(1911, 1, 1) + timedelta(days=self.count)
            case Instant():
                return datetime(1921, 1, 1, tzinfo=UTC) + timedelta(days=self.count)
            case Float() | BigInteger() | Integer():
                return self.count
            case Notes():
                return {"text": ("rule", f"zqnote{self.count:04}")}
            case JSON():
                return {"text": f"zqjson{self.count:04}"}
            case LargeBinary():
                return b""
            case _:
                length = getattr(column.type, "length", None) or 40
                return f"zq{self.count:04}{table.name}{column.name}"[:length]


def _text(value: Any) -> str | None:
    match value:
        case bool() | int() | float() | bytes():
            return None
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M")
        case dict():
            text = value["blocked"][0][0] if "blocked" in value else value["text"]
            return str(text if isinstance(text, str) else text[1])
        case _:
            return str(value)


def raw_pages(database: Path, key: bytes) -> bytes:
    """Decrypt every page of the file and of its write-ahead log, free pages and page gaps included.

    SQLCipher 4: AES-256-CBC per page of 4096 bytes, the last 80 reserved for the IV (16) and the HMAC; the first page
    begins with 16 bytes of salt. A frame of the log has 24 bytes of its own before the page.
    """
    data = database.read_bytes()
    pages = [_page(data[at : at + _PAGE], key, first=at == 0) for at in range(0, len(data), _PAGE)]
    log = database.with_name(f"{database.name}-wal")
    frames = log.read_bytes()[32:] if log.exists() else b""
    for at in range(0, len(frames) - _PAGE - 23, 24 + _PAGE):
        number = int.from_bytes(frames[at : at + 4], "big")
        pages.append(_page(frames[at + 24 : at + 24 + _PAGE], key, first=number == 1))
    return b"".join(pages)


def _page(page: bytes, key: bytes, *, first: bool) -> bytes:
    iv = page[_PAGE - _RESERVED : _PAGE - _RESERVED + _IV]
    body = page[16 if first else 0 : _PAGE - _RESERVED]
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    return decryptor.update(body) + decryptor.finalize()
