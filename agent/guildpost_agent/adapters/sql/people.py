"""Persons, households, review list, verdicts and match keys."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select

from guildpost_agent.adapters.sql.bulk import insert_rows, read_rows, values_of
from guildpost_agent.adapters.sql.prepared import Prepared, among
from guildpost_agent.adapters.sql.tables import match_keys, merge_log, persons, review_pairs, verdicts
from guildpost_agent.app.ports.people import Membership, ReviewPair, Verdict

_Value = TypeVar("_Value", str, int)
_MOST_IDS: Final = 5_000
_MEMBER: Final = tuple(Membership.__dataclass_fields__)


def _all_sharing(column: str) -> Prepared:
    theirs = select(persons.c[column]).where(persons.c.customer_id == bindparam("id"))
    sharing = select(persons.c.customer_id).where(persons.c[column].in_(theirs))
    return Prepared(lambda: sharing.order_by(persons.c.customer_id))


def _each_sharing(column: str) -> Prepared:
    asked, sharing = persons.alias("asked"), persons.alias("sharing")
    pairs = select(asked.c.customer_id, sharing.c.customer_id).join(sharing, sharing.c[column] == asked.c[column])
    return Prepared(lambda: pairs.where(among(asked.c.customer_id)).order_by(sharing.c.customer_id))


_PERSONS: Final = _each_sharing("person_id")
_HOUSEHOLDS: Final = _each_sharing("household_id")
_SAME_PERSON: Final = _all_sharing("person_id")
_SAME_HOUSEHOLD: Final = _all_sharing("household_id")


def _parts(values: Collection[_Value]) -> Iterator[list[_Value]]:
    ordered = sorted(values)
    return (ordered[start : start + _MOST_IDS] for start in range(0, len(ordered), _MOST_IDS))


class SqlPeople:
    """A ``People`` on the agent's database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[Membership]:
        """List every membership."""
        return [Membership(*row) for row in read_rows(self._connection, persons, _MEMBER)]

    def sizes(self) -> tuple[int, int, int]:
        """Count records, persons and households."""
        people, households = (func.count(persons.c[name].distinct()) for name in ("person_id", "household_id"))
        counts = self._connection.execute(select(func.count(persons.c.customer_id), people, households)).one()
        return counts[0], counts[1], counts[2]

    def count(self) -> int:
        """Count the records."""
        return self._connection.execute(select(func.count()).select_from(persons)).scalar_one()

    def of(self, customer_ids: Collection[str]) -> list[Membership]:
        """List the memberships of certain records."""
        return self._where(persons.c.customer_id.name, customer_ids)

    def in_persons(self, person_ids: Collection[str]) -> list[Membership]:
        """List the memberships in certain persons."""
        return self._where(persons.c.person_id.name, person_ids)

    def _where(self, column: str, values: Collection[str]) -> list[Membership]:
        found: list[Membership] = []
        for part in _parts(values):
            rows = self._connection.execute(select(persons).where(persons.c[column].in_(part)))
            found.extend(Membership(*row) for row in rows)
        return found

    def records_of(self, customer_id: str) -> list[str]:
        """List the customer numbers of the person behind a record, this one too."""
        return self._sharing(_SAME_PERSON, customer_id)

    def housemates(self, customer_id: str) -> list[str]:
        """List the customer numbers of the household, this one too."""
        return self._sharing(_SAME_HOUSEHOLD, customer_id)

    def records_of_each(self, customer_ids: Collection[str]) -> dict[str, list[str]]:
        """List for each of some records what ``records_of`` lists for it."""
        return self._each(_PERSONS, customer_ids)

    def housemates_of_each(self, customer_ids: Collection[str]) -> dict[str, list[str]]:
        """List for each of some records what ``housemates`` lists for it."""
        return self._each(_HOUSEHOLDS, customer_ids)

    def _each(self, each_sharing: Prepared, customer_ids: Collection[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for asked, sharing in each_sharing.rows(self._connection, ids=list(customer_ids)):
            found.setdefault(asked, []).append(sharing)
        return {one: found.get(one) or [one] for one in customer_ids}

    def _sharing(self, all_sharing: Prepared, customer_id: str) -> list[str]:
        return [found for (found,) in all_sharing.rows(self._connection, id=customer_id)] or [customer_id]

    def store(self, rows: Sequence[Membership], known: Mapping[str, Membership], now: datetime) -> int:
        """Store memberships that changed, and log changes of person."""
        changed = [row for row in rows if known.get(row.customer_id) != row]
        insert_rows(self._connection, persons, _MEMBER, values_of(changed, _MEMBER), otherwise="replace")
        moved = [
            {"at": now, "customer_id": row.customer_id, "from_person": before, "to_person": row.person_id}
            for row in changed
            if (before := known[row.customer_id].person_id if row.customer_id in known else row.customer_id)
            != row.person_id
        ]
        if moved:
            self._connection.execute(insert(merge_log), moved)
        return len(moved)

    def forget_all_but(self, customer_ids: Collection[str]) -> None:
        """Drop what is kept about records that are no more."""
        gone = set(self._connection.scalars(select(persons.c.customer_id))) - set(customer_ids)
        for part in _parts(gone):
            self._connection.execute(delete(persons).where(persons.c.customer_id.in_(part)))
            self._connection.execute(delete(match_keys).where(match_keys.c.customer_id.in_(part)))

    def review(self) -> list[ReviewPair]:
        """List the pairs that wait for a person."""
        order = (review_pairs.c.probability.desc(), review_pairs.c.customer_id, review_pairs.c.other_id)
        rows = self._connection.execute(select(review_pairs).order_by(*order))
        return [ReviewPair(row.customer_id, row.other_id, row.probability, tuple(row.evidence)) for row in rows]

    def replace_review(self, pairs: Sequence[ReviewPair], about: Collection[str] | None) -> None:
        """Store the pairs to look at."""
        if about is None:
            self._connection.execute(delete(review_pairs))
        else:
            for part in _parts(about):
                mine = or_(review_pairs.c.customer_id.in_(part), review_pairs.c.other_id.in_(part))
                self._connection.execute(delete(review_pairs).where(mine))
        if pairs:
            rows = [{**vars(pair), "evidence": list(pair.evidence)} for pair in pairs]
            self._connection.execute(insert(review_pairs).prefix_with("OR REPLACE"), rows)

    def verdicts(self) -> list[Verdict]:
        """List what people decided."""
        order = (verdicts.c.customer_id, verdicts.c.other_id)
        return [Verdict(*row) for row in self._connection.execute(select(verdicts).order_by(*order))]

    def decide(self, verdict: Verdict) -> None:
        """Store a verdict."""
        one, other = sorted((verdict.customer_id, verdict.other_id))
        values = {**vars(verdict), "customer_id": one, "other_id": other}
        self._connection.execute(insert(verdicts).prefix_with("OR REPLACE").values(values))
        pair = (review_pairs.c.customer_id == one) & (review_pairs.c.other_id == other)
        self._connection.execute(delete(review_pairs).where(pair))

    def set_keys(self, keys: Mapping[str, Collection[int]], *, all_of_them: bool) -> None:
        """Store match keys."""
        if all_of_them:
            self._connection.execute(delete(match_keys))
        else:
            for part in _parts(keys):
                self._connection.execute(delete(match_keys).where(match_keys.c.customer_id.in_(part)))
        rows = sorted((_signed(key), customer_id) for customer_id, values in keys.items() for key in values)
        insert_rows(self._connection, match_keys, ("key", "customer_id"), rows)

    def sharing(self, keys: Collection[int], most: int) -> set[str]:
        """List the records that hold one of the telling keys."""
        found: set[str] = set()
        for part in _parts({_signed(key) for key in keys}):
            telling = (
                select(match_keys.c.key)
                .where(match_keys.c.key.in_(part))
                .group_by(match_keys.c.key)
                .having(func.count() <= most)
            )
            records = select(match_keys.c.customer_id).where(match_keys.c.key.in_(telling))
            found.update(self._connection.scalars(records))
        return found


def _signed(key: int) -> int:
    """Write an unsigned 64-bit number as SQLite keeps it."""
    return key - (1 << 64) if key >= 1 << 63 else key
