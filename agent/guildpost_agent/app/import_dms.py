"""Import a delivery of the dealer management system: all of its good tables in one transaction, or nothing.

    1. note that an import reads; what an earlier one left half read is thrown away
    2. read each table chunk by chunk; new and changed rows are staged, bad ones go to quarantine with their reason
    3. a table with mostly bad rows, or one that turns out to be unreadable, is refused as a whole
    4. apply what is staged, permissions too; mark what a complete delivery did not bring; store the report; commit
    5. settle the files

Staging commits chunk by chunk, so that nobody waits for the import and memory stays bounded; the mirror changes in
step 4 alone. A crash before it leaves everything as it was; a crash between 4 and 5 imports the same again, which
changes nothing. Nobody who was erased comes back, whatever the DMS still says.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.app.consents.apply_import import apply_import
from guildpost_agent.app.ports.dms_source import Delivery, DmsSource, RefusedFile, SourceTable
from guildpost_agent.app.ports.staging import TableChange
from guildpost_agent.app.ports.unit_of_work import ImportReport, OpenUnitOfWork, UnitOfWork
from guildpost_agent.app.reading_tables import ReadChunk, TableReader, TableTally
from guildpost_agent.config import Dealer
from guildpost_agent.domain.appointment_works import Works
from guildpost_agent.domain.dms_rows import Reading, Table
from guildpost_agent.domain.records import Appointment, Customer, Job
from guildpost_agent.domain.rights.identity import Tombstones
from guildpost_shared.clock import Clock
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import Refused
from guildpost_shared.ids import new_id

# A table of some length with more bad rows than this has swapped columns or damage: none of it is believed.
MOST_BAD_ROWS: Final = 0.5
FEWEST_ROWS_TO_JUDGE: Final = 10
# Tables of which a complete delivery says what is gone; labour lines stay history whatever the DMS archives.
_CAN_MISS: Final = (Table.CUSTOMERS, Table.VEHICLES, Table.APPOINTMENTS)
# Orders and appointments are read first: they tell who is in contact again, before customers are let in or left out.
_READ_FIRST: Final = (Table.JOBS, Table.APPOINTMENTS)
IN_CONTACT_DAYS: Final = 365
KnowsErased = Callable[[UnitOfWork], Tombstones]
"""Gives the marks of everybody who was erased, as a transaction sees them."""


def nobody_erased(uow: UnitOfWork) -> Tombstones:
    """Give no marks: for a dealership that never erased anybody, and for tests."""
    del uow
    return Tombstones(b"", ())


@dataclass
class _Result:
    """What the tables of a delivery gave."""

    refused: list[RefusedFile]
    imported: list[str] = field(default_factory=list)
    cut_off: dict[str, int] = field(default_factory=dict)
    as_of: dict[str, str] = field(default_factory=dict)
    rows_read: int = 0
    rows_bad: int = 0
    erased: int = 0
    tables: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    gone: set[str] = field(default_factory=set)
    in_contact: set[str] = field(default_factory=set)
    complete: dict[Table, set[int]] = field(default_factory=dict)
    staged_keys: dict[Table, set[str]] = field(default_factory=dict)
    touched_customers: frozenset[str] = frozenset()
    touched_vehicles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Imported:
    """The stored report, and whom the delivery concerned, for whoever reworks only that."""

    report: ImportReport
    customers: frozenset[str]
    vehicles: frozenset[str]


def import_changes(
    open_uow: OpenUnitOfWork,
    source: DmsSource,
    clock: Clock,
    entropy: Entropy,
    dealer: Dealer,
    *,
    erased: KnowsErased = nobody_erased,
    works: Works | None = None,
) -> Imported | None:
    """Import what lies ready.

    Args:
        open_uow: opens a transaction.
        source: where the delivery lies.
        clock: the business clock.
        entropy: names the import.
        dealer: zone and mail domain decide how rows are read.
        erased: tells whom not to take in; asked again in the transaction that applies.
        works: by service, the words that tell that an appointment is for it.

    Returns:
        The stored report, or None when nothing lay ready. A delivery of which nothing could be imported is stored as
        ``refused``; one with some refused tables as ``partial``.
    """
    delivery = source.read()
    if delivery is None:
        return None
    now, zone = clock.now(), ZoneInfo(dealer.timezone)
    import_id = new_id(entropy)
    with open_uow() as uow:
        uow.staging.clear()
        uow.imports.start(import_id, now)
        tombstones = erased(uow)
        uow.commit()
    reading = Reading(now.astimezone(zone).date(), zone, dealer.email.rpartition("@")[2], works or {})
    result = _Result(refused=list(delivery.refused))
    for number, table in enumerate(sorted(delivery.tables, key=lambda table: table.table not in _READ_FIRST)):
        _stage(
            open_uow,
            table,
            import_id=import_id,
            number=number,
            reading=reading,
            tombstones=tombstones,
            result=result,
        )
    with open_uow() as uow:
        _forget_newly_erased(uow, erased(uow), result)
        changes = _apply(uow, result, reading, now)
        report = _report(import_id, now, delivery, result, changes)
        uow.imports.finish(report)
        uow.staging.clear()
        uow.commit()
    source.settle(result.imported, result.refused)
    return Imported(report, result.touched_customers, result.touched_vehicles)


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


def _stage(
    open_uow: OpenUnitOfWork,
    table: SourceTable,
    *,
    import_id: str,
    number: int,
    reading: Reading,
    tombstones: Tombstones,
    result: _Result,
) -> None:
    """Do steps 2 and 3 for one table."""
    with open_uow() as uow:
        known = set() if table.table is Table.CONSENTS else uow.staging.known(table.table)
    keys = result.staged_keys.setdefault(table.table, set())
    reader = TableReader(table, reading, known, keys)
    erased = 0
    refusal: Refused | None = None
    try:
        for chunk in reader.chunks():
            erased += _leave_out(chunk, tombstones, result, reading.today)
            if chunk.records or chunk.statements or chunk.quarantined:
                with open_uow() as uow:
                    uow.staging.put(table.table, number, chunk.records)
                    uow.staging.say(number, chunk.statements)
                    uow.imports.put_aside(import_id, chunk.quarantined)
                    uow.commit()
    except Refused as error:
        refusal = error
    tally = reader.tally
    if refusal is None and is_unusable(tally):
        refusal = _unusable(table, reader)
    if refusal is not None:
        with open_uow() as uow:
            uow.staging.drop(number)
            uow.imports.take_back(import_id, table.name)
            uow.commit()
        result.refused.append(RefusedFile(table.name, refusal))
        return
    result.imported.append(table.name)
    result.rows_read += tally.read
    result.rows_bad += tally.bad
    result.erased += erased
    result.tables[table.table.value] += tally.read - tally.bad
    result.unchanged[table.table.value] += tally.unchanged
    result.warnings.update(tally.warnings)
    if tally.cut_off is not None:
        result.cut_off[table.name] = tally.cut_off
    if table.as_of is not None:
        result.as_of[table.table.value] = max(result.as_of.get(table.table.value, ""), table.as_of.isoformat())
    if table.complete and table.table in _CAN_MISS and tally.cut_off is None:
        result.complete.setdefault(table.table, set()).update(tally.seen)


def is_unusable(tally: TableTally) -> bool:
    """Say whether most rows of a table are bad."""
    return tally.read >= FEWEST_ROWS_TO_JUDGE and tally.bad > tally.read * MOST_BAD_ROWS


def _unusable(table: SourceTable, reader: TableReader) -> Refused:
    tally, first = reader.tally, reader.tally.first_bad
    return Refused(
        "dms_file_unusable",
        file=table.name,
        bad=tally.bad,
        rows=tally.read,
        row=first.row_number if first else 0,
        field=(first.field or first.reason) if first else "",
    )


def _leave_out(chunk: ReadChunk, tombstones: Tombstones, result: _Result, today: date) -> int:
    """Take erased people out of a chunk; return how many rows went.

    Who was dropped for long silence comes back with a new order or appointment; who asked to be erased does not, under
    whatever number.
    """
    if not tombstones:
        return 0
    records = [row.record for row in chunk.records]
    since = today - timedelta(days=IN_CONTACT_DAYS)
    result.in_contact |= {r.customer_id for r in records if isinstance(r, Job) and r.order_date >= since}
    result.in_contact |= {r.customer_id for r in records if isinstance(r, Appointment)}
    numbers = {record.customer_id for record in records} | {said.customer_id for said in chunk.statements}
    customers = [record for record in records if isinstance(record, Customer)]
    result.gone |= tombstones.matching(customers, in_contact=result.in_contact)
    result.gone |= tombstones.erased_numbers(numbers, in_contact=result.in_contact)
    chunk.records = [row for row in chunk.records if row.record.customer_id not in result.gone]
    chunk.statements = [said for said in chunk.statements if said.customer_id not in result.gone]
    chunk.quarantined = [replace(row, raw="") for row in chunk.quarantined]
    return len(records) - len(chunk.records)


def _forget_newly_erased(uow: UnitOfWork, tombstones: Tombstones, result: _Result) -> None:
    """Drop staged rows of people who were erased while the import read, or found erased under another number."""
    if tombstones:
        numbers = uow.staging.customers() - result.in_contact
        uow.staging.forget(tombstones.erased_numbers(numbers) | result.gone)
        uow.rights.lift_tombstones({mark for one in result.in_contact if (mark := tombstones.dropped(one))})


def _apply(uow: UnitOfWork, result: _Result, reading: Reading, now: datetime) -> dict[Table, TableChange]:
    """Do step 4: the mirror, the permissions, and what is gone."""
    customers = uow.staging.touched(Table.CUSTOMERS)
    vehicles = {v for table in (Table.VEHICLES, Table.JOBS) for v in uow.staging.touched(table)}
    changes = dict(uow.staging.apply())
    result.warnings += apply_import(uow, uow.staging.statements(), uow.staging.blocked(), now)
    for table, seen in result.complete.items():
        gone, back = uow.staging.miss(table, seen, reading.today)
        changes[table] = replace(changes[table], gone=gone, returned=back)
    result.touched_customers, result.touched_vehicles = frozenset(customers), frozenset(vehicles)
    return changes


def _report(
    import_id: str, now: datetime, delivery: Delivery, result: _Result, changes: Mapping[Table, TableChange]
) -> ImportReport:
    consents = result.warnings.pop("added", 0)
    return ImportReport(
        import_id=import_id,
        at=now,
        state=_state(result),
        rows_read=result.rows_read,
        rows_imported=result.rows_read - result.rows_bad,
        rows_quarantined=result.rows_bad,
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
            "changes": {
                table.value: {**vars(changes[table]), "unchanged": result.unchanged[table.value]}
                for table in _brought(delivery.tables)
                if table in changes
            },
            "consents": consents,
            "erased": result.erased,
            "as_of": result.as_of,
            "warnings": dict(sorted(result.warnings.items())),
        },
    )


def _brought(tables: Iterable[SourceTable]) -> list[Table]:
    found = {table.table for table in tables}
    return [table for table in Table if table in found]


def _state(result: _Result) -> str:
    if not result.imported:
        return "refused"
    return "partial" if result.refused else "done"
