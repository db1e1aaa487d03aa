"""When vehicles are due: compared with what is stored as plain tuples, so that only what changed is written."""

import hashlib
from collections.abc import Collection, Iterator
from datetime import date
from itertools import repeat
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, bindparam, delete, func, select

from guildpost_agent.adapters.sql.documents import SqlDocuments
from guildpost_agent.adapters.sql.engine import driver_of
from guildpost_agent.adapters.sql.tables import due_dates
from guildpost_agent.domain.columns import EPOCH
from guildpost_agent.domain.due_dates import Due, Garage
from guildpost_agent.domain.due_dates.values import SOURCES, TRIAGES
from guildpost_agent.domain.occasions import Inspections

_NAMES: Final = "vehicle_id, service_id, customer_id, due_date, source, confidence, triage"
_KEY: Final = (due_dates.c.vehicle_id == bindparam("v")) & (due_dates.c.service_id == bindparam("s"))
FINGERPRINT: Final = "due_dates/fingerprint"
# Within SQLite's limit of variables per statement (SQLITE_MAX_VARIABLE_NUMBER, 32,766 since 3.32).
_CHUNK: Final = 5_000

_Row = tuple[Any, ...]


def replace_due_dates(connection: Connection, found: Inspections, vehicle_ids: Collection[str] | None) -> None:
    """Store when vehicles are due; those of other vehicles than the ones given stay.

    Args:
        connection: of the open transaction.
        found: the due dates.
        vehicle_ids: whose rows these are; None for all.
    """
    documents, fingerprint = SqlDocuments(connection), _fingerprint(found)
    if vehicle_ids is None and documents.get(FINGERPRINT) == fingerprint and _count(connection) == _size(found):
        return
    known = {row[:2]: row for row in _stored(connection, vehicle_ids)}
    rows = [row for service_id, due in found.dues.items() for row in _rows(found.garage, due, service_id)]
    changed = [row for row in rows if known.pop(row[:2], None) != row]
    if changed:
        statement = f"INSERT OR REPLACE INTO due_dates ({_NAMES}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 — constant
        connection.exec_driver_sql(statement, changed)
    if known:  # what is left belongs to nothing any more
        connection.execute(delete(due_dates).where(_KEY), [{"v": vehicle, "s": service} for vehicle, service in known])
    if vehicle_ids is None:
        documents.put(FINGERPRINT, fingerprint)
    elif changed or known:
        documents.delete(FINGERPRINT)


def _count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(due_dates)).scalar_one()


def _size(found: Inspections) -> int:
    return sum(int(due.known.sum()) for due in found.dues.values())


def _fingerprint(found: Inspections) -> bytes:
    """Name everything that would be stored: what has the name of what is stored need not be read to be compared."""
    digest = hashlib.blake2b(digest_size=32)
    for vehicle in found.garage.vehicles:
        digest.update(f"{vehicle.vehicle_id}\x1f{vehicle.customer_id}\x1e".encode())
    for service_id, due in sorted(found.dues.items()):
        digest.update(f"\x1d{service_id}\x1d{SOURCES}{TRIAGES}".encode())
        for column in (due.known, due.due, due.source, due.confidence, due.triage):
            digest.update(np.ascontiguousarray(np.where(due.known, column, 0)).tobytes())
    return digest.digest()


def _stored(connection: Connection, vehicle_ids: Collection[str] | None) -> Iterator[_Row]:
    cursor = driver_of(connection).cursor()
    statement = f"SELECT {_NAMES} FROM due_dates"  # noqa: S608 — constant
    try:
        if vehicle_ids is None:
            yield from cursor.execute(statement).fetchall()
            return
        ordered = sorted(vehicle_ids)
        for start in range(0, len(ordered), _CHUNK):
            part = ordered[start : start + _CHUNK]
            yield from cursor.execute(
                f"{statement} WHERE vehicle_id IN ({', '.join('?' * len(part))})", part
            ).fetchall()
    finally:
        cursor.close()


def _rows(garage: Garage, due: Due, service_id: str) -> Iterator[_Row]:
    """Give one service's rows as the database holds them."""
    at = np.flatnonzero(due.known)
    days = due.due[at]
    texts = {int(day): date.fromordinal(EPOCH + int(day)).isoformat() for day in np.unique(days)}
    vehicles = [garage.vehicles[one] for one in at.tolist()]
    return zip(
        [vehicle.vehicle_id for vehicle in vehicles],
        repeat(service_id),
        [vehicle.customer_id for vehicle in vehicles],
        [texts[day] for day in days.tolist()],
        [SOURCES[code] for code in due.source[at].tolist()],
        due.confidence[at].tolist(),
        [TRIAGES[code].value for code in due.triage[at].tolist()],
        strict=False,
    )
