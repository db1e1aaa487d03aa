"""Each table's file format, read into the values that the rules use."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Final

from guildpost_agent.adapters.reference.reading import Row, decode, read_csv, refuse
from guildpost_agent.domain.reference.climate import MONTHS, AreaClimate
from guildpost_agent.domain.reference.dataset import Header, Name
from guildpost_agent.domain.reference.makers import VehicleType
from guildpost_agent.domain.reference.places import Leitregion, Place
from guildpost_agent.domain.reference.school_holidays import Break
from guildpost_agent.domain.regions import STATES

LATITUDES: Final = (47.0, 55.2)
LONGITUDES: Final = (5.7, 15.2)
REGION_COLUMNS: Final = ("leitregion", "town", "lat", "lon", "zone")
POSTCODE_COLUMNS: Final = ("postcode", "town", "state", "lat", "lon")
CLIMATE_COLUMNS: Final = ("area", "year", "first_frost", *(f"t{month:02}" for month in range(1, MONTHS + 1)))
SCHOOL_COLUMNS: Final = ("state", "name", "first", "last")
MAKER_COLUMNS: Final = ("hsn", "tsn", "maker", "model")
# geonames.org, "postal codes", readme of the export: tab-separated, these columns of twelve.
_GEONAMES: Final = {"country": 0, "postcode": 1, "town": 2, "state": 4, "lat": 9, "lon": 10}
_GEONAMES_WIDTH: Final = 12
_LONGEST_BREAK_DAYS: Final = 60


def _digits(count: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) != count or not (text.isascii() and text.isdigit()):
            raise ValueError(text)
        return text

    return read


def parse_regions(content: bytes) -> tuple[Header, dict[str, Leitregion]]:
    """Read the Leitregionen."""
    header, rows = read_csv(Name.REGIONS, content, REGION_COLUMNS)
    found: dict[str, Leitregion] = {}
    for row in rows:
        code = row.read("leitregion", _digits(2), "00 … 99")
        if code in found:
            refuse(Name.REGIONS, row.line, "leitregion", code, "≠")
        found[code] = Leitregion(
            code, row.text("town"), row.number("lat", *LATITUDES), row.number("lon", *LONGITUDES), row.text("zone")
        )
    return header, found


def parse_postcodes(content: bytes, today: date) -> tuple[Header, dict[str, list[Place]]]:
    """Read the full table of postcodes, in the house's format or as GeoNames publishes it.

    Args:
        content: the file.
        today: the date of a GeoNames file, which carries none.
    """
    start = content[:200].lstrip(b"\xef\xbb\xbf")
    if start and not start.startswith(b"#"):
        header = Header("GeoNames, geonames.org, postal codes", "CC BY 4.0", today, today)
        rows = _geonames_rows(decode(Name.POSTCODES, content))
    else:
        header, rows = read_csv(Name.POSTCODES, content, POSTCODE_COLUMNS)
    found: defaultdict[str, list[Place]] = defaultdict(list)
    for row in rows:
        place = Place(
            row.read("postcode", _digits(5), "01067"),
            row.text("town"),
            row.one_of("state", frozenset(STATES)),
            row.number("lat", *LATITUDES),
            row.number("lon", *LONGITUDES),
        )
        found[place.postcode].append(place)
    return header, dict(found)


def _geonames_rows(text: str) -> list[Row]:
    rows = []
    for line, raw in enumerate(text.splitlines(), start=1):
        cells = raw.split("\t")
        if not raw.strip():
            continue
        if len(cells) != _GEONAMES_WIDTH:
            refuse(Name.POSTCODES, line, "columns", len(cells), str(_GEONAMES_WIDTH))
        if cells[0] != "DE":
            refuse(Name.POSTCODES, line, "country", cells[0], "DE")
        rows.append(Row(Name.POSTCODES, line, {name: cells[index].strip() for name, index in _GEONAMES.items()}))
    return rows


def write_postcodes(header: Header, places: dict[str, list[Place]]) -> bytes:
    """Write the full table in the house's format."""
    said = (
        ("source", header.source),
        ("licence", header.licence),
        ("date", header.day),
        ("valid_from", header.valid_from),
    )
    lines = [f"# {key}: {value}" for key, value in said]
    lines.append(";".join(POSTCODE_COLUMNS))
    for postcode in sorted(places):
        for place in places[postcode]:
            town = place.town.replace(";", ",").replace('"', "'")
            lines.append(f"{postcode};{town};{place.state};{place.lat};{place.lon}")
    return ("\n".join(lines) + "\n").encode()


def parse_climate(content: bytes) -> tuple[Header, dict[tuple[str, int], AreaClimate]]:
    """Read first frosts and monthly temperatures; an empty year is the mean of years, ``first_frost`` is MM-DD."""
    header, rows = read_csv(Name.CLIMATE, content, CLIMATE_COLUMNS)
    found: dict[tuple[str, int], AreaClimate] = {}
    for row in rows:
        year = int(row.number("year", 1900, 2200)) if row.cells["year"] else 0
        # Only a day of the second half-year is the first frost of an autumn; 29 February cannot come up.
        frost = row.read("first_frost", lambda text: date.fromisoformat(f"2001-{text}"), "MM-DD")
        if frost.month <= MONTHS // 2:
            refuse(Name.CLIMATE, row.line, "first_frost", row.cells["first_frost"], "07-01 … 12-31")
        key = (row.text("area"), year)
        if key in found:
            refuse(Name.CLIMATE, row.line, "area", row.cells["area"], "≠")
        temperatures = tuple(row.number(column, -30, 40) for column in CLIMATE_COLUMNS[3:])
        found[key] = AreaClimate(frost.month, frost.day, temperatures)
    return header, found


def parse_school_holidays(content: bytes) -> tuple[Header, dict[tuple[str, int], list[Break]]]:
    """Read the breaks of each state; both days are included."""
    header, rows = read_csv(Name.SCHOOL_HOLIDAYS, content, SCHOOL_COLUMNS)
    found: defaultdict[tuple[str, int], list[Break]] = defaultdict(list)
    for row in rows:
        one = Break(row.text("name"), row.day("first"), row.day("last"))
        if not 0 <= (one.last - one.first).days < _LONGEST_BREAK_DAYS:
            refuse(Name.SCHOOL_HOLIDAYS, row.line, "last", one.last, f"{one.first} … + {_LONGEST_BREAK_DAYS} d")
        state = row.one_of("state", frozenset(STATES))
        for year in {one.first.year, one.last.year}:
            found[state, year].append(one)
    return header, dict(found)


def parse_makers(content: bytes) -> tuple[Header, dict[tuple[str, str], VehicleType]]:
    """Read the type keys; a row without TSN names the maker of all types."""
    header, rows = read_csv(Name.MAKERS, content, MAKER_COLUMNS)
    found: dict[tuple[str, str], VehicleType] = {}
    for row in rows:
        hsn, tsn = row.read("hsn", _digits(4), "0603"), row.cells["tsn"].upper()
        if tsn and (len(tsn) != 3 or not tsn.isalnum()):  # noqa: PLR2004 — KBA: three characters
            refuse(Name.MAKERS, row.line, "tsn", tsn, "ABC")
        if (hsn, tsn) in found:
            refuse(Name.MAKERS, row.line, "hsn", hsn, "≠")
        found[hsn, tsn] = VehicleType(row.text("maker"), row.cells["model"])
    return header, found
