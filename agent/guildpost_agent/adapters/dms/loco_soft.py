"""The Loco-Soft reporting database as a source: read only, only the columns on the list, one snapshot per delivery.

connect      no password in any text; every statement has a time limit; the transaction is REPEATABLE READ, READ ONLY
look         which of the columns are there and may be read; a required one that is not refuses its table alone
read         server-side cursors, a chunk at a time, all in the one snapshot, until the delivery is settled
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from guildpost_agent import config
from guildpost_agent.adapters.dms.loco_soft_codes import Code, Codes, Kind, sort_out
from guildpost_agent.adapters.dms.loco_soft_columns import READS
from guildpost_agent.adapters.dms.loco_soft_queries import QUERIES, Query, Site
from guildpost_agent.app.ports.dms_source import CHUNK_ROWS, Chunk, Delivery, RefusedFile, SourceTable
from guildpost_agent.domain.dms_rows import Table
from guildpost_agent.domain.mapping.profile import digest
from guildpost_shared.errors import ConfigurationError, GuildpostError, Refused, Unavailable

CONNECT_SECONDS: Final = 10
STATEMENT_SECONDS: Final = 600
PREFIX: Final = "loco_soft."
_COLUMNS: Final = """
SELECT c.relname::text, a.attname::text, has_column_privilege(c.oid, a.attnum, 'SELECT')
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relname = ANY (%s) AND c.relkind IN ('r', 'v', 'm', 'f', 'p') AND pg_table_is_visible(c.oid)
"""
_NOT_READY: Final = (
    "starting up", "shutting down", "too many", "recovery mode", "startet", "fährt herunter", "zu viele",
    "Wiederherstellungsmodus",
)  # fmt: skip
_WRITTEN: Final = {
    "customers_suppliers": ("updated_date", "name_updated_date"),
    "orders": ("order_date",),
    "invoices": ("invoice_date",),
    "privacy_protection_consent": ("last_consent_timestamp",),
}
"""The columns that tell how new the database is; days in the future are typing errors."""


class LocoSoft:
    """A ``DmsSource`` over the reporting database; it holds one connection from ``read`` to ``settle`` or ``close``."""

    def __init__(self, settings: config.LocoSoft, zone: ZoneInfo) -> None:
        """Bring what is needed.

        Args:
            settings: where it is, and how its codes read: ``[dms.loco_soft]`` of ``agent.toml``.
            zone: the time zone its time stamps are in.
        """
        self._settings = settings
        self._zone = zone
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None
        self._delivery: Delivery | None = None

    def read(self) -> Delivery:
        """Return all tables, each complete, as one snapshot; reading again before ``settle`` gives the same.

        Raises:
            Unavailable: the database cannot be reached, or breaks off.
            ConfigurationError: it refuses the login, or no password is to be had.
        """
        if self._delivery is None:
            try:
                self._connection = self._connect()
                with _translated():
                    self._delivery = self._look(self._connection)
            except GuildpostError:
                self.close()
                raise
        return self._delivery

    def codes(self) -> list[Code]:
        """Say what the dealer's own codes are for us, of every list that is there; the snapshot is let go.

        Raises:
            Unavailable: the database cannot be reached, or breaks off.
            ConfigurationError: it refuses the login, or no password is to be had.
        """
        connection = self._connect()
        try:
            with _translated():
                return self._codes(connection, self._present(connection)[1])
        finally:
            connection.close()

    def settle(self, imported: Sequence[str], refused: Sequence[RefusedFile]) -> None:  # noqa: ARG002 — nothing to move
        """Let go of the snapshot: the next ``read`` sees what is new."""
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        connection, self._connection, self._delivery = self._connection, None, None
        if connection is not None:
            connection.close()

    def _connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        settings = self._settings
        try:
            connection = psycopg.connect(
                host=settings.host,
                port=settings.port,
                dbname=settings.database,
                user=settings.user,
                password=_password(settings.password_file),
                sslmode=settings.sslmode,
                connect_timeout=CONNECT_SECONDS,
                client_encoding="utf8",
                application_name="guildpost-agent",
                options=f"-c statement_timeout={STATEMENT_SECONDS * 1000}",
            )
        except psycopg.OperationalError as error:
            raise _refused_login(error, settings) from None
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        return connection

    def _look(self, connection: "psycopg.Connection[tuple[object, ...]]") -> Delivery:
        found, present = self._present(connection)
        site = self._site(present, self._codes(connection, present))
        as_of = self._as_of(connection, site)
        tables: list[SourceTable] = []
        refused: list[RefusedFile] = []
        for table in Table:
            name = f"{PREFIX}{table}"
            error = _missing(table, found)
            if error is not None:
                refused.append(RefusedFile(name, error))
                continue
            query = QUERIES[table](site)
            label = f"loco-soft@{digest(query.text)}"
            tables.append(SourceTable(name, table, tuple(query.cells), self._chunks(query), True, as_of, label))
        return Delivery(tuple(tables), tuple(refused))

    def _present(
        self, connection: "psycopg.Connection[tuple[object, ...]]"
    ) -> tuple[dict[tuple[str, str], bool], dict[str, frozenset[str]]]:
        """Say which columns are there and whether they may be read, and by table those that may."""
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL DateStyle = 'ISO, YMD'")
            cursor.execute(_COLUMNS, [list(READS)])
            found = {(str(table), str(column)): bool(may) for table, column, may in cursor.fetchall()}
        return found, {
            name: frozenset(c for c in (*read.required, *read.optional) if found.get((name, c)))
            for name, read in READS.items()
        }

    def _codes(
        self, connection: "psycopg.Connection[tuple[object, ...]]", present: Mapping[str, frozenset[str]]
    ) -> list[Code]:
        configured: Mapping[Kind, Mapping[str, str]] = {
            Kind.VEHICLE_DATES: self._settings.vehicle_dates,
            Kind.VEHICLE_MILEAGES: self._settings.vehicle_mileages,
            Kind.CUSTOMER_FLAGS: self._settings.customer_flags,
        }
        found: list[Code] = []
        for kind, fields in configured.items():
            if not present[kind].issuperset(kind.needs):
                continue
            defined: list[tuple[str, str]] = []
            if present[kind.definitions].issuperset({"code", "description"}):
                statement = sql.SQL("SELECT code::text, COALESCE(description::text, '') FROM {}")
                rows = connection.execute(statement.format(sql.Identifier(kind.definitions))).fetchall()
                defined = [(_cell(code), _cell(description)) for code, description in rows]
            found += sort_out(kind, defined, fields)
        return found

    def _site(self, present: Mapping[str, frozenset[str]], codes: Iterable[Code]) -> Site:
        fields: dict[Kind, dict[str, str]] = {kind: {} for kind in Kind}
        for code in codes:
            if code.field:
                fields[code.kind][code.code] = code.field
        settings = self._settings
        return Site(
            present,
            settings.hours_units,
            tuple(settings.work_phones),
            tuple(settings.other_numbers),
            settings.charges,
            settings.channels,
            settings.purposes,
            Codes(fields),
        )

    def _as_of(self, connection: "psycopg.Connection[tuple[object, ...]]", site: Site) -> datetime | None:
        """Say when the database was last filled: the newest time stamp in it that is not in the future, UTC."""
        newest: list[datetime] = []
        for table, columns in _WRITTEN.items():
            for column in columns:
                if not site.has(table, column):
                    continue
                statement = sql.SQL(
                    "SELECT max({0}::timestamp) FROM {1} WHERE {0}::timestamp <= localtimestamp"
                ).format(sql.Identifier(column), sql.Identifier(table))
                row = connection.execute(statement).fetchone()
                if row and isinstance(row[0], datetime):
                    newest.append(row[0].replace(tzinfo=self._zone).astimezone(UTC))
        return max(newest, default=None)

    def _chunks(self, query: Query) -> "_Reader":
        return _Reader(self, query)

    def rows(self, query: Query) -> Iterator[Chunk]:
        """Read a query from the beginning, a chunk at a time, in the delivery's snapshot.

        Raises:
            Unavailable: the snapshot is gone, or the database breaks off.
            ConfigurationError: a right was taken away.
        """
        if self._connection is None:
            raise Unavailable("loco_soft_interrupted", "no snapshot")
        number = 0
        with _translated(), self._connection.cursor(f"guildpost_{id(query):x}") as cursor:
            cursor.itersize = CHUNK_ROWS
            cursor.execute(query.text.encode())
            while rows := cursor.fetchmany(CHUNK_ROWS):
                yield Chunk([(number + i, tuple(map(_cell, row))) for i, row in enumerate(rows, 1)])
                number += len(rows)


class _Reader:
    """Starts reading one table's rows each time it is called."""

    def __init__(self, source: LocoSoft, query: Query) -> None:
        self._source, self._query = source, query

    def __call__(self) -> Iterator[Chunk]:
        return self._source.rows(self._query)


def _cell(value: object) -> str:
    """Give a cell as text; a database without an encoding of its own gives bytes, which are Windows-1252 there."""
    return value.decode("cp1252", "replace") if isinstance(value, bytes) else str(value).replace("\x00", "")


def _missing(table: Table, found: Mapping[tuple[str, str], bool]) -> GuildpostError | None:
    """Say what a table of ours lacks that it cannot do without: a right that was not given, or the column itself."""
    for name, read in READS.items():
        for column in read.required if read.used_for is table else ():
            if (name, column) not in found:
                return Refused("loco_soft_column_missing", table=name, column=column)
            if not found[name, column]:
                return ConfigurationError("loco_soft_rights_missing", table=name, column=column)
    return None


def _password(file: str) -> str:
    if not file:
        return ""
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError("loco_soft_password_missing", path=file) from None


def _refused_login(error: psycopg.OperationalError, settings: config.LocoSoft) -> GuildpostError:
    """Tell a server that says no from one that is not there or not ready; only its words tell, German or English."""
    text = str(error)
    place = f"{settings.host}:{settings.port}"
    not_ready = any(word in text for word in _NOT_READY)
    if ("FATAL" in text or "no password supplied" in text) and not not_ready:
        return ConfigurationError("loco_soft_login", place=place, user=settings.user, database=settings.database)
    return Unavailable("loco_soft_unreachable", place=place)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        table = error.diag.table_name or "–"
        raise ConfigurationError("loco_soft_rights_missing", table=table, column="–") from None
    except psycopg.Error as error:
        raise Unavailable("loco_soft_interrupted", error.sqlstate or "") from None
