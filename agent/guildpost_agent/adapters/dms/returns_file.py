"""A file of letters that came back: text with headings, in any of the usual spellings and encodings."""

from pathlib import Path
from typing import Final

from guildpost_agent.adapters.dms.raw_table import open_raw
from guildpost_agent.domain.dms_rows import Table
from guildpost_agent.domain.letter_returns import ReturnRow
from guildpost_agent.domain.mapping.vocabulary import SYNONYMS, fold
from guildpost_shared.errors import ConfigurationError, Refused

_SPELLINGS: Final[dict[str, tuple[str, ...]]] = {
    "doc_id": ("doc_id", "Dokument", "Dokumentnummer", "Briefnummer", "Brief-ID", "Sendungs-ID", "Letter ID"),
    "customer_id": SYNONYMS[Table.CUSTOMERS]["customer_id"],
    "batch_id": ("batch_id", "Stapel", "Stapelnummer", "Batch", "Job", "Auftrag"),
    "reason": (
        *("Grund", "Rücksendegrund", "Retourengrund", "Rückläufergrund", "Vermerk", "Zustellvermerk", "Status"),
        *("Ergebnis", "Bounce", "Klasse", "Reason", "Return reason"),
    ),
    "street": ("Neue Straße", "Neue Strasse", "Straße neu", "Strasse neu", "Straße", "Strasse", "New street", "Street"),
    "postcode": ("Neue PLZ", "PLZ neu", "PLZ", "Postleitzahl", "New postcode", "Postcode"),
    "town": ("Neuer Ort", "Ort neu", "Ort", "New town", "Town", "City"),
}
_FIELDS: Final = {fold(spelling): field for field, names in _SPELLINGS.items() for spelling in names}


def read_returns(path: Path) -> tuple[list[ReturnRow], list[int]]:
    """Read a file of returned letters.

    Args:
        path: text with the columns letter id (or customer and batch), reason, and perhaps a new address.

    Returns:
        The rows, and the numbers of those that do not even have the fields of the headings.

    Raises:
        ConfigurationError: ``file_unreadable``.
        Refused: ``returns_columns_missing``, or it is empty, no text, too large, or has no headings.
    """
    try:
        raw = open_raw(path, headings=[name for names in _SPELLINGS.values() for name in names])
        places: dict[str, int] = {}
        for number, heading in enumerate(raw.headings):
            places.setdefault(_FIELDS.get(fold(heading), ""), number)
        places.pop("", None)
        named = "doc_id" in places or {"customer_id", "batch_id"} <= places.keys()
        if "reason" not in places or not named:
            raise Refused("returns_columns_missing", file=path.name, headings=", ".join(raw.headings))
        rows, broken = [], []
        for chunk in raw.read(None):
            rows += [
                ReturnRow(number, **{field: cells[place].strip() for field, place in places.items()})
                for number, cells in chunk.rows
            ]
            broken += [row.row_number for row in chunk.broken]
    except OSError as error:
        raise ConfigurationError("file_unreadable", path=path, reason=error.strerror or "?") from error
    return rows, broken
