"""The data foundation: a group's exports in, customers with lawful and truthful dates out; time and memory.

Exports come from the sample network's generator in the size of a three-site group (53,000 customers, 58,000 vehicles,
44,000 orders) or of a large one (``--large``: 200,000 and 270,000), written as files and read through the drop folder
like any delivery. Each run is a process of its own, so that its peak memory is its own. ``--labels FOLDER`` adds the
matching figures on labelled record sets.
"""

import argparse
import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from bench.figures import Figure

TODAY: Final = date(2027, 3, 1)
NOW: Final = datetime(2027, 3, 1, 6, tzinfo=UTC)
ROOT: Final = Path(__file__).resolve().parents[1]
SMALL: Final = 53_000
LARGE: Final = 200_000
VEHICLES: Final = 58_000
ORDERS: Final = 44_000
SEED: Final = 11
NEWER: Final = 100
"""Every hundredth row of the second delivery differs: a street, a mileage, a text."""


def generate(folder: Path, customers: int) -> None:
    """Write the exports of a dealership with so many customers."""
    from guildpost_demo.network.dealers import benchmark_dealer  # noqa: PLC0415 — only where a bench generates
    from guildpost_demo.network.export import export  # noqa: PLC0415 — as above
    from guildpost_demo.network.households import households  # noqa: PLC0415 — as above

    profile = benchmark_dealer(customers)
    folder.mkdir(parents=True, exist_ok=True)
    export(folder, profile, households(profile, TODAY, SEED), SEED)
    if customers == SMALL:
        _trim(folder / "fahrzeuge.csv", VEHICLES)
        _trim(folder / "auftraege.csv", ORDERS)


def _trim(file: Path, most: int) -> None:
    """Keep the rows of the first so many vehicles or orders; an order has several lines."""
    lines = file.read_bytes().split(b"\r\n")
    seen: set[bytes] = set()
    kept = [lines[0]]
    for line in lines[1:]:
        seen.add(line.partition(b";")[0])
        if len(seen) > most:
            break
        kept.append(line)
    file.write_bytes(b"\r\n".join([*kept, b""]))


def change_some(folder: Path) -> None:
    """Change every hundredth row of each file, in a field that normalisation reads."""
    marks = {"kunden.csv": 6, "fahrzeuge.csv": 11, "auftraege.csv": 9}
    for name, column in marks.items():
        lines = (folder / name).read_bytes().decode("cp1252").split("\r\n")
        for at in range(NEWER, len(lines), NEWER):
            cells = lines[at].split(";")
            if len(cells) > column and '"' not in lines[at]:
                cells[column] = str(50_000 + at) if name == "fahrzeuge.csv" else f"{cells[column]} {at}"
                lines[at] = ";".join(cells)
        (folder / name).write_bytes("\r\n".join(lines).encode("cp1252"))


@contextmanager
def _timed(into: dict[str, float], name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    into[name] = into.get(name, 0.0) + time.perf_counter() - start


def work(home: Path, drop: Path, kind: str) -> dict[str, float]:
    """Import, resolve, compute due dates and scores once; print nothing, return seconds by step and peak MB."""
    from guildpost_agent.adapters.dms.drop_folder import DropFolder  # noqa: PLC0415 — measured process only
    from guildpost_agent.adapters.sql.engine import open_engine  # noqa: PLC0415
    from guildpost_agent.adapters.sql.migrate import migrate  # noqa: PLC0415
    from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory  # noqa: PLC0415
    from guildpost_agent.app.find_occasions import refresh_due_dates  # noqa: PLC0415
    from guildpost_agent.app.import_dms import import_changes  # noqa: PLC0415
    from guildpost_agent.app.resolve_people import resolve_people  # noqa: PLC0415
    from guildpost_agent.cli.work import BULK_THRESHOLDS  # noqa: PLC0415
    from guildpost_shared.clock import ManualClock  # noqa: PLC0415
    from guildpost_shared.entropy import OsEntropy  # noqa: PLC0415
    from tests.factories.agent import a_config  # noqa: PLC0415
    from tests.factories.standard_services import standard_services  # noqa: PLC0415

    gc.set_threshold(*BULK_THRESHOLDS)  # as the worker does
    engine = open_engine(home / "agent.db", bytes(32))
    migrate(engine)
    open_uow = unit_of_work_factory(engine)
    config, services = a_config(), standard_services()
    steps: dict[str, float] = {}
    before = resource.getrusage(resource.RUSAGE_SELF)
    with _timed(steps, "import"):
        imported = import_changes(open_uow, DropFolder(drop), ManualClock(NOW), OsEntropy(), config.dealer)
    if imported is None:
        raise RuntimeError("nothing lay in the drop folder")
    delta = kind == "delta"
    with _timed(steps, "people"):
        people = resolve_people(open_uow, NOW, imported.customers if delta else None)
    with _timed(steps, "due_dates"):
        triage = refresh_due_dates(open_uow, services, config, NOW, imported.vehicles if delta else None)
    after = resource.getrusage(resource.RUSAGE_SELF)
    steps["cpu"] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    steps["peak_mb"] = after.ru_maxrss / 1024
    steps["rows"] = imported.report.rows_read
    steps["touched"] = len(imported.customers) + len(imported.vehicles)
    steps["persons"], steps["review"] = people.persons, people.review
    steps |= {f"triage.{service}.{kind}": float(count) for (service, kind), count in triage.items()}
    return steps


def measured(home: Path, drop: Path, kind: str) -> dict[str, float]:
    """Take in a folder in a process of its own (``full`` or ``delta``) and give its seconds by step and peak MB."""
    command = [sys.executable, "-m", "bench.data", "--child", kind, str(home), str(drop)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    print(f"# {kind}: {json.dumps({k: round(v, 2) for k, v in found.items()})}", file=sys.stderr, flush=True)
    return found


def _total(steps: dict[str, float]) -> float:
    return steps["import"] + steps["people"] + steps["due_dates"]


def run(arguments: list[str]) -> list[Figure]:
    """Measure the group's import, its delta, and with ``--large`` the memory of the large one."""
    parser = argparse.ArgumentParser(prog="bench data")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--labels", type=Path, help="folder with labelled record sets")
    options = parser.parse_args(arguments)
    figures = []
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        drop = home / "drop"
        generate(drop, SMALL)
        full = measured(home, drop, "full")
        done = drop / "done"
        for file in list(done.iterdir()):
            file.rename(drop / file.name)
        change_some(drop)
        delta = measured(home, drop, "delta")
    figures += [
        Figure("import, resolve and due dates of 53,000 customers", round(_total(full), 2), "s", 20.0),
        Figure("the same after a change of 1 % in complete exports", round(_total(delta), 2), "s", 2.0,
               peer="the full import in the same run", peer_value=round(_total(full), 2)),
        Figure("peak memory of the import process", round(full["peak_mb"]), "MB", 1_536.0),
    ]  # fmt: skip
    if options.large:
        with tempfile.TemporaryDirectory() as name:
            generate(Path(name) / "drop", LARGE)
            large = measured(Path(name), Path(name) / "drop", "full")
        figures += [
            Figure("import, resolve and due dates of 200,000 customers", round(_total(large), 1), "s", 120.0),
            Figure("peak memory with 200,000 customers", round(large["peak_mb"]), "MB", 1_536.0),
        ]
    from bench.matching import run as run_matching  # noqa: PLC0415 — numpy only where it is wanted

    figures += run_matching(["--data", str(options.labels)] if options.labels else [])
    return figures


if __name__ == "__main__":
    print(json.dumps(work(Path(sys.argv[3]), Path(sys.argv[4]), sys.argv[2])))
