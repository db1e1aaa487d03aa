"""People's rights on the encrypted database: collect, erase, restrict, remember; driven by the rules."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, func, or_, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.sql.elements import ColumnElement

from guildpost_agent.adapters.sql import rights_rules
from guildpost_agent.adapters.sql.prepared import Prepared, among
from guildpost_agent.adapters.sql.tables import customers, outbox, touchpoints
from guildpost_agent.adapters.sql.tables.rights import doomed_files, restrictions, rights_log, tombstones
from guildpost_agent.app.ports.rights import DoomedFile, LogEntry, Row
from guildpost_agent.domain.records import Customer
from guildpost_agent.domain.rights.identity import Tombstone
from guildpost_agent.domain.rights.mentions import Mentioned
from guildpost_agent.domain.rights.rules import Mentions
from guildpost_agent.domain.rights.schema_rules import IDENTIFYING, RULES, held_by_key

_CUSTOMER_COLUMNS: Final = [customers.c[field.name] for field in fields(Customer)]
_RESTRICTED: Final = Prepared(
    lambda: select(restrictions.c.customer_id).where(restrictions.c.customer_id == bindparam("id")).limit(1)
)
_RESTRICTED_OF: Final = Prepared(lambda: select(restrictions.c.customer_id).where(among(restrictions.c.customer_id)))
_EXACT: Final = IDENTIFYING - {"family_name", "second_family_name", "company", "street"}
"""What points at one person only; a name or a street may be somebody else's as well."""


def _in_any_case(word: str) -> set[str]:
    """Give the ways to write a word that SQLite does not see as the same: it knows no case beyond ASCII."""
    return {word, word.lower(), word.upper(), word.title()}


class SqlRights:
    """What the rules say, done inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, *, email: str = "", name: str = "") -> list[Customer]:
        """Search customers by exact e-mail address (any case) or by parts of the name."""
        c = customers.c
        wanted = []
        if email:
            wanted.append(func.lower(c.email) == email.strip().lower())
        if name:
            columns = (c.given_name, c.family_name, c.company, c.second_given_name, c.second_family_name)
            wanted.extend(
                or_(*(column.icontains(one, autoescape=True) for column in columns for one in _in_any_case(word)))
                for word in name.split()
            )
        if not wanted:
            return []
        rows = self._connection.execute(select(*_CUSTOMER_COLUMNS).where(*wanted).order_by(c.customer_id))
        return [Customer(*row) for row in rows]

    def customers(self, ids: Collection[str]) -> list[Customer]:
        """Read customers by number."""
        return [
            Customer(*row)
            for part in rights_rules.chunks(ids)
            for row in self._connection.execute(
                select(*_CUSTOMER_COLUMNS).where(customers.c.customer_id.in_(part)).order_by(customers.c.customer_id)
            )
        ]

    def all_customers(self) -> Iterator[Customer]:
        """Walk over all customers without holding them."""
        rows = self._connection.execute(select(*_CUSTOMER_COLUMNS).execution_options(yield_per=1_000))
        return (Customer(*row) for row in rows)

    def collect(self, ids: Collection[str]) -> dict[str, list[Row]]:
        """Give every row that belongs to these customers, by table, as far as the report tells it."""
        found: dict[str, list[Row]] = {}
        for rule in RULES:
            if not rule.told:
                continue
            table = rights_rules.table_of(rule)
            told = [column for column in table.c if column.name not in rule.withheld]
            conditions: list[ColumnElement[bool]]
            if isinstance(rule.belongs, Mentions):
                who = Mentioned(self._words(ids, _EXACT))
                (key,) = table.primary_key.columns
                keys = rights_rules.mentioning(self._connection, rule, who)
                conditions = [key.in_(keys[n : n + 500]) for n in range(0, len(keys), 500)]
            else:
                conditions = [rights_rules.condition(rule, part) for part in rights_rules.chunks(ids)]
            for condition in conditions:
                statement = select(*told).where(condition).order_by(*table.primary_key.columns)
                found.setdefault(rule.table, []).extend(
                    dict(row) for row in self._connection.execute(statement).mappings()
                )
        return {table: rows for table, rows in found.items() if rows}

    def words(self, ids: Collection[str]) -> set[str]:
        """Give the numbers, names and addresses by which raw text can be seen to speak of these customers."""
        return self._words(ids, IDENTIFYING)

    def _words(self, ids: Collection[str], names: Collection[str]) -> set[str]:
        words = set(ids)
        for rule in held_by_key():
            columns = [c for c in rights_rules.table_of(rule).c if c.name in names and c.name not in rule.withheld]
            if not columns or not rule.told:
                continue
            for part in rights_rules.chunks(ids):
                statement = select(*columns).where(rights_rules.condition(rule, part))
                words.update(str(v) for row in self._connection.execute(statement) for v in row if v)
        return words

    def batches(self, ids: Collection[str]) -> set[str]:
        """Name the letter batches that hold a letter to them."""
        return set(self._jobs(ids, outbox.c.batch_id, outbox.c.batch_id.is_not(None)))

    def in_flight(self, ids: Collection[str]) -> int:
        """Count the messages to them that are being handed over at this moment."""
        return len(self._jobs(ids, outbox.c.touchpoint_id, outbox.c.state == "sending"))

    def _jobs(self, ids: Collection[str], column: Any, wanted: Any) -> list[str]:
        joined = outbox.join(touchpoints, touchpoints.c.touchpoint_id == outbox.c.touchpoint_id)
        return [
            value
            for part in rights_rules.chunks(ids)
            for value in self._connection.scalars(
                select(column).select_from(joined).where(touchpoints.c.customer_id.in_(part), wanted)
            )
        ]

    def count(self, ids: Collection[str]) -> dict[str, int]:
        """Count what ``erase`` would touch, changing nothing."""
        counts: Counter[str] = Counter()
        who = Mentioned(self.words(ids))
        for rule in RULES:
            if rule.only is not None:
                continue  # the table's next rule counts these rows, too
            if isinstance(rule.belongs, Mentions):
                counts[rule.table] += len(rights_rules.mentioning(self._connection, rule, who))
            else:
                counts[rule.table] += rights_rules.count(self._connection, rule, ids)
        return dict(sorted((+counts).items()))

    def erase(self, ids: Collection[str], key: bytes) -> dict[str, int]:
        """Do to every table what its rule says; ``key`` makes pseudonyms. Returns rows touched by table."""
        counts: Counter[str] = Counter()
        who = Mentioned(self.words(ids))
        for rule in rights_rules.in_erasing_order():
            if isinstance(rule.belongs, Mentions):
                counts[rule.table] += rights_rules.blank_mentioning(self._connection, rule, who)
            else:
                counts[rule.table] += rights_rules.erase(self._connection, rule, ids, key)
        return dict(sorted((+counts).items()))

    def tombstones(self) -> set[Tombstone]:
        """List all tombstones."""
        columns = [tombstones.c[field.name] for field in fields(Tombstone)]
        return {Tombstone(*row) for row in self._connection.execute(select(*columns))}

    def add_tombstones(self, stones: Iterable[Tombstone]) -> None:
        """Set tombstones; one that stands already keeps its date, and an erasure outranks a retention."""
        rows = [asdict(stone) for stone in stones]
        if rows:
            row = insert(tombstones)
            self._connection.execute(
                row.on_conflict_do_update(
                    index_elements=["mark", "kind"],
                    set_={"reason": row.excluded.reason},
                    where=row.excluded.reason == "erasure",
                ),
                rows,
            )

    def lift_tombstones(self, persons: Collection[str]) -> int:
        """Remove all marks of these persons; return how many."""
        return sum(
            self._connection.execute(delete(tombstones).where(tombstones.c.person.in_(part))).rowcount
            for part in rights_rules.chunks(persons)
        )

    def restrict(self, ids: Iterable[str], reason: str, since: datetime) -> int:
        """Set customers aside; return for how many that is new."""
        statement = insert(restrictions).on_conflict_do_nothing()
        return sum(
            self._connection.execute(statement, {"customer_id": one, "reason": reason, "since": since}).rowcount
            for one in ids
        )

    def lift(self, ids: Iterable[str], reason: str) -> int:
        """Take a restriction back; return for how many there was one."""
        return sum(
            self._connection.execute(
                delete(restrictions).where(restrictions.c.customer_id.in_(part), restrictions.c.reason == reason)
            ).rowcount
            for part in rights_rules.chunks(list(ids))
        )

    def restricted(self) -> set[str]:
        """List everybody who is kept but must not be planned for or written to."""
        return set(self._connection.scalars(select(restrictions.c.customer_id)))

    def is_restricted(self, customer_id: str) -> bool:
        """Say whether a customer is set aside."""
        return _RESTRICTED.first(self._connection, id=customer_id) is not None

    def restricted_of(self, customer_ids: Collection[str]) -> set[str]:
        """List those of some customers who are set aside."""
        return {row[0] for row in _RESTRICTED_OF.rows(self._connection, ids=list(customer_ids))}

    def doom(self, files: Iterable[DoomedFile]) -> None:
        """Note files that must go; an earlier date stands."""
        rows = [asdict(file) for file in files]
        if rows:
            self._connection.execute(insert(doomed_files).on_conflict_do_nothing(), rows)

    def doomed(self) -> list[DoomedFile]:
        """List the files that must go."""
        return [DoomedFile(*row) for row in self._connection.execute(select(doomed_files))]

    def undoom(self, name: str) -> None:
        """Forget a file that is gone."""
        self._connection.execute(delete(doomed_files).where(doomed_files.c.name == name))

    def log(self, entry: LogEntry) -> None:
        """Note that a right was exercised."""
        self._connection.execute(
            insert(rights_log).values(
                at=entry.at, kind=entry.kind, reference=entry.reference, counts=dict(entry.counts)
            )
        )

    def logged(self) -> list[LogEntry]:
        """List what was exercised, oldest first."""
        c = rights_log.c
        return [LogEntry(*row) for row in self._connection.execute(select(c.at, c.kind, c.reference, c.counts))]
