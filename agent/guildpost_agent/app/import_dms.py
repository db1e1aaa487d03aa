"""Import a delivery of the dealer management system: all of its good files in one transaction, or nothing.

    1. read what lies ready; a file that cannot be read at all is refused
    2. read each row as a record; a bad row goes to quarantine with its reason
    3. a file with mostly bad rows is refused as a whole
    4. store records, quarantine and report, commit
    5. settle the files

A crash before 4 leaves everything as it was; a crash between 4 and 5 imports the same again, which changes nothing.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.app.ports.dms_source import DmsSource, RefusedFile, SourceFile
from guildpost_agent.app.ports.unit_of_work import ImportReport, OpenUnitOfWork, QuarantinedRow, UnitOfWork
from guildpost_agent.config import Dealer
from guildpost_agent.domain.dms_rows import (
    BadRow,
    CustomerRow,
    Reading,
    Table,
    read_appointment,
    read_customer,
    read_job,
    read_vehicle,
)
from guildpost_agent.domain.records import Appointment, Consent, Customer, Job, Vehicle
from guildpost_shared.clock import Clock
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import Refused
from guildpost_shared.ids import new_id

# A file of some length with more bad rows than this has swapped columns or damage: none of it is believed.
MOST_BAD_ROWS: Final = 0.5
FEWEST_ROWS_TO_JUDGE: Final = 10
ROW_TRUNCATED: Final = "row_truncated"
_LONGEST_RAW: Final = 2_000


@dataclass
class _Batch:
    """The records of a delivery; a later row with the same key replaces an earlier one."""

    customers: dict[str, Customer] = field(default_factory=dict)
    consents: dict[tuple[str, str], Consent] = field(default_factory=dict)
    refused_channels: set[tuple[str, str]] = field(default_factory=set)
    vehicles: dict[str, Vehicle] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    appointments: dict[str, Appointment] = field(default_factory=dict)

    def take(self, table: Table, cells: Mapping[str, str], reading: Reading) -> None:
        """Read one row into the batch.

        Raises:
            BadRow: it cannot become a record.
        """
        match table:
            case Table.CUSTOMERS:
                self._take_customer(read_customer(cells, reading))
            case Table.VEHICLES:
                vehicle = read_vehicle(cells, reading)
                self.vehicles[vehicle.vehicle_id] = vehicle
            case Table.JOBS:
                job = read_job(cells, reading)
                self.jobs[job.job_id] = job
            case Table.APPOINTMENTS:
                appointment = read_appointment(cells, reading)
                self.appointments[appointment.appointment_id] = appointment

    def _take_customer(self, row: CustomerRow) -> None:
        customer_id = row.customer.customer_id
        self.customers[customer_id] = row.customer
        for consent in row.consents:
            self.consents[customer_id, consent.channel] = consent
            self.refused_channels.discard((customer_id, consent.channel))
        for channel in row.refused_channels:
            self.consents.pop((customer_id, channel), None)
            self.refused_channels.add((customer_id, channel))

    def add(self, other: "_Batch") -> None:
        """Put a whole file's batch on top of this one."""
        self.customers.update(other.customers)
        for key in other.refused_channels:
            self.consents.pop(key, None)
        self.refused_channels = (self.refused_channels - other.consents.keys()) | other.refused_channels
        self.consents.update(other.consents)
        self.vehicles.update(other.vehicles)
        self.jobs.update(other.jobs)
        self.appointments.update(other.appointments)


@dataclass
class _Result:
    """What the files of a delivery gave."""

    batch: _Batch = field(default_factory=_Batch)
    quarantined: list[QuarantinedRow] = field(default_factory=list)
    refused: list[RefusedFile] = field(default_factory=list)
    imported: list[str] = field(default_factory=list)
    cut_off: dict[str, int] = field(default_factory=dict)
    rows_read: int = 0
    tables: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)


def import_delivery(
    open_uow: OpenUnitOfWork, source: DmsSource, clock: Clock, entropy: Entropy, dealer: Dealer
) -> ImportReport | None:
    """Import everything that lies ready.

    Args:
        open_uow: opens a transaction on the dealer's database.
        source: where deliveries lie.
        clock: the business clock.
        entropy: makes the import's id.
        dealer: gives the time zone of times and the mail domain that stands in for missing addresses.

    Returns:
        The report, also for a delivery of which every file was refused; None when nothing lay ready.
    """
    delivery = source.read()
    if delivery is None:
        return None
    now, zone = clock.now(), ZoneInfo(dealer.timezone)
    reading = Reading(now.astimezone(zone).date(), zone, dealer.email.rpartition("@")[2])
    result = _Result(refused=list(delivery.refused))
    for file in delivery.files:
        _read_file(file, reading, result)
    report = ImportReport(
        import_id=new_id(entropy),
        at=now,
        state=_state(result),
        rows_read=result.rows_read,
        rows_imported=result.rows_read - len(result.quarantined),
        rows_quarantined=len(result.quarantined),
        report={
            "files": result.imported,
            "refused": [
                {
                    "file": file.name,
                    "code": file.error.code,
                    "params": {k: str(v) for k, v in file.error.params.items()},
                }
                for file in result.refused
            ],
            "cut_off": result.cut_off,
            "tables": dict(result.tables),
            "warnings": dict(sorted(result.warnings.items())),
        },
    )
    with open_uow() as uow:
        _store(uow, result.batch, clock)
        uow.imports.add(report, result.quarantined)
        uow.commit()
    source.settle(result.imported, result.refused)
    return report


def refusals(report: ImportReport) -> list[Refused]:
    """Give the refused files of a report as errors, so that each can be said in a person's language."""
    listed = report.report.get("refused", [])
    files = listed if isinstance(listed, list) else []
    return [Refused(file["code"], **file["params"]) for file in files]


def cut_off_files(report: ImportReport) -> list[Refused]:
    """Give the files of a report that break off inside a row; the whole rows before it are imported."""
    listed = report.report.get("cut_off", {})
    files = listed if isinstance(listed, dict) else {}
    return [Refused("dms_file_cut_off", file=file, row=row) for file, row in files.items()]


def _state(result: _Result) -> str:
    if not result.imported:
        return "refused"
    return "partial" if result.refused else "done"


def _read_file(file: SourceFile, reading: Reading, result: _Result) -> None:
    batch = _Batch()
    bad = [QuarantinedRow(file.name, row.row_number, "", row.reason, row.raw) for row in file.broken]
    own = Reading(reading.today, reading.zone, reading.own_domain)
    for number, cells in file.rows:
        try:
            batch.take(file.table, dict(zip(file.columns, cells, strict=True)), own)
        except BadRow as error:
            bad.append(QuarantinedRow(file.name, number, error.field, error.reason, ";".join(cells)[:_LONGEST_RAW]))
    bad.sort(key=lambda row: row.row_number)
    rows = len(file.rows) + len(file.broken)
    if rows >= FEWEST_ROWS_TO_JUDGE and len(bad) > rows * MOST_BAD_ROWS:
        first = bad[0]
        unusable = Refused(
            "dms_file_unusable",
            file=file.name,
            bad=len(bad),
            rows=rows,
            row=first.row_number,
            field=first.field or first.reason,
        )
        result.refused.append(RefusedFile(file.name, unusable))
        return
    result.batch.add(batch)
    result.quarantined.extend(bad)
    result.imported.append(file.name)
    cut_off = [row.row_number for row in file.broken if row.reason == ROW_TRUNCATED]
    if cut_off:
        result.cut_off[file.name] = cut_off[0]
    result.rows_read += rows
    result.tables[file.table.value] += rows - len(bad)
    result.warnings.update(own.warnings)


def _store(uow: UnitOfWork, batch: _Batch, clock: Clock) -> None:
    records = uow.records
    records.upsert_customers(list(batch.customers.values()))
    records.upsert_vehicles(list(batch.vehicles.values()))
    records.upsert_jobs(list(batch.jobs.values()))
    records.upsert_appointments(list(batch.appointments.values()))
    if batch.refused_channels:
        standing = {(c.customer_id, c.channel) for c in records.consents() if c.withdrawn_at is None}
        for customer_id, channel in sorted(standing & batch.refused_channels):
            records.withdraw_consent(customer_id, channel, clock.now())
    records.upsert_consents(list(batch.consents.values()))
