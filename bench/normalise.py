"""What it costs to read a dealer's export: rows as cells become records, and vehicles get their due dates."""

import csv
import gc
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from bench.figures import Figure
from guildpost_agent.domain.dms_rows import BadRow, Reading, Table, read_customer, read_job, read_vehicle
from guildpost_agent.domain.due_dates import DueDates, garage_of
from guildpost_agent.domain.history import histories
from guildpost_agent.domain.mapping.vocabulary import field_names
from guildpost_agent.domain.records import Job, Vehicle
from guildpost_demo.catalogue import targets
from guildpost_demo.network.dealers import DEMO_START, benchmark_dealer
from guildpost_demo.network.export import ENCODING, export
from guildpost_demo.network.households import households
from guildpost_shared.services.definition import parse_service

CUSTOMERS, VEHICLES, JOBS, SEED = 53_000, 58_000, 44_000, 7
SERVICES = ("services/hu_au.json", "services/inspection.json")
FILES = {"kunden": Table.CUSTOMERS, "fahrzeuge": Table.VEHICLES, "auftraege": Table.JOBS}
Cells = Mapping[str, str]
_Record = TypeVar("_Record")


def run(_arguments: list[str]) -> list[Figure]:
    """Measure reading and due dates on one core."""
    rows = _rows()
    reading = Reading(DEMO_START, ZoneInfo("Europe/Berlin"), benchmark_dealer(CUSTOMERS).email_domain)
    customers, _ = _timed(rows[Table.CUSTOMERS][:CUSTOMERS], lambda cells: read_customer(cells, reading))
    vehicle_time, vehicles = _timed(rows[Table.VEHICLES][:VEHICLES], lambda cells: read_vehicle(cells, reading))
    job_time, jobs = _timed(rows[Table.JOBS][:JOBS], lambda cells: read_job(cells, reading))
    history_time, due_time = _due(vehicles, jobs, DEMO_START)
    return [
        Figure(f"{CUSTOMERS} customers read", round(customers, 2), "s", 2.5),
        Figure(f"{len(vehicles)} vehicles read", round(vehicle_time, 2), "s", 2.0),
        Figure(f"{len(jobs)} labour lines read", round(job_time, 2), "s", 1.0),
        Figure("all three tables read, CPU", round(customers + vehicle_time + job_time, 2), "s", 5.0),
        Figure("histories of the labour lines", round(history_time, 2), "s", 0.5),
        Figure(f"due dates, {len(vehicles)} vehicles × {len(SERVICES)} services", round(due_time, 2), "s", 1.5),
    ]


def _rows() -> dict[Table, list[Cells]]:
    """Write the sample network's export, and read it as cells; broken lines are left out."""
    profile = benchmark_dealer(CUSTOMERS)
    found: dict[Table, list[Cells]] = {}
    with tempfile.TemporaryDirectory() as folder:
        export(Path(folder), profile, households(profile, DEMO_START, SEED), SEED)
        for name, table in FILES.items():
            with (Path(folder) / f"{name}.csv").open(encoding=ENCODING, newline="") as file:
                reader = csv.reader(file, delimiter=";")
                names = field_names(table, next(reader))
                lines = (line for line in reader if len(line) == len(names))
                found[table] = [
                    {n: cell for n, cell in zip(names, line, strict=True) if n} for line in islice(lines, 400_000)
                ]
    return found


def _timed(rows: list[Cells], read: Callable[[Cells], _Record]) -> tuple[float, list[_Record]]:
    records: list[_Record] = []
    gc.collect()
    gc.freeze()  # the rows of a whole export lie in memory only here; an import streams them
    started = time.process_time()
    for cells in rows:
        try:
            records.append(read(cells))
        except BadRow:
            continue
    return time.process_time() - started, records


def _due(vehicles: list[Vehicle], jobs: list[Job], today: date) -> tuple[float, float]:
    catalogue = targets()
    services = [DueDates(parse_service(catalogue[path])) for path in SERVICES]
    started = time.process_time()
    known = histories(jobs)
    gathered = time.process_time()
    garage = garage_of(vehicles, known)
    for service in services:
        service.of(garage, today)
    return gathered - started, time.process_time() - gathered
