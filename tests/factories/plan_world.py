"""A small dealership to plan for: one vehicle for each thing that can come of an occasion, all due around April 2027.

put_small_dealership(uow)      # the caller commits; the planner's key is KEY, nothing was planned yet

V3 mail · V1 carried along with it (same customer) · V2 letter · V4 sold · V5 complaint · V6 booked · V7 control group ·
V8 due in half a year
"""

from datetime import date
from pathlib import Path

from guildpost_agent.adapters.sql.engine import open_engine
from guildpost_agent.adapters.sql.tables import metadata
from guildpost_agent.app.planning_state import KEY as KEY_DOCUMENT
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.domain.holds import Hold, HoldKind
from guildpost_agent.domain.keyed import draw
from tests.factories.agent import KEY, TODAY, a_consent, a_customer, a_job, a_vehicle, an_appointment

_LARGEST_SHARE = 0.1
_DRAWN = [(str(n), [draw(KEY, "holdout", str(n), name) for name in ("hu_au", "inspection")]) for n in range(1000, 2000)]
_FREE = [number for number, draws in _DRAWN if min(draws) > _LARGEST_SHARE]
MAIL, LETTER, SOLD, COMPLAINT, BOOKED, LATER = _FREE[:6]
HELD_OUT = next(number for number, draws in _DRAWN if draws[0] < _LARGEST_SHARE / 4)
NEVER_DUE = date(2029, 9, 1)
OWNERS = {
    "V1": MAIL,
    "V2": LETTER,
    "V3": MAIL,
    "V4": SOLD,
    "V5": COMPLAINT,
    "V6": BOOKED,
    "V7": HELD_OUT,
    "V8": LATER,
}


def put_small_dealership(uow: UnitOfWork) -> None:
    """Store it in an open transaction."""
    uow.documents.put(KEY_DOCUMENT, KEY)
    uow.records.upsert_customers([a_customer(one) for one in dict.fromkeys(OWNERS.values())])
    uow.consents.append([a_consent(one) for one in dict.fromkeys(OWNERS.values()) if one != LETTER])
    uow.records.upsert_vehicles(
        [
            a_vehicle(
                vehicle,
                customer_id=owner,
                next_service=NEVER_DUE,
                next_hu=date(2027, 9, 1) if vehicle == "V8" else date(2027, 4, 1),
                sold_on=TODAY if vehicle == "V4" else None,
            )
            for vehicle, owner in OWNERS.items()
        ]
    )
    uow.records.upsert_jobs([a_job(f"{v}:1", vehicle_id=v, customer_id=owner) for v, owner in OWNERS.items()])
    uow.records.upsert_appointments([an_appointment(customer_id=BOOKED, vehicle_id="V6")])
    uow.holds.set(Hold(COMPLAINT, HoldKind.COMPLAINT, date(2027, 2, 20)))


def everything_stored(file: Path, key: bytes = KEY) -> dict[str, list[str]]:
    """Read every row of every table."""
    with open_engine(file, key).connect() as connection:
        return {
            table.name: sorted(repr(row) for row in connection.execute(table.select()))
            for table in metadata.sorted_tables
        }
