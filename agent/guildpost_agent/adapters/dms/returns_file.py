"""A file of letters that came back: text with headings, in any of the usual spellings and encodings."""

from pathlib import Path
from typing import Final

from guildpost_agent.adapters.dms.headed_file import read_headed
from guildpost_agent.domain.dms_rows import Table
from guildpost_agent.domain.letter_returns import ReturnRow
from guildpost_agent.domain.mapping.vocabulary import SYNONYMS

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
    return read_headed(
        path,
        _SPELLINGS,
        lambda number, fields: ReturnRow(number, **fields),
        enough=lambda known: "reason" in known and ("doc_id" in known or {"customer_id", "batch_id"} <= known),
        refusal="returns_columns_missing",
    )
