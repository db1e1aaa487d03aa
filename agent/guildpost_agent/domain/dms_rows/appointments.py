"""An appointment's row."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from guildpost_agent.domain import normalise
from guildpost_agent.domain.appointment_works import services_in
from guildpost_agent.domain.dms_rows.reading import LONGEST_KEY, BadRow, Cells, Reading, Row, Table
from guildpost_agent.domain.normalise import Unreadable
from guildpost_agent.domain.records import Appointment


def read_appointment(cells: Cells, reading: Reading) -> Appointment:
    """Read an appointment; its local time becomes UTC.

    Raises:
        BadRow: the appointment's or the customer's number is missing, or its day or time cannot be read.
    """
    row = Row(cells, reading, Table.APPOINTMENTS)
    appointment_id, customer_id = row.key("appointment_id"), row.key("customer_id")
    day = row.required_day("day")
    try:
        starts = normalise.parse_instant(day, row.raw("time"))
    except Unreadable as error:
        raise BadRow("time", error.reason) from None
    return Appointment(
        appointment_id=appointment_id,
        customer_id=customer_id,
        vehicle_id=row.reference("vehicle_id"),
        starts_at=_utc(starts, row.reading.zone),
        occasion=" ".join(services_in((row.raw("occasion"),), reading.works)),
        status=row.text("status", LONGEST_KEY),
        created_on=row.day("created_on") or min(day, row.today),
    )


def _utc(local: datetime, zone: ZoneInfo) -> datetime:
    try:
        return local.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        raise BadRow("day", "out_of_range") from None
