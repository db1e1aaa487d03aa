"""Read a source table row by row: what is known is passed over, what is new becomes a record, what is bad waits aside.

digest   of a row's cells, the mapping they were read by and the version of the rules; a row whose digest the
         mirror knows is neither normalised nor written again
twice    two rows with one key: the later one counts, also when the mirror knows one of them
"""

import hashlib
import struct
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from guildpost_agent.app.consents.apply_import import said
from guildpost_agent.app.ports.dms_source import SourceTable
from guildpost_agent.app.ports.staging import Mirrored, StagedRow
from guildpost_agent.app.ports.unit_of_work import QuarantinedRow
from guildpost_agent.domain.consent.importing import Said
from guildpost_agent.domain.dms_rows import (
    BadRow,
    Cells,
    Reading,
    Table,
    read_appointment,
    read_consent,
    read_customer,
    read_job,
    read_vehicle,
    read_wheels,
)

RULES_VERSION: Final = 1
"""Raised whenever normalisation reads a row differently, so that every row is read anew."""
ROW_TRUNCATED: Final = "row_truncated"
LONGEST_RAW: Final = 2_000
_KEYS: Final = {
    Table.CUSTOMERS: "customer_id",
    Table.VEHICLES: "vehicle_id",
    Table.APPOINTMENTS: "appointment_id",
    Table.WHEELS: "wheel_set_id",
}
_READERS: Final[Mapping[Table, Callable[[Cells, Reading], Mirrored]]] = {
    Table.VEHICLES: read_vehicle,
    Table.JOBS: read_job,
    Table.APPOINTMENTS: read_appointment,
    Table.WHEELS: read_wheels,
}


@dataclass
class ReadChunk:
    """What some rows gave."""

    records: list[StagedRow] = field(default_factory=list)
    statements: list[Said] = field(default_factory=list)
    quarantined: list[QuarantinedRow] = field(default_factory=list)


@dataclass
class TableTally:
    """What a table's rows came to, so far.

    Attributes:
        read: all rows, bad ones too.
        bad: rows put aside.
        unchanged: rows that the mirror knows.
        first_bad: the first row put aside.
        cut_off: number of the row in which the file breaks off.
        seen: digests of all good rows.
    """

    read: int = 0
    bad: int = 0
    unchanged: int = 0
    first_bad: QuarantinedRow | None = None
    cut_off: int | None = None
    seen: set[int] = field(default_factory=set)
    warnings: Counter[str] = field(default_factory=Counter)


class TableReader:
    """Reads one source table."""

    def __init__(self, source: SourceTable, reading: Reading, known: set[int], staged_keys: set[str]) -> None:
        """Bring what decides what is new.

        Args:
            source: the table.
            reading: day, zone, domain.
            known: digests of the rows that the mirror holds.
            staged_keys: keys of rows staged so far in this delivery; grows.
        """
        self._source = source
        self._reading = Reading(reading.today, reading.zone, reading.own_domain, reading.works)
        self._known = known
        self._staged_keys = staged_keys
        how = f"{source.table.value}\x1e{source.mapping}\x1e{RULES_VERSION}\x1e" + "\x1f".join(source.columns)
        if source.table is Table.APPOINTMENTS:  # other words tell other services
            how += "".join(f"\x1e{service}{told}" for service, told in sorted(reading.works.items()))
        self._salted = hashlib.blake2b(hashlib.blake2b(how.encode(), digest_size=16).digest(), digest_size=8)
        self.tally = TableTally(warnings=self._reading.warnings)
        name = _KEYS.get(source.table)
        self._key_at = source.columns.index(name) if name in source.columns else None

    def chunks(self) -> Iterator[ReadChunk]:
        """Read chunk by chunk.

        Raises:
            Refused: the table turns out to be unreadable on the way.
        """
        for chunk in self._source.chunks():
            found = ReadChunk()
            for broken in chunk.broken:
                self._aside(found, broken.row_number, "", broken.reason, broken.raw)
                if broken.reason == ROW_TRUNCATED and self.tally.cut_off is None:
                    self.tally.cut_off = broken.row_number
            self._read_new(found, chunk.rows)
            self.tally.read += len(chunk.rows) + len(chunk.broken)
            yield found

    def _read_new(self, found: ReadChunk, rows: Sequence[tuple[int, Sequence[str]]]) -> None:
        """Pass over the rows that the mirror knows, and read the others; most rows of most days are known."""
        known, staged, at = self._known, self._staged_keys, self._key_at
        passed: list[int] = []
        for (number, cells), digest in zip(rows, self._digests(rows), strict=True):
            if digest in known and (at is None or cells[at].strip() not in staged):
                passed.append(digest)
            else:
                self._read(found, number, cells, digest)
        self.tally.unchanged += len(passed)
        self.tally.seen.update(passed)

    def _read(self, found: ReadChunk, number: int, cells: Sequence[str], digest: int) -> None:
        try:
            self._take(found, dict(zip(self._source.columns, cells, strict=True)), digest)
        except BadRow as error:
            self._aside(found, number, error.field, error.reason, ";".join(cells))
            return
        self.tally.seen.add(digest)

    def _take(self, found: ReadChunk, cells: Cells, digest: int) -> None:
        match self._source.table:
            case Table.CUSTOMERS:
                row = read_customer(cells, self._reading)
                found.records.append(StagedRow(row.customer, digest))
                refused = ((row.customer.customer_id, channel) for channel in row.refused_channels)
                found.statements.extend(said(row.consents, refused))
                self._note_key(row.customer.customer_id)
            case Table.CONSENTS:
                found.statements.append(Said(**vars(read_consent(cells, self._reading))))
            case table:
                found.records.append(StagedRow(_READERS[table](cells, self._reading), digest))
                if self._key_at is not None:
                    self._note_key(cells[_KEYS[table]].strip())

    def _note_key(self, key: str) -> None:
        if key in self._staged_keys:
            self._reading.warnings[f"{self._source.table.value}.{_KEYS[self._source.table]}.twice"] += 1
        self._staged_keys.add(key)

    def _aside(self, found: ReadChunk, number: int, field_name: str, reason: str, raw: str) -> None:
        row = QuarantinedRow(self._source.name, number, field_name, reason, raw[:LONGEST_RAW])
        found.quarantined.append(row)
        self.tally.bad += 1
        if self.tally.first_bad is None or number < self.tally.first_bad.row_number:
            self.tally.first_bad = row

    def _digests(self, rows: Sequence[tuple[int, Sequence[str]]]) -> list[int]:
        """Give the digest of each row: 64 bits, signed, as the database keeps them."""
        found: list[bytes] = []
        for _, cells in rows:
            state = self._salted.copy()
            state.update("\x1f".join(cells).encode("utf-8", "surrogatepass"))
            found.append(state.digest())
        return list(struct.unpack(f">{len(found)}q", b"".join(found)))
