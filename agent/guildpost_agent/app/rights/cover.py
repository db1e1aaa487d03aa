"""Whom a request covers: every record that matching joined into the same person, or only the numbers named."""

from collections.abc import Collection
from dataclasses import dataclass

from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.domain.records import Customer


@dataclass(frozen=True)
class Cover:
    """The customer numbers that a request is about.

    Attributes:
        named: as the request names them.
        joined: further numbers of the same people.
        records: who is behind the numbers, by number; a number without a master record is missing here.
    """

    named: frozenset[str]
    joined: frozenset[str]
    records: tuple[Customer, ...]

    @property
    def numbers(self) -> frozenset[str]:
        """All of them."""
        return self.named | self.joined


def cover(open_uow: OpenUnitOfWork, named: Collection[str], *, only: bool = False) -> Cover:
    """Find all numbers of the people behind these numbers (Art. 15 to 21 GDPR speak of the person, not of a record).

    Args:
        open_uow: opens a transaction.
        named: customer numbers; unknown ones stay in it as they are.
        only: leave out what matching joined.
    """
    with open_uow() as uow:
        theirs = set() if only else {number for one in named for number in uow.people.records_of(one)}
        joined = theirs - set(named)
        records = tuple(uow.rights.customers({*named, *joined}))
    return Cover(frozenset(named), frozenset(joined), records)
