"""Lists of vehicles that the dealer holds: recalls of the manufacturer, notices of the workshop, contracts signed.

An entry names a vehicle of this dealership. What a file names and nobody here drives waits until an import brings it:

    row ─ wrong (no vehicle, no reference, no words for a letter) ─▶ reported with its number, not kept
        ─ VIN or plate of a vehicle here ──────────────────────────▶ entry ── done ─▶ entry with its day
        ─ of no vehicle here ──────────────────────────────────────▶ waiting ── import ─▶ entry, done where it was

A list that is named like a service about the end of a contract says what was signed: the day of its entry is the day on
which the extension was sold or the lease renewed, and nobody is written to about that end any more.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Final

from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.normalise import Unreadable, parse_day
from guildpost_agent.domain.normalise_vehicles import plate_key, read_plate, read_vin
from guildpost_agent.domain.notice_text import fitting
from guildpost_agent.domain.records import Vehicle
from guildpost_shared.errors import Refused
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.services.event_rules import ContractEndRule, ListRule, NoticeRule

RECALL: Final = "recall"
NOTICE: Final = "notice"
LONGEST_REFERENCE: Final = 40
_UNSURE: Final = ""
_DONE: Final = frozenset(
    {"ja", "j", "x", "1", "yes", "y", "done", "erledigt", "durchgeführt", "abgeschlossen", "closed"}
)
_OPEN: Final = frozenset({"0", "nein", "n", "no", "offen", "open", "-"})


@frozen
class ListEntry:
    """A vehicle on a list; ``text`` is what the customer may be told in the dealer's or the manufacturer's words."""

    list_id: str
    vehicle_id: str
    reference: str
    entered_on: date
    text: str = ""


@frozen
class Waiting:
    """A row whose vehicle is not known here; ``written`` is its VIN, or its plate where the file has no VIN.

    ``done_on`` is the day on which it was done or signed: it counts once an import brings the vehicle.
    """

    list_id: str
    written: str
    reference: str
    entered_on: date
    text: str = ""
    done_on: date | None = None


@frozen
class ListRow:
    """A row as the file has it; ``row_number`` is its line, ``done`` a day or a word where the work is done already."""

    row_number: int
    vin: str = ""
    plate: str = ""
    reference: str = ""
    text: str = ""
    done: str = ""


class Known:
    """The dealership's vehicles by identification number and plate."""

    def __init__(self, vehicles: Iterable[Vehicle]) -> None:
        by_vin: defaultdict[str, list[Vehicle]] = defaultdict(list)
        plates: defaultdict[str, set[str]] = defaultdict(set)
        for vehicle in vehicles:
            by_vin[read_vin(vehicle.vin).text].append(vehicle)
            if _here(vehicle):
                plates[plate_key(vehicle.plate)].add(vehicle.vehicle_id)
        self._vins = {vin: min(theirs, key=_preference).vehicle_id for vin, theirs in by_vin.items() if vin}
        self._plates = {key: min(ids) if len(ids) == 1 else _UNSURE for key, ids in plates.items() if key}

    def find(self, written: str) -> str | None:
        """Find the vehicle of a VIN, whatever became of its former keepers, or of a plate that is here now.

        Raises:
            Refused: ``list_plate_ambiguous``.
        """
        found = self._vins.get(read_vin(written).text) or self._plates.get(plate_key(written))
        if found == _UNSURE:
            raise Refused("list_plate_ambiguous", written=written)
        return found


def contract_lists(services: Iterable[ServiceDefinition]) -> frozenset[str]:
    """Name the lists that say which contracts were signed: one for each service about the end of a contract."""
    return frozenset(s.service_id for s in services if isinstance(s.occasion, ContractEndRule))


def lists_in_use(services: Iterable[ServiceDefinition]) -> frozenset[str]:
    """Name the lists that some service looks at."""
    offered = tuple(services)
    named = {s.occasion.list_id for s in offered if isinstance(s.occasion, ListRule)}
    return contract_lists(offered) | named


def readers_of(list_id: str, services: Iterable[ServiceDefinition]) -> tuple[ServiceDefinition, ...]:
    """Give the services that write because of a list's entries; of the staff's notices, too."""
    notices = list_id == NOTICE
    return tuple(
        one for one in services if list_id in lists_in_use([one]) or (notices and isinstance(one.occasion, NoticeRule))
    )


def entry_of(row: ListRow, list_id: str, known: Known, today: date) -> ListEntry | Waiting:
    """Make an entry of a row, or let it wait.

    Raises:
        Refused: ``list_row_vehicle``, ``list_row_reference``, ``list_plate_ambiguous``, ``notice_text_…``.
    """
    vin = read_vin(row.vin)
    written = vin.text or read_plate(row.plate).text
    reference = " ".join(row.reference.split())
    if not 0 < len(reference) <= LONGEST_REFERENCE:
        raise Refused("list_row_reference", written=reference or "–", most=LONGEST_REFERENCE)
    text = fitting(row.text) if row.text.strip() else ""
    vehicle_id = known.find(written) if written else None
    if vehicle_id is not None:
        return ListEntry(list_id, vehicle_id, reference, today, text)
    if not written or (vin.text and vin.oddity):
        raise Refused("list_row_vehicle", written=row.vin or row.plate or "–")
    return Waiting(list_id, written, reference, today, text, done_on(row, today))


def done_on(row: ListRow, today: date) -> date | None:
    """Say when a row's work was done: on its day, today where it only says so, None where it is not."""
    written = " ".join(row.done.split()).casefold()
    if not written or written in _OPEN:
        return None
    try:
        day = parse_day(written, today)
    except Unreadable:
        return today if written in _DONE else None
    return None if day is None else min(day, today)


def _here(vehicle: Vehicle) -> bool:
    return not (vehicle.sold_on or vehicle.deregistered_on or vehicle.missing_since)


def _preference(vehicle: Vehicle) -> tuple[bool, str]:
    return not _here(vehicle), vehicle.vehicle_id
