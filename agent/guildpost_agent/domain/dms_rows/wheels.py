"""A row of the wheel store."""

import re
from typing import Final

from guildpost_agent.domain.dms_rows.reading import Cells, Reading, Row, Table
from guildpost_agent.domain.normalise import parse_decimal
from guildpost_agent.domain.records import WheelSet

# The deepest tread that a tyre for the road is made with, in mm, and then some.
_MOST_TREAD_MM: Final = 30.0
_LONGEST_DIMENSION: Final = 40
_MM: Final = re.compile(r"\s*mm\s*$", re.IGNORECASE)


def read_wheels(cells: Cells, reading: Reading) -> WheelSet:
    """Read a set of stored wheels.

    Raises:
        BadRow: the set's or the customer's number is missing.
    """
    row = Row(cells, reading, Table.WHEELS)
    return WheelSet(
        wheel_set_id=row.key("wheel_set_id"),
        customer_id=row.key("customer_id"),
        vehicle_id=row.reference("vehicle_id"),
        stored_on=row.past_day("stored_on"),
        until=row.day("until"),
        dimension=row.text("dimension", _LONGEST_DIMENSION),
        tread_mm=row.read("tread_mm", lambda: parse_decimal(_MM.sub("", row.raw("tread_mm")), _MOST_TREAD_MM), None),
        is_historic=bool(row.flag("historic")),
    )
