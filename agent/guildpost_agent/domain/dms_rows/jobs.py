"""A labour line's row."""

import re
from typing import Final
from zlib import crc32

from guildpost_agent.domain.dms_rows.reading import LONGEST_KEY, BadRow, Cells, Reading, Row, Table
from guildpost_agent.domain.normalise import Unreadable, parse_decimal
from guildpost_agent.domain.records import Job
from guildpost_agent.domain.work_kinds import OTHER, job_kind

_MOST_HOURS: Final = 1_000.0
_MOST_EUROS: Final = 1_000_000
_EUROS: Final = re.compile(
    r"(?:€|EUR)?\s*(-?)(\d{1,3}(?:[.' ]\d{3})+|\d+)(?:[.,](\d{1,2}))?\s*(?:€|EUR)?", re.IGNORECASE
)
# Ten units of labour (Arbeitswerte) make an hour, as makers' time tables mostly count.
_UNITS_PER_HOUR: Final = 10
_HOURS: Final = re.compile(r"(.*?)\s*(h|std\.?|stunden|aw|zw)?", re.IGNORECASE | re.DOTALL)
CHARGES: Final = {
    "k": "customer", "kunde": "customer", "customer": "customer", "w": "customer", "werkstatt": "customer",
    "extern": "customer", "r": "customer", "rechnung": "customer", "bar": "customer",
    "g": "warranty", "garantie": "warranty", "gewährleistung": "warranty", "gw": "warranty", "warranty": "warranty",
    "kulanz": "warranty", "rückruf": "warranty",
    "i": "internal", "intern": "internal", "internal": "internal", "hausintern": "internal",
}  # fmt: skip
DECLINED: Final = frozenset({
    "abgelehnt", "nicht durchgeführt", "nicht ausgeführt", "nicht beauftragt", "nicht gewünscht", "empfohlen",
    "declined", "rejected", "recommended", "not done",
})  # fmt: skip
DONE: Final = frozenset({"durchgeführt", "ausgeführt", "erledigt", "fertig", "offen", "done", "completed", "open"})


def read_job(cells: Cells, reading: Reading) -> Job:
    """Read one labour line.

    Raises:
        BadRow: the order's or the vehicle's number is missing, or the order's date cannot be read or lies ahead.
    """
    row = Row(cells, reading, Table.JOBS)
    order = row.key("order_number")
    vehicle_id = row.key("vehicle_id")
    day = row.required_day("order_date")
    if day > row.today:
        raise BadRow("order_date", "in_future")
    operation, text = row.raw("operation").strip(), " ".join(row.raw("text").split())
    declined = _declined(row)
    return Job(
        # A line has no number of its own; its content tells it from its order's other lines, whatever their sequence.
        job_id=f"{order}:{crc32(f'{operation}|{text}'.encode('utf-8', 'replace')):08x}",
        order_number=order,
        order_date=day,
        vehicle_id=vehicle_id,
        customer_id=row.reference("customer_id"),
        mileage_km=row.km("mileage_km"),
        invoiced_on=row.day("invoice_date"),
        kind=OTHER if declined else job_kind(operation, text),
        text=text,
        hours=row.read("hours", lambda: _hours(row.raw("hours")), None),
        charge=_charge(row),
        site=row.text("site", LONGEST_KEY),
        declined=declined,
        invoice_cents=row.read("invoice_amount", lambda: _cents(row.raw("invoice_amount")), None),
    )


def _hours(text: str) -> float | None:
    if not text:
        return None
    match = _HOURS.fullmatch(text.strip())
    number, unit = (match[1], match[2] or "") if match else (text, "")
    units = unit.casefold() in {"aw", "zw"}
    found = parse_decimal(number, _MOST_HOURS * (_UNITS_PER_HOUR if units else 1))
    return found / _UNITS_PER_HOUR if units and found is not None else found


def _cents(text: str) -> int | None:
    """Read an amount in euros, as German exports write it: "1.234,50", "1234.50", "-80,00 €"."""
    if not text.strip():
        return None
    match = _EUROS.fullmatch(text.strip())
    if match is None:
        raise Unreadable("not_a_number")
    euros = int(re.sub(r"\D", "", match[2]))
    if euros > _MOST_EUROS:
        raise Unreadable("out_of_range")
    cents = euros * 100 + int((match[3] or "0").ljust(2, "0"))
    return -cents if match[1] else cents


def _declined(row: Row) -> bool:
    """Say whether the work was recommended and not done: a yes, or a status in words."""
    raw = row.cells.get("declined")
    if not raw:
        return False
    word = raw.strip().casefold()
    return word in DECLINED or (word not in DONE and bool(row.flag("declined")))


def _charge(row: Row) -> str:
    """Say who pays; a word nobody knows is counted and left empty."""
    raw = row.cells.get("charge")
    if not raw:
        return ""
    found = CHARGES.get(raw.strip().casefold())
    if found is None:
        if raw.strip():
            row.warn("charge", "unknown")
        return ""
    return found
