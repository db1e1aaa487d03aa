"""What an import keeps while it reads: rows staged in short transactions, applied in one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from guildpost_agent.domain.consent.importing import Said
from guildpost_agent.domain.dms_rows import Table
from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.records import Appointment, Customer, Job, Vehicle, WheelSet

Mirrored = Customer | Vehicle | Job | Appointment | WheelSet


@frozen
class StagedRow:
    """A record as it came, with the digest of its row."""

    record: Mirrored
    digest: int


@dataclass(frozen=True)
class TableChange:
    """What applying did to one table."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    returned: int = 0


class Staging(Protocol):
    """Rows read and not yet applied."""

    def clear(self) -> None:
        """Throw away whatever is staged."""
        ...

    def known(self, table: Table) -> set[int]:
        """Give the digests of the rows that the mirror holds."""
        ...

    def put(self, table: Table, source: int, rows: Sequence[StagedRow]) -> None:
        """Stage records of one source; of two with the same key the later one will win."""
        ...

    def say(self, source: int, statements: Sequence[Said]) -> None:
        """Stage what the DMS states about permissions."""
        ...

    def drop(self, source: int) -> None:
        """Throw away what one source staged."""
        ...

    def customers(self) -> set[str]:
        """List every customer number that a staged row names."""
        ...

    def forget(self, customer_ids: Collection[str]) -> None:
        """Throw away every staged row of certain customers."""
        ...

    def apply(self) -> Mapping[Table, TableChange]:
        """Bring everything staged into the mirror; the caller commits."""
        ...

    def statements(self) -> list[Said]:
        """List the staged statements in their order."""
        ...

    def touched(self, table: Table) -> set[str]:
        """List whom the staged rows of a table concern: customers' numbers, or vehicles' for the other tables."""
        ...

    def blocked(self) -> list[str]:
        """List the staged customers under an advertising block."""
        ...

    def miss(self, table: Table, seen: Collection[int], today: date) -> tuple[int, int]:
        """Mark what a complete delivery did not bring as missing since today, and what came back as there.

        Args:
            table: customers, vehicles or appointments.
            seen: digests of all rows of the delivery, staged ones too.
            today: the dealer's day.

        Returns:
            How many are newly gone, and how many came back.
        """
        ...
