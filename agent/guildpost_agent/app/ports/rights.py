"""The ports of people's rights: the database by rule, the tombstones beside it, the files outside of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from guildpost_agent.domain.records import Customer
from guildpost_agent.domain.rights.identity import Tombstone
from guildpost_agent.domain.rights.mentions import Mentioned

Row = Mapping[str, object]


@dataclass(frozen=True)
class DoomedFile:
    """A file or folder that must go, and not before when (it may still have to be posted)."""

    name: str
    not_before: datetime


@dataclass(frozen=True)
class LogEntry:
    """That a right was exercised: no name, no number, only a keyed reference."""

    at: datetime
    kind: str
    reference: str
    counts: Mapping[str, int]


class Rights(Protocol):
    """The database as the rules see it; part of a unit of work."""

    def find(self, *, email: str = "", name: str = "") -> list[Customer]:
        """Search customers by exact e-mail address (any case) or by parts of the name."""
        ...

    def collect(self, ids: Collection[str]) -> dict[str, list[Row]]:
        """Give every row that belongs to these customers, by table, as far as the report tells it."""
        ...

    def words(self, ids: Collection[str]) -> set[str]:
        """Give the numbers, names and addresses by which raw text can be seen to speak of these customers."""
        ...

    def batches(self, ids: Collection[str]) -> set[str]:
        """Name the letter batches that hold a letter to them."""
        ...

    def in_flight(self, ids: Collection[str]) -> int:
        """Count the messages to them that are being handed over at this moment."""
        ...

    def erase(self, ids: Collection[str], key: bytes) -> dict[str, int]:
        """Do to every table what its rule says; ``key`` makes pseudonyms. Returns rows touched by table."""
        ...

    def count(self, ids: Collection[str]) -> dict[str, int]:
        """Count what ``erase`` would touch, changing nothing."""
        ...

    def customers(self, ids: Collection[str]) -> list[Customer]: ...  # noqa: D102 — the name says it
    def all_customers(self) -> Iterable[Customer]: ...  # noqa: D102 — see above

    def tombstones(self) -> set[Tombstone]: ...  # noqa: D102 — see above
    def add_tombstones(self, stones: Iterable[Tombstone]) -> None: ...  # noqa: D102 — see above
    def lift_tombstones(self, persons: Collection[str]) -> int: ...  # noqa: D102 — see above

    def restrict(self, ids: Iterable[str], reason: str, since: datetime) -> int:
        """Set customers aside; return for how many that is new."""
        ...

    def lift(self, ids: Iterable[str], reason: str) -> int:
        """Take a restriction back; return for how many there was one."""
        ...

    def restricted(self) -> set[str]:
        """List everybody who is kept but must not be planned for or written to."""
        ...

    def is_restricted(self, customer_id: str) -> bool: ...  # noqa: D102 — see above

    def restricted_of(self, customer_ids: Collection[str]) -> set[str]:
        """List those of some customers who are set aside."""
        ...

    def doom(self, files: Iterable[DoomedFile]) -> None: ...  # noqa: D102 — see above
    def doomed(self) -> list[DoomedFile]: ...  # noqa: D102 — see above
    def undoom(self, name: str) -> None: ...  # noqa: D102 — see above

    def log(self, entry: LogEntry) -> None: ...  # noqa: D102 — see above
    def logged(self) -> list[LogEntry]: ...  # noqa: D102 — see above


class RetentionStore(Protocol):
    """What is old enough to go; part of a unit of work."""

    def meet(self, today: date) -> None:
        """Note since when those are known of whom no contact is known."""
        ...

    def silent(self, before: date, limit: int, *, restricted: bool | None = None) -> list[tuple[str, date]]:
        """List customers whose last contact lies before a day, the longest silence first."""
        ...

    def count_silent(self, before: date, *, restricted: bool | None = None) -> tuple[int, date | None]:
        """Count them, with the oldest contact."""
        ...

    def returned(self, since: date) -> list[str]:
        """List who was set aside for silence and was in contact since."""
        ...

    def old_rows(self, rule: str, before: datetime) -> tuple[int, date | None]:
        """Count the rows that a rule lets go, with the day of the oldest."""
        ...

    def drop_rows(self, rule: str, before: datetime, limit: int) -> int:
        """Let some of them go; return how many."""
        ...


class TombstoneKeeper(Protocol):
    """The small encrypted file beside the database, which a restored backup of the database does not overwrite."""

    def read(self) -> set[Tombstone]: ...  # noqa: D102 — see above
    def write(self, stones: Collection[Tombstone]) -> None:
        """Replace the file, durably and at once."""
        ...


class KeptFiles(Protocol):
    """Files outside the database that hold people: exports that were taken in, batches of letters."""

    def exports(self) -> Sequence[tuple[str, datetime]]:
        """List imported and refused exports with their time."""
        ...

    def batches(self) -> Sequence[tuple[str, datetime]]:
        """List letter batches, and what an interrupted run left of one, with their time."""
        ...

    def mentions(self, name: str, who: Mentioned) -> bool:
        """Say whether a kept export mentions somebody; what cannot be looked into counts as if it did."""
        ...

    def batch_name(self, batch_id: str) -> str:
        """Name a batch as ``batches`` would."""
        ...

    def delete(self, name: str) -> None:
        """Delete it; one that is gone already is fine.

        Raises:
            Unavailable: ``kept_file_not_deleted``.
        """
        ...
