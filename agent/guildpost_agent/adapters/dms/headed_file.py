"""A text file with headings, in any of the usual spellings and encodings, read as rows of our fields."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from guildpost_agent.adapters.dms.raw_table import open_raw
from guildpost_agent.domain.mapping.vocabulary import fold
from guildpost_shared.errors import ConfigurationError, Refused
from guildpost_shared.os_reasons import os_reason

_Row = TypeVar("_Row")


def read_headed(
    path: Path,
    spellings: Mapping[str, Sequence[str]],
    make: Callable[[int, Mapping[str, str]], _Row],
    *,
    enough: Callable[[frozenset[str]], bool],
    refusal: str,
    free_text: str = "",
) -> tuple[list[_Row], list[int]]:
    """Read a file; of two headings for one field the first one counts.

    Args:
        path: the file.
        spellings: by field, the headings that mean it.
        make: a row's number and its fields, made into a row.
        enough: says whether these fields will do.
        refusal: the code where they do not.
        free_text: the field in which stray separators belong, if the file has it.

    Returns:
        The rows, and the numbers of those that do not even have the fields of the headings.

    Raises:
        ConfigurationError: ``file_unreadable``.
        Refused: ``refusal``, or it is empty, no text, too large, or has no headings.
    """
    fields = {fold(spelling): field for field, names in spellings.items() for spelling in names}
    try:
        raw = open_raw(path, headings=[name for names in spellings.values() for name in names])
        places: dict[str, int] = {}
        for number, heading in enumerate(raw.headings):
            if fold(heading) in fields:
                places.setdefault(fields[fold(heading)], number)
        if not enough(frozenset(places)):
            raise Refused(refusal, file=path.name, headings=", ".join(raw.headings))
        rows: list[_Row] = []
        broken: list[int] = []
        for chunk in raw.read(places.get(free_text)):
            rows += [
                make(number, {field: cells[place].strip() for field, place in places.items()})
                for number, cells in chunk.rows
            ]
            broken += [row.row_number for row in chunk.broken]
    except OSError as error:
        raise ConfigurationError("file_unreadable", path=path, reason=os_reason(error)) from error
    return rows, broken
