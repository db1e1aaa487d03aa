"""A vehicle's row: papers, keeper, mileage, what falls due."""

from datetime import date
from typing import Final

from guildpost_agent.domain import normalise_vehicles as papers
from guildpost_agent.domain.dms_rows.reading import LONGEST_KEY, Cells, Reading, Row, Table
from guildpost_agent.domain.months import add_months
from guildpost_agent.domain.normalise_rules import Rule
from guildpost_agent.domain.records import Vehicle

# The longest HU interval is 36 months (StVZO annex VIII); a month more allows for a pass at the month's start.
_HU_MONTHS_AHEAD: Final = 37
# The safety check recurs every six months; at first it comes later in life.
_SP_MONTHS_AHEAD: Final = 43
_NORTH_AMERICA: Final = frozenset("12345")


def read_vehicle(cells: Cells, reading: Reading) -> Vehicle:
    """Read a vehicle.

    Raises:
        BadRow: the vehicle's number is missing, or both the keeper's and the owner's.
    """
    row = Row(cells, reading, Table.VEHICLES)
    vehicle_id = row.key("vehicle_id")
    owner_id = row.reference("owner_id")
    plate, season = _plate(row)
    hsn, tsn = _type_keys(row)
    return Vehicle(
        vehicle_id=vehicle_id,
        customer_id=_keeper(row, owner_id),
        vin=_vin(row),
        plate=plate,
        make=row.text("make", 60),
        model=row.text("model", 80),
        vehicle_class=_class(row),
        fuel=papers.fuel(row.raw("fuel")),
        hsn=hsn,
        tsn=tsn,
        first_registration=row.past_day("first_registration"),
        mileage_km=row.km("mileage_km"),
        mileage_date=row.past_day("mileage_date"),
        next_hu=_next_hu(row),
        next_service=row.day("next_service"),
        warranty_end=row.day("warranty_end"),
        deregistered_on=row.day("deregistered_on"),
        sold_on=row.day("sold_on"),
        owner_id=owner_id,
        plate_season=season,
        next_sp=_due_month(row, "next_sp", _SP_MONTHS_AHEAD),
        next_service_km=row.km("next_service_km"),
        delivered_on=row.past_day("delivered_on"),
        lease_end=row.day("lease_end"),
        keeper_since=row.past_day("keeper_since"),
        in_stock=bool(row.flag("in_stock")),
        site=row.text("site", LONGEST_KEY),
        provenance=row.provenance,
    )


def _keeper(row: Row, owner_id: str) -> str:
    """Give the registered keeper; where the DMS names only an owner, that is who keeps the vehicle."""
    if owner_id and not row.reference("customer_id"):
        row.note("customer_id", Rule.KEEPER_FROM_OWNER, row.raw("owner_id"))
        return owner_id
    return row.key("customer_id")


def _vin(row: Row) -> str:
    raw = row.cells.get("vin")
    if not raw:
        return ""
    vin = papers.read_vin(raw)
    if vin.oddity:
        row.warn("vin", vin.oddity)
    elif vin.text[:1] in _NORTH_AMERICA and not papers.check_digit_fits(vin.text):
        row.warn("vin", "check_digit")
    if vin.rule:
        row.note("vin", vin.rule, raw)
    return vin.text


def _plate(row: Row) -> tuple[str, str]:
    raw = row.cells.get("plate")
    if not raw:
        return "", ""
    plate = papers.read_plate(raw)
    if plate.rule:
        row.note("plate", plate.rule, raw)
    if plate.ambiguous:
        row.warn("plate", "no_separator")
    return plate.text, plate.season


def _type_keys(row: Row) -> tuple[str, str]:
    hsn, tsn = row.raw("hsn"), row.raw("tsn")
    if not (hsn or tsn):
        return "", ""
    found_hsn, found_tsn, rule = papers.type_keys(hsn, tsn)
    if rule:
        row.note("hsn", rule, f"{hsn} {tsn}".strip())
    return found_hsn, found_tsn


def _class(row: Row) -> str:
    raw = row.raw("vehicle_class")
    found = papers.vehicle_class(raw) if raw else ""
    if raw.strip() and not found:
        row.warn("vehicle_class", "unknown")
        row.note("vehicle_class", Rule.UNREADABLE, raw)
    return found


def _next_hu(row: Row) -> date | None:
    """Read the month of the next inspection; the emissions test is part of it since 2010 and shares its month."""
    found = _due_month(row, "next_hu", _HU_MONTHS_AHEAD)
    if found is not None or not row.cells.get("next_au"):
        return found
    found = _due_month(row, "next_au", _HU_MONTHS_AHEAD)
    if found is not None:
        row.note("next_hu", Rule.HU_FROM_AU, row.raw("next_au"))
    return found


def _due_month(row: Row, name: str, months_ahead: int) -> date | None:
    month = row.month(name)
    if month is None or month <= add_months(row.today, months_ahead):
        return month
    row.warn(name, "implausible")
    row.note(name, Rule.DATE_IMPLAUSIBLE, row.raw(name))
    return None
