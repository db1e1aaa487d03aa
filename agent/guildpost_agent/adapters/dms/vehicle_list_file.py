"""A list of vehicles as a file: text with headings, in any of the usual spellings and encodings."""

from pathlib import Path
from typing import Final

from guildpost_agent.adapters.dms.headed_file import read_headed
from guildpost_agent.domain.dms_rows import Table
from guildpost_agent.domain.mapping.vocabulary import SYNONYMS
from guildpost_agent.domain.vehicle_lists import ListRow

_SPELLINGS: Final[dict[str, tuple[str, ...]]] = {
    "vin": SYNONYMS[Table.VEHICLES]["vin"],
    "plate": SYNONYMS[Table.VEHICLES]["plate"],
    "reference": (
        *("Aktion", "Aktionsnummer", "Aktionscode", "Rückruf", "Rückrufaktion", "Rückrufnummer", "Rückrufcode"),
        *("Kampagne", "Kampagnennummer", "Feldmaßnahme", "Maßnahme", "Referenz", "Campaign", "Recall", "Reference"),
        *("Vertrag", "Vertragsnummer", "Vertrags-Nr.", "Contract", "Contract number"),
    ),
    "done": (
        "Erledigt",
        "Erledigt am",
        "Durchgeführt",
        "Durchgeführt am",
        "Erledigungsdatum",
        "Status",
        "Done",
        "Abgeschlossen",
        "Abgeschlossen am",
        "Unterschrieben",
        "Unterschrieben am",
        "Verkauft am",
        "Signed",
        "Signed on",
    ),
    "text": ("Text", "Hinweis", "Beschreibung", "Bezeichnung", "Description"),
}


def read_vehicle_list(path: Path) -> tuple[list[ListRow], list[int]]:
    """Read a list.

    Args:
        path: text with the columns VIN or plate, reference, and perhaps a text and what is done or signed.

    Returns:
        The rows, and the numbers of those that do not even have the fields of the headings.

    Raises:
        ConfigurationError: ``file_unreadable``.
        Refused: ``list_columns_missing``, or it is empty, no text, too large, or has no headings.
    """
    return read_headed(
        path,
        _SPELLINGS,
        lambda number, fields: ListRow(number, **fields),
        enough=lambda known: "reference" in known and not known.isdisjoint({"vin", "plate"}),
        refusal="list_columns_missing",
        free_text="text",
    )
