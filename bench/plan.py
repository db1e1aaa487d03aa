"""The plan: every occasion of a group decided with its reason and written down, and what a change of 1 % costs.

The dealership is the one of ``bench data`` (53,000 customers, or 200,000 with ``--large``), all standard services of
the sample catalogue run. The peer is one ``fetchall`` at the driver of the very columns that planning reads, from the
same encrypted database in the same process, value by value as a driver gives them; planning reads the same values as
one list in JSON a column, which is its gain. The stored due dates are no part of it: planning works them out anew,
every time and in the measured seconds, and compares them by their fingerprint; the second figure is the same plan
beside a peer that reads them, too. Each run is a process of its own, so that its peak memory is its own.

A dealership with a past has two years of reminders (``bench.reminded``): planned are everybody and the few of a change
beside it, too, and nothing else with ``--past``. What learned times cost is the processor time of a plan under a model
of the network, beside the same plan without one, in pairs: of a dealership that never wrote to anybody, and of one with
a past, from which the plan of everybody learns and by which the plans of few go.
"""

import argparse
import hashlib
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Final

from bench.data import LARGE, NOW, ROOT, SMALL, TODAY, generate, measured
from bench.figures import Figure
from bench.reminded import remind

READ: Final = {
    "customers": "customer_id, given_name, family_name, company, street, postcode, town, country, phone, mobile, email,"
    " birth_date, is_business, is_supplier, advertising_block, second_given_name, second_family_name, is_dummy,"
    " deceased, missing_since",
    "vehicles": "vehicle_id, customer_id, make, model, vehicle_class, fuel, first_registration, mileage_km,"
    " mileage_date, next_hu, next_service, warranty_end, deregistered_on, sold_on, owner_id, plate_season, next_sp,"
    " next_service_km, delivered_on, lease_end, keeper_since, in_stock, missing_since",
    "jobs": "vehicle_id, customer_id, order_date, mileage_km, invoiced_on, kind, text, hours, declined",
    "persons": "customer_id, person_id, household_id",
    "consent_events": "seq, customer_id, kind, channel, purpose, at, basis, origin, valid_from, valid_to, source,"
    " collected_by, given_on, text_version, text_sha256, confirmed_at, ip, reference, reference_on, own_similar,"
    " in_every_message, preferences",
    "appointments": "appointment_id, customer_id, vehicle_id, starts_at, occasion, status, created_on, origin",
}
"""All rows of these columns are read; of other tables (lists, holds, what was planned before) there is nothing yet."""
COMPARED: Final = {"due_dates": "*"}
"""Compared with what was worked out by its fingerprint, and read only where that differs."""
CHANGED: Final = 100
PAIRS: Final = 3
KEY: Final = bytes(32)


def work(home: Path, *, learned: bool = False) -> dict[str, float | str]:
    """Plan everybody, then the households of every hundredth customer and vehicle; seconds, peak MB, a fingerprint.

    Args:
        home: with the database.
        learned: under a model of the network that is hardly sure of anything, so that all its draws are worked out.
    """
    from guildpost_agent.adapters.sql.engine import open_engine  # noqa: PLC0415 — measured process only
    from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory  # noqa: PLC0415
    from guildpost_agent.app.concerned import Changed  # noqa: PLC0415
    from guildpost_agent.app.plan_touchpoints import plan_touchpoints  # noqa: PLC0415
    from guildpost_agent.app.taught import NOTHING_TAUGHT, Taught  # noqa: PLC0415
    from guildpost_agent.cli.work import prepare  # noqa: PLC0415
    from tests.factories.agent import a_config  # noqa: PLC0415
    from tests.factories.network_models import a_model  # noqa: PLC0415
    from tests.factories.standard_services import standard_services  # noqa: PLC0415

    taught = Taught({"": a_model(strength=0.1, variance=0.5)}) if learned else NOTHING_TAUGHT
    prepare()  # as the worker does
    engine = open_engine(home / "agent.db", bytes(32))
    open_uow = unit_of_work_factory(engine)
    services = standard_services()
    config = a_config(services={"enabled": [service.service_id for service in services]})
    found: dict[str, float | str] = {"read": _fetch_all(engine, READ), "fetchall": _fetch_all(engine, READ | COMPARED)}
    started, cpu = time.perf_counter(), time.process_time()
    summary = plan_touchpoints(open_uow, services, config, NOW, KEY, taught=taught)
    found["full"], found["cpu"] = time.perf_counter() - started, time.process_time() - cpu
    found["occasions"], found["planned"] = summary.occasions, summary.planned
    with open_uow() as uow:
        customers = frozenset(c.customer_id for c in uow.records.customers()[::CHANGED])
        vehicles = frozenset(v.vehicle_id for v in uow.records.vehicles()[::CHANGED])
        rows = [f"{t.touchpoint_id} {t.planned_at} {t.channel}" for t in uow.plans.touchpoints()]
    found["fingerprint"] = hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16]
    started, cpu = time.perf_counter(), time.process_time()
    plan_touchpoints(open_uow, services, config, NOW, KEY, changed=Changed(customers, vehicles), taught=taught)
    found["changed"], found["changed_cpu"] = time.perf_counter() - started, time.process_time() - cpu
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def _fetch_all(engine: object, read: Mapping[str, str]) -> float:
    """Read columns by the driver alone; the quicker of two runs."""
    connection = engine.raw_connection()  # type: ignore[attr-defined]  # SQLAlchemy's engine, not imported here
    cursor, seconds = connection.cursor(), []
    for _ in range(2):
        started = time.perf_counter()
        for table, columns in read.items():
            cursor.execute(f"SELECT {columns} FROM {table}").fetchall()  # noqa: S608 — both are written above
        seconds.append(time.perf_counter() - started)
    connection.close()
    return min(seconds)


def _measure(customers: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        generate(home / "drop", customers)
        measured(home, home / "drop", "full")
        unplanned = home / "unplanned.db"
        shutil.copy(home / "agent.db", unplanned)
        found = _planned(home)
        if customers == SMALL:
            found["learned"], _ = _learned(unplanned)
            found["reminders"] = _remind(unplanned)
            found["learned_past"], found["learned_changed"] = _learned(unplanned)
            found |= _with_past(unplanned)
    print(f"# plan of {customers}: {found}", file=sys.stderr, flush=True)
    return found


def _learned(unplanned: Path) -> tuple[float, float]:
    """Give what learned times cost a plan, of everybody and of few: the middle of some pairs of processor times."""
    full, changed = [], []
    for _ in range(PAIRS):
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
            for home in (one, other):
                shutil.copy(unplanned, Path(home) / "agent.db")
            plain, learned = _planned(Path(one)), _planned(Path(other), "learned")
        full.append(learned["cpu"] / plain["cpu"])
        changed.append(learned["changed_cpu"] / plain["changed_cpu"])
    return median(full), median(changed)


def _with_past(reminded: Path) -> dict[str, float]:
    """Plan a dealership with a past, everybody and the few of a change."""
    with tempfile.TemporaryDirectory() as name:
        shutil.copy(reminded, Path(name) / "agent.db")
        found = _planned(Path(name))
    return {f"past_{key}": found[key] for key in ("full", "changed", "peak_mb")}


def _past_alone() -> dict[str, float]:
    """Make a dealership with a past, and plan it."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        generate(home / "drop", SMALL)
        measured(home, home / "drop", "full")
        return {"reminders": _remind(home / "agent.db")} | _with_past(home / "agent.db")


def _remind(database: Path) -> int:
    """Give the dealership a past."""
    from guildpost_agent.adapters.sql.engine import open_engine  # noqa: PLC0415 — only where a bench generates
    from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory  # noqa: PLC0415 — as above
    from tests.factories.standard_services import standard_services  # noqa: PLC0415 — as above

    services = {service.service_id: service for service in standard_services()}
    engine = open_engine(database, bytes(32))
    written = remind(unit_of_work_factory(engine), services, TODAY, KEY)
    engine.dispose()
    return written


def _planned(home: Path, *how: str) -> dict[str, float]:
    """Plan in a process of its own."""
    command = [sys.executable, "-m", "bench.plan", str(home), *how]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def run(arguments: list[str]) -> list[Figure]:
    """Measure the group's plan and its delta, and with ``--large`` the large one's time and memory."""
    parser = argparse.ArgumentParser(prog="bench plan")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--past", action="store_true", help="only the dealership with two years of reminders")
    options = parser.parse_args(arguments)
    if options.past:
        return _figures_of_past(_past_alone())
    small = _measure(SMALL)
    peer = "one fetchall of the same columns by the driver"
    figures = [
        Figure("plan of 53,000 customers with reasons, all standard services", round(small["full"], 2), "s", 6.0,
               peer=peer, peer_value=round(small["read"], 2)),
        Figure("the same as a multiple of the fetchall", round(small["full"] / small["read"], 2), "times", 5.0),
        Figure("the same as a multiple of the fetchall with stored due dates", round(small["full"] / small["fetchall"],
               2), "times", 5.0),
        Figure("plan after a change of 1 %", round(small["changed"], 2), "s", 1.0),
        Figure("CPU of a plan with learned times, beside one without", round(small["learned"], 3), "times", 1.05),
        Figure(f"the same where {small['reminders']:,} reminders were sent before", round(small["learned_past"], 3),
               "times", 1.05),
        Figure("the same of a plan after a change of 1 %", round(small["learned_changed"], 3), "times", 1.05),
        Figure("peak memory of planning 53,000 customers", round(small["peak_mb"]), "MB", 1_536.0),
        *_figures_of_past(small),
    ]  # fmt: skip
    if options.large:
        large = _measure(LARGE)
        figures += [
            Figure("plan of 200,000 customers with reasons", round(large["full"], 1), "s", 30.0,
                   peer=peer, peer_value=round(large["read"], 2)),
            Figure("peak memory of planning 200,000 customers", round(large["peak_mb"]), "MB", 1_536.0),
        ]  # fmt: skip
    return figures


def _figures_of_past(found: Mapping[str, float]) -> list[Figure]:
    """Say what a plan costs where people were reminded before; the bounds are those of a dealership that begins."""
    where = f"where {found['reminders']:,} reminders were sent before"
    return [
        Figure(f"plan of 53,000 customers {where}", round(found["past_full"], 2), "s", 6.0),
        Figure(f"plan after a change of 1 % {where}", round(found["past_changed"], 2), "s", 1.0),
        Figure(f"peak memory of a plan {where}", round(found["past_peak_mb"]), "MB", 1_536.0),
    ]


if __name__ == "__main__":
    print(json.dumps(work(Path(sys.argv[1]), learned="learned" in sys.argv[2:])))
