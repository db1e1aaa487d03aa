"""Letters that came back: what a row of the carrier's or the lettershop's file says, and what follows from it.

    class           what it means                        letter      address    further
    ─────────────   ──────────────────────────────────   ─────────   ────────   ────────────────────────────────
    undeliverable   nobody of this name there            came back   dead       the next channel is tried
    moved           lives elsewhere now                  came back   dead       a new address is a proposal
    deceased        is dead                              came back   –          nobody writes or calls any more,
                                                                                until a person says it is not so
    refused         was not taken in                     came back   dead       a person should ask why
    corrected       arrived, after a correction          arrived     –          the correction is a proposal

A dead address counts for this name at this address (``suppression.DEAD_ADDRESS``): with another address in the
management system letters go there again. A new address is never written over the record: the management system is
where it belongs, so it is proposed, with the file and row that it comes from.
"""

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from guildpost_agent.domain.mapping.vocabulary import fold
from guildpost_agent.domain.records import Customer
from guildpost_shared.errors import Refused

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_LONGEST: Final = 120
_POSTCODE: Final = re.compile(r"\d{4,5}")


class Kind(StrEnum):
    """Why a letter came back, or what the carrier reports."""

    UNDELIVERABLE = "undeliverable"
    MOVED = "moved"
    DECEASED = "deceased"
    REFUSED = "refused"
    CORRECTED = "corrected"

    @property
    def came_back(self) -> bool:
        """Say whether the letter was not read."""
        return self is not Kind.CORRECTED

    @property
    def kills_address(self) -> bool:
        """Say whether no further letter may go to this name at this address."""
        return self in {Kind.UNDELIVERABLE, Kind.MOVED, Kind.REFUSED}


_WORDS: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.DECEASED: ("verstorben", "gestorben", "deceased"),
    Kind.CORRECTED: ("corrected", "korrigiert", "berichtigt", "korrektur"),
    Kind.MOVED: ("verzogen", "umgezogen", "moved", "nachsendung", "neueanschrift"),
    Kind.REFUSED: ("verweigert", "refused", "abgelehnt"),
    Kind.UNDELIVERABLE: ("unzustellbar", "undeliverable", "unbekannt", "nichtzuermitteln", "unknown", "nichtermittelt"),
}
"""Asked in this order; spaces, hyphens and case do not count."""
_DEAD: Final = re.compile(r"(?i)\b(?:tot|dead)\b")
_PERHAPS: Final = re.compile(r"(?i)\b(?:nicht|kein\w*|oder|or|not|evtl|eventuell|vielleicht|perhaps|vermutlich)\b|[/?]")
"""Beside a death it is none: what makes nobody write to a person any more has to be said without a doubt."""


@dataclass(frozen=True)
class Address:
    """A new address as a file has it."""

    street: str = ""
    postcode: str = ""
    town: str = ""

    def __bool__(self) -> bool:
        return bool(self.street and self.postcode and self.town)

    def is_of(self, customer: Customer) -> bool:
        """Say whether the record has it already."""
        mine = (customer.street, customer.postcode, customer.town)
        return [fold(one) for one in mine] == [fold(one) for one in (self.street, self.postcode, self.town)]


@dataclass(frozen=True)
class ReturnRow:
    """A row as the file has it; the letter is named by its id, or by customer and batch."""

    row_number: int
    reason: str
    doc_id: str = ""
    customer_id: str = ""
    batch_id: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""


@dataclass(frozen=True)
class Returned:
    """What a row says."""

    kind: Kind
    address: Address


@dataclass(frozen=True)
class FoundAlive:
    """Who said, when (UTC) and why, that a customer is not dead, whom a letter that came back had said to be."""

    customer_id: str
    at: datetime
    by_whom: str
    reason: str = ""


def read_row(row: ReturnRow) -> Returned:
    """Read a row.

    Raises:
        Refused: ``return_reason_unknown``, ``return_letter_missing`` or ``return_address_broken``.
    """
    if not row.doc_id and not (row.customer_id and row.batch_id):
        raise Refused("return_letter_missing")
    kind = _kind(row.reason)
    if kind is None:
        raise Refused("return_reason_unknown", written=row.reason[:40] or "–")
    parts = (row.street, row.postcode, row.town)
    if any(part.startswith(_FORMULA) or len(part) > _LONGEST or not part.isprintable() for part in parts):
        raise Refused("return_address_broken")
    if any(parts) and not (all(parts) and _POSTCODE.fullmatch(row.postcode)):
        raise Refused("return_address_broken")
    return Returned(kind, Address(*parts) if kind in {Kind.MOVED, Kind.CORRECTED} else Address())


def _kind(reason: str) -> Kind | None:
    said = fold(reason)
    found = [kind for kind, words in _WORDS.items() if any(word in said for word in words)]
    if _DEAD.search(reason) and Kind.DECEASED not in found:
        found.insert(0, Kind.DECEASED)
    if Kind.DECEASED in found and (len(found) > 1 or _PERHAPS.search(reason)):
        return None
    return found[0] if found else None


def note_of(returned: Returned, file: str, row_number: int) -> str:
    """Write down what came back and whence we know, for the outcome."""
    return json.dumps(
        {"kind": returned.kind.value, "file": file, "row": row_number, **asdict(returned.address)}, ensure_ascii=False
    )


def read_note(note: str) -> Returned:
    """Read what ``note_of`` wrote."""
    said = json.loads(note)
    return Returned(Kind(said["kind"]), Address(said["street"], said["postcode"], said["town"]))
