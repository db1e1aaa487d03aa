"""The table of calls that a call centre makes for the dealer: one row for each call of one day.

The centre works on the dealer's behalf (Art. 28 GDPR). A row holds what the call needs: no customer number, no address,
no history. ``task`` is a name that nobody outside can read anything from; results come back under it. A permission is
asked for on the day: a row is good on ``call_on`` only.
"""

from dataclasses import astuple, dataclass, fields
from typing import Final

from guildpost_agent.domain.spreadsheet import harmless

_BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
_SEPARATOR: Final = ";"


@dataclass(frozen=True)
class SheetRow:
    """One call: all in words, as the centre's people read it.

    Attributes:
        task: the call task's name.
        call_on: the local day on which it may be made (ISO 8601).
        hours: from and to which local hour, such as ``9-18``.
        priority: what comes first.
        desk: for whom an appointment is made.
        name: whom to ask for.
        phones: numbers in their international form with ``00``, the mobile one first.
        vehicle: make, model and plate.
        reason: why.
        context: what whoever calls should know.
        ground: what permits the call, with the entry of the ledger that proves it.
        script: what to say, where the brand has written it.
    """

    task: str
    call_on: str
    hours: str
    priority: str
    desk: str
    name: str
    phones: str
    vehicle: str
    reason: str
    context: str
    ground: str
    script: str


COLUMNS: Final = tuple(field.name for field in fields(SheetRow))
_HEAD: Final = _SEPARATOR.join(COLUMNS)


def dialled(number: str) -> str:
    """Write a number so that a spreadsheet leaves it alone: ``0049…`` instead of ``+49…``."""
    return f"00{number[1:]}" if number.startswith("+") else number


def sheet(rows: tuple[SheetRow, ...]) -> bytes:
    """Write the table as UTF-8 with a mark that spreadsheets know; a cell is never run as a formula."""
    lines = [_HEAD, *(_SEPARATOR.join(_cell(text) for text in astuple(row)) for row in rows)]
    return (_BOM + "".join(f"{line}\r\n" for line in lines)).encode()


def is_sheet(payload: bytes) -> bool:
    """Say whether something is such a table."""
    return payload.startswith((_BOM + _HEAD).encode())


def _cell(text: str) -> str:
    """Quote a cell (RFC 4180); ends of lines inside it are written one way."""
    quoted = harmless("\n".join(text.splitlines())).replace('"', '""')
    return f'"{quoted}"'
