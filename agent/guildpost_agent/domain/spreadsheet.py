"""Cells of a file that people open in a spreadsheet."""

from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: str) -> str:
    """Keep a cell from being run as a formula (OWASP, CSV injection): an apostrophe makes it text."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
