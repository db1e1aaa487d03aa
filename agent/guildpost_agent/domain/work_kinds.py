"""What kind of work a job line or an appointment names: operation codes first, words second."""

import re
from functools import lru_cache
from typing import Final

HU: Final = "hu"
INSPECTION: Final = "inspection"
OTHER: Final = "other"

# Operation codes by prefix, letters only; sites that use other codes are found by the words of the line.
_OPERATIONS: Final = {"HU": HU, "HUAU": HU, "TUEV": HU, "IN": INSPECTION, "INSP": INSPECTION, "WA": INSPECTION}
# A check before the inspection, or a repair after it, is no inspection.
_NOT_HU: Final = re.compile(r"vorab|vorbereitung|vor-?check|vorprüfung|nachprüf|mängel|nach hu\b", re.IGNORECASE)
_HU: Final = re.compile(r"\bhu\b|hauptuntersuchung|\bt[üu]e?v\b|§ ?29", re.IGNORECASE)
_NOT_INSPECTION: Final = re.compile(
    r"klima|getriebeöl|achs|batterie|sicht|lack|unfall|raeder|räder|reifen|licht|urlaub|winter", re.IGNORECASE
)
_INSPECTION: Final = re.compile(
    r"inspe[kc]tion|jahresservice|\bwartung\b|wartungsdienst|service (klein|gro(ß|ss))|(kleiner|gro(ß|ss)er) service|"
    r"service nach|ölservice|intervallservice|kundendienst",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)
def job_kind(operation: str, text: str) -> str:
    """Say what a labour line was.

    Args:
        operation: the operation code (``Arbeitsposition``), may be empty.
        text: the line's words; their spelling varies.

    Returns:
        ``hu``, ``inspection`` or ``other``.
    """
    letters = re.match(r"[A-Z]*", operation.upper())
    if letters and letters[0] in _OPERATIONS:
        return _OPERATIONS[letters[0]]
    if _HU.search(text) and not _NOT_HU.search(text):
        return HU
    if _INSPECTION.search(text) and not _NOT_INSPECTION.search(text):
        return INSPECTION
    return OTHER


# The services of the catalogue that answer the two kinds of work.
_SERVICES: Final = {HU: "hu_au", INSPECTION: "inspection", OTHER: ""}


@lru_cache(maxsize=1024)
def appointment_occasion(text: str) -> str:
    """Say which service an appointment is for; the strongest one where it names several, nothing when unknown."""
    return _SERVICES[job_kind("", text)]
