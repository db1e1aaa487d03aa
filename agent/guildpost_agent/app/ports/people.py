"""Who is who: persons over customer records, households over persons, and a person's verdicts on pairs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guildpost_agent.domain.frozen import frozen


@frozen
class Membership:
    """A customer record, the person it is about and the household that person belongs to."""

    customer_id: str
    person_id: str
    household_id: str


@dataclass(frozen=True)
class ReviewPair:
    """Two records that may be one person: how likely, and by which evidence (codes)."""

    customer_id: str
    other_id: str
    probability: float
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What somebody decided about a pair; it stands against every later computation until it is changed."""

    customer_id: str
    other_id: str
    same: bool
    decided_at: datetime
    decided_by: str


class People(Protocol):
    """Persons, households, the review list, verdicts, and the keys by which candidates are found."""

    def all(self) -> list[Membership]: ...  # noqa: D102 — the name says it
    def count(self) -> int: ...  # noqa: D102 — see above

    def sizes(self) -> tuple[int, int, int]:
        """Count records, persons and households."""
        ...

    def of(self, customer_ids: Collection[str]) -> list[Membership]: ...  # noqa: D102 — see above
    def in_persons(self, person_ids: Collection[str]) -> list[Membership]: ...  # noqa: D102 — see above
    def records_of(self, customer_id: str) -> list[str]:
        """List the customer numbers of the person behind a record, this one too."""
        ...

    def housemates(self, customer_id: str) -> list[str]:
        """List the customer numbers of the household, this one too."""
        ...

    def records_of_each(self, customer_ids: Collection[str]) -> dict[str, list[str]]:
        """List for each of some records what ``records_of`` lists for it."""
        ...

    def housemates_of_each(self, customer_ids: Collection[str]) -> dict[str, list[str]]:
        """List for each of some records what ``housemates`` lists for it."""
        ...

    def store(self, rows: Sequence[Membership], known: Mapping[str, Membership], now: datetime) -> int:
        """Store what differs from the known memberships, log each change of a person, and count those."""
        ...

    def forget_all_but(self, customer_ids: Collection[str]) -> None:
        """Drop what is kept about records that are no more."""
        ...

    def review(self) -> list[ReviewPair]:
        """List the pairs that wait for a person, the likeliest first."""
        ...

    def replace_review(self, pairs: Sequence[ReviewPair], about: Collection[str] | None) -> None:
        """Store the pairs to look at; of older ones go all, or those about certain records."""
        ...

    def verdicts(self) -> list[Verdict]: ...  # noqa: D102 — see above
    def decide(self, verdict: Verdict) -> None:
        """Store a verdict, in place of an earlier one on the pair."""
        ...

    def set_keys(self, keys: Mapping[str, Collection[int]], *, all_of_them: bool) -> None:
        """Store each record's keys, in place of its earlier ones, or of everybody's."""
        ...

    def sharing(self, keys: Collection[int], most: int) -> set[str]:
        """List the records that hold one of the keys which at most so many records share; others tell nothing."""
        ...
