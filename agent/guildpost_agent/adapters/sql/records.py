"""The mirror of the DMS: bulk in, bulk out.

What the dealer's customers told us outlives the next export: an import never lifts an advertising block, never gives
a sold vehicle back to the same keeper, never moves an HU month back.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields
from datetime import date, datetime
from itertools import repeat
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Table, bindparam, case, func, select, update
from sqlalchemy.dialects.sqlite import Insert, insert
from sqlalchemy.sql.elements import ColumnElement

from guildpost_agent.adapters.sql.bulk import read_columns
from guildpost_agent.adapters.sql.prepared import Prepared, among
from guildpost_agent.adapters.sql.tables import appointments, customers, jobs, vehicles, wheel_sets
from guildpost_agent.domain.records import Appointment, Customer, Job, Vehicle

Record = Customer | Vehicle | Job | Appointment
_Record = TypeVar("_Record", Customer, Vehicle, Job, Appointment)
_TABLES: Final[dict[type[Record], Table]] = {
    Customer: customers,
    Vehicle: vehicles,
    Job: jobs,
    Appointment: appointments,
}

_NOT_PLAIN: Final[dict[type[Record], frozenset[str]]] = {
    Customer: frozenset({"salutation", "title", "second_salutation", "second_title", "care_of", "site", "provenance"}),
    Vehicle: frozenset({"vin", "plate", "hsn", "tsn", "site", "provenance"}),
    Job: frozenset({"job_id", "order_number", "charge", "site", "invoice_cents"}),
}
_OMITTED: Final[dict[str, object]] = {"provenance": {}, "invoice_cents": None}


def _columns(table: Table, record: type[Record]) -> list[ColumnElement[Any]]:
    return [table.c[field.name] for field in fields(record)]


def _by(record: type[Record], column: str) -> Prepared:
    table = _TABLES[record]
    return Prepared(lambda: select(*_columns(table, record)).where(table.c[column] == bindparam("id")))


def _among(record: type[Record], column: str) -> Prepared:
    table = _TABLES[record]
    return Prepared(lambda: select(*_columns(table, record)).where(among(table.c[column])))


_CUSTOMER: Final = _by(Customer, "customer_id")
_VEHICLE: Final = _by(Vehicle, "vehicle_id")
_APPOINTMENTS: Final = _by(Appointment, "vehicle_id")
_WITHOUT_VEHICLE: Final = Prepared(
    lambda: select(*_columns(appointments, Appointment)).where(
        appointments.c.vehicle_id == "", appointments.c.customer_id == bindparam("id")
    )
)
_WITHOUT_VEHICLE_OF: Final = Prepared(
    lambda: select(*_columns(appointments, Appointment)).where(
        appointments.c.vehicle_id == "", among(appointments.c.customer_id)
    )
)
_CUSTOMERS_OF: Final = _among(Customer, "customer_id")
_VEHICLES_OF: Final = _among(Vehicle, "vehicle_id")
_VEHICLES_OF_CUSTOMERS: Final = _among(Vehicle, "customer_id")
_JOBS_OF_VEHICLES: Final = Prepared(
    lambda: select(*_columns(jobs, Job)).where(among(jobs.c.vehicle_id), jobs.c.order_date >= bindparam("since"))
)
_APPOINTMENTS_OF_VEHICLES: Final = _among(Appointment, "vehicle_id")


def _upsert(table: Table, kept: dict[str, ColumnElement[Any]] | None = None) -> Insert:
    """Build insert-or-replace; ``kept`` says for some columns what becomes of the old value."""
    statement = insert(table)
    values = {c.name: statement.excluded[c.name] for c in table.c if not c.primary_key}
    keys = [column.name for column in table.primary_key]
    return statement.on_conflict_do_update(index_elements=keys, set_={**values, **(kept or {})})


def _customers_upsert() -> Insert:
    excluded = insert(customers).excluded
    return _upsert(
        customers, {"advertising_block": func.max(customers.c.advertising_block, excluded.advertising_block)}
    )


def _vehicles_upsert() -> Insert:
    excluded = insert(vehicles).excluded
    same_keeper = excluded.customer_id == vehicles.c.customer_id
    sold = case((same_keeper, func.coalesce(excluded.sold_on, vehicles.c.sold_on)), else_=excluded.sold_on)
    known = func.coalesce(vehicles.c.next_hu, excluded.next_hu)
    return _upsert(vehicles, {"sold_on": sold, "next_hu": func.max(func.coalesce(excluded.next_hu, known), known)})


def upsert_of(table: Table) -> Insert:
    """Build the statement by which rows come into a mirrored table."""
    return {customers: _customers_upsert, vehicles: _vehicles_upsert}.get(table, lambda: _upsert(table))()


class SqlRecords:
    """Customers, vehicles, jobs and appointments."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _write(self, statement: Insert, rows: Sequence[Record]) -> None:
        if rows:
            self._connection.execute(statement, [vars(row) for row in rows])

    def _all(self, record: type[_Record], *, plain: bool = False) -> list[_Record]:
        """Read a whole table; ``plain`` leaves out what planning never asks for, which is a good part of the cost."""
        omitted = _NOT_PLAIN.get(record, frozenset()) if plain else frozenset[str]()
        names = [field.name for field in fields(record) if field.name not in omitted]
        columns = read_columns(self._connection, _TABLES[record], names)
        if not columns:
            return []
        read = dict(zip(names, columns, strict=True))
        empty: dict[str, Iterator[object]] = {name: repeat(_OMITTED.get(name, "")) for name in omitted}
        whole = [read.get(field.name) or empty[field.name] for field in fields(record)]
        return [record(*row) for row in zip(*whole, strict=False)]

    def _read(self, record: type[_Record], *conditions: ColumnElement[bool]) -> list[_Record]:
        table = _TABLES[record]
        if not conditions:
            return self._all(record)
        statement = select(*_columns(table, record)).where(*conditions)
        return [record(*row) for row in self._connection.execute(statement).all()]

    def _some(self, record: type[_Record], among_them: Prepared, values: Collection[str], **more: Any) -> list[_Record]:
        return [record(*row) for row in among_them.rows(self._connection, ids=list(values), **more)] if values else []

    def customers_of(self, customer_ids: Collection[str]) -> list[Customer]:
        """List some customers."""
        return self._some(Customer, _CUSTOMERS_OF, customer_ids)

    def vehicles_of(self, vehicle_ids: Collection[str]) -> list[Vehicle]:
        """List some vehicles."""
        return self._some(Vehicle, _VEHICLES_OF, vehicle_ids)

    def vehicles_of_customers(self, customer_ids: Collection[str]) -> list[Vehicle]:
        """List the vehicles of some keepers."""
        return self._some(Vehicle, _VEHICLES_OF_CUSTOMERS, customer_ids)

    def jobs_of_vehicles(self, vehicle_ids: Collection[str], since: date = date.min) -> list[Job]:
        """List the labour lines of some vehicles, of orders made on or after a day."""
        return self._some(Job, _JOBS_OF_VEHICLES, vehicle_ids, since=since)

    def appointments_of_vehicles(self, vehicle_ids: Collection[str]) -> list[Appointment]:
        """List the appointments of some vehicles."""
        return self._some(Appointment, _APPOINTMENTS_OF_VEHICLES, vehicle_ids)

    def appointments_concerning(self, vehicle_ids: Collection[str], customer_ids: Collection[str]) -> list[Appointment]:
        """List the appointments of some vehicles, and those of some customers that name no vehicle."""
        without = self._some(Appointment, _WITHOUT_VEHICLE_OF, customer_ids)
        return [*self.appointments_of_vehicles(vehicle_ids), *without]

    def upsert_customers(self, rows: Sequence[Customer]) -> None:
        """Store customers; an advertising block stays."""
        self._write(_customers_upsert(), rows)

    def upsert_vehicles(self, rows: Sequence[Vehicle]) -> None:
        """Store vehicles; what the same keeper told us (sold, inspected elsewhere) stays."""
        self._write(_vehicles_upsert(), rows)

    def upsert_jobs(self, rows: Sequence[Job]) -> None:
        """Store labour lines."""
        self._write(_upsert(jobs), rows)

    def upsert_appointments(self, rows: Sequence[Appointment]) -> None:
        """Store appointments."""
        self._write(_upsert(appointments), rows)

    def customers(self, *, plain: bool = False) -> list[Customer]:
        """List all customers."""
        return self._all(Customer, plain=plain)

    def vehicles(self, *, plain: bool = False) -> list[Vehicle]:
        """List all vehicles."""
        return self._all(Vehicle, plain=plain)

    def vehicles_with_wheels(self) -> list[str]:
        """List the vehicles with a set of wheels in store."""
        stored = select(wheel_sets.c.vehicle_id).where(wheel_sets.c.is_historic.is_(False)).distinct()
        return list(self._connection.scalars(stored))

    def jobs(self, since: date = date.min, *, plain: bool = False) -> list[Job]:
        """List the labour lines of orders made on or after a day."""
        if plain and since == date.min:
            return self._all(Job, plain=True)
        return self._read(Job, *([jobs.c.order_date >= since] if since > date.min else []))

    def appointments(self) -> list[Appointment]:
        """List all appointments."""
        return self._read(Appointment)

    def appointments_since(self, since: datetime) -> list[Appointment]:
        """List the appointments that start at an instant or later."""
        return self._read(Appointment, appointments.c.starts_at >= since)

    def customer(self, customer_id: str) -> Customer | None:
        """Find a customer."""
        row = _CUSTOMER.first(self._connection, id=customer_id)
        return None if row is None else Customer(*row)

    def vehicle(self, vehicle_id: str) -> Vehicle | None:
        """Find a vehicle."""
        row = _VEHICLE.first(self._connection, id=vehicle_id)
        return None if row is None else Vehicle(*row)

    def jobs_of(self, vehicle_id: str, since: date = date.min) -> list[Job]:
        """List a vehicle's labour lines, of orders made on or after a day."""
        return self.jobs_of_vehicles([vehicle_id], since)

    def appointments_of(self, vehicle_id: str) -> list[Appointment]:
        """List a vehicle's appointments."""
        return [Appointment(*row) for row in _APPOINTMENTS.rows(self._connection, id=vehicle_id)]

    def appointments_without_vehicle(self, customer_id: str) -> list[Appointment]:
        """List a customer's appointments that name no vehicle."""
        return [Appointment(*row) for row in _WITHOUT_VEHICLE.rows(self._connection, id=customer_id)]

    def customers_with_email(self, address: str) -> list[str]:
        """List the numbers of the customers with an e-mail address."""
        wanted = select(customers.c.customer_id).where(func.lower(customers.c.email) == address)
        return sorted(self._connection.scalars(wanted))

    def block_advertising(self, customer_id: str) -> None:
        """Set the advertising block (objection under Art. 21(2) GDPR)."""
        self._connection.execute(
            update(customers).where(customers.c.customer_id == customer_id).values(advertising_block=True)
        )

    def mark_vehicle_gone(self, vehicle_id: str, on: date) -> None:
        """Note that the customer no longer has the vehicle."""
        self._connection.execute(update(vehicles).where(vehicles.c.vehicle_id == vehicle_id).values(sold_on=on))

    def set_next_hu(self, vehicle_id: str, month: date) -> None:
        """Note a new HU due month (first day of the month)."""
        self._connection.execute(update(vehicles).where(vehicles.c.vehicle_id == vehicle_id).values(next_hu=month))
