"""The lists of vehicles that the dealer holds."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from guildpost_agent.domain.vehicle_lists import ListEntry, Waiting


@dataclass(frozen=True)
class KeptEntry:
    """An entry with the file (or hand) it came from, and the day it was done."""

    entry: ListEntry
    source: str
    done_on: date | None


class VehicleLists(Protocol):
    """Entries by list, vehicle and reference; one that is known, done or not, is never added again."""

    def open(self) -> list[ListEntry]:
        """List the entries that are not done, oldest first."""
        ...

    def open_on(self, vehicle_id: str) -> list[ListEntry]:
        """List the entries of one vehicle that are not done, oldest first."""
        ...

    def all(self) -> list[KeptEntry]:
        """List every entry, oldest first."""
        ...

    def closed(self, list_ids: Collection[str], vehicle_ids: Collection[str] | None = None) -> list[KeptEntry]:
        """List the entries of some lists that are done, those done first first; of certain vehicles, or of all."""
        ...

    def add(self, entries: Iterable[ListEntry], source: str) -> int:
        """Store entries; return how many were new."""
        ...

    def done(self, list_id: str, vehicle_id: str, on: date, reference: str | None = None) -> int:
        """Mark a vehicle's open entries of a list (or the one with the reference) as done; return how many."""
        ...

    def wait(self, rows: Iterable[Waiting], source: str) -> int:
        """Keep rows whose vehicle is not known, the day of one known as open among them; return how many are new."""
        ...

    def waiting(self) -> list[Waiting]:
        """List the rows whose vehicle is not known, oldest first."""
        ...

    def found(self, row: Waiting, vehicle_id: str) -> None:
        """Make an entry of a waiting row whose vehicle is known now, done where the row is."""
        ...
