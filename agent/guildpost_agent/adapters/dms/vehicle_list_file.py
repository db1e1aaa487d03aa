"""A list of vehicles as a file: text with headings, in any of the usual spellings and encodings."""

from pathlib import Path
from typing import Final

from guildpost_agent.adapters.dms.raw_table import open_raw
from guildpost_agent.domain.dms_rows import Table
from guildpost_agent.domain.mapping.vocabulary import SYNONYMS, fold
from guildpost_agent.domain.vehicle_lists import ListRow
from guildpost_shared.errors import ConfigurationError, Refused

_SPELLINGS: Final[dict[str, tuple[str, ...]]] = {
    "vin": SYNONYMS[Table.VEHICLES]["vin"],
    "plate": SYNONYMS[Table.VEHICLES]["plate"],
    "reference": (
        *("Aktion", "Aktionsnummer", "Aktionscode", "Rückruf", "Rückrufaktion", "Rückrufnummer", "Rückrufcode"),
        *("Kampagne", "Kampagnennummer", "Feldmaßnahme", "Maßnahme", "Referenz", "Campaign", "Recall", "Reference"),
    ),
    "done": ("Erledigt", "Erledigt am", "Durchgeführt", "Durchgeführt am", "Erledigungsdatum", "Status", "Done"),
    "text": ("Text", "Hinweis", "Beschreibung", "Bezeichnung", "Description"),
}
_FIELDS: Final = {fold(spelling): field for field, names in _SPELLINGS.items() for spelling in names}


def read_vehicle_list(path: Path) -> tuple[list[ListRow], list[int]]:
    """Read a list.

    Args:
        path: text with the columns VIN or plate, reference, and perhaps a text and what is done.

    Returns:
        The rows, and the numbers of those that do not even have the fields of the headings.

    Raises:
        ConfigurationError: ``file_unreadable``.
        Refused: ``list_columns_missing``, or it is empty, no text, too large, or has no headings.
    """
    try:
        raw = open_raw(path, headings=[name for names in _SPELLINGS.values() for name in names])
        places = {_FIELDS[fold(heading)]: n for n, heading in enumerate(raw.headings) if fold(heading) in _FIELDS}
        if "reference" not in places or not {"vin", "plate"} & set(places):
            raise Refused("list_columns_missing", file=path.name, headings=", ".join(raw.headings))
        rows, broken = [], []
        for chunk in raw.read(places.get("text")):
            rows += [
                ListRow(number, **{field: cells[place].strip() for field, place in places.items()})
                for number, cells in chunk.rows
            ]
            broken += [row.row_number for row in chunk.broken]
    except OSError as error:
        raise ConfigurationError("file_unreadable", path=path, reason=error.strerror or "?") from error
    return rows, broken
