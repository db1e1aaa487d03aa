"""The rules of people's rights on the schema: from a rule and customers' numbers to rows, and what becomes of them."""

from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, func, select, update
from sqlalchemy.sql.elements import ColumnElement

from guildpost_agent.adapters.sql.tables import metadata
from guildpost_agent.domain.rights.marks import pseudonym
from guildpost_agent.domain.rights.mentions import Mentioned
from guildpost_agent.domain.rights.rules import Blank, Delete, Direct, Mentions, Pseudonym, TableRule, Via
from guildpost_agent.domain.rights.schema_rules import RULES

MOST_IDS: Final = 500
"""Numbers per statement: SQLite bounds the parameters of one."""


def chunks(ids: Collection[str]) -> Iterator[list[str]]:
    """Cut numbers into what one statement takes, in a fixed order."""
    ordered = iter(sorted(ids))
    while part := list(islice(ordered, MOST_IDS)):
        yield part


def table_of(rule: TableRule) -> Table:
    """Find the rule's table."""
    return metadata.tables[rule.table]


def in_erasing_order() -> list[TableRule]:
    """Sort the rules so that whoever points at a row goes before it, and so that paths to a person stay open."""
    depth = {table.name: number for number, table in enumerate(metadata.sorted_tables)}
    return sorted(RULES, key=lambda rule: (not isinstance(rule.belongs, Via | Mentions), -depth[rule.table]))


def condition(rule: TableRule, ids: Collection[str]) -> ColumnElement[bool]:
    """Say which rows of a rule with a key belong to these customers."""
    table = table_of(rule)
    mine: ColumnElement[bool]
    match rule.belongs:
        case Direct(column):
            mine = table.c[column].in_(ids)
        case Via(column, parent, parent_column):
            above = next(r for r in RULES if r.table == parent and not isinstance(r.belongs, Mentions))
            mine = table.c[column].in_(select(metadata.tables[parent].c[parent_column]).where(condition(above, ids)))
        case Mentions():
            raise ValueError(f"{rule.table} has no key")
    if rule.only is not None:
        column, values = rule.only
        mine = mine & table.c[column].in_(values)
    return mine


def count(connection: Connection, rule: TableRule, ids: Collection[str]) -> int:
    """Count a rule's rows of these customers."""
    total = 0
    for part in chunks(ids):
        found = connection.scalar(select(func.count()).select_from(table_of(rule)).where(condition(rule, part)))
        total += found or 0
    return total


def erase(connection: Connection, rule: TableRule, ids: Collection[str], key: bytes) -> int:
    """Do what the rule says to the rows of these customers; return how many."""
    table = table_of(rule)
    touched = 0
    for part in chunks(ids):
        mine = condition(rule, part)
        match rule.erase:
            case Delete():
                touched += connection.execute(delete(table).where(mine)).rowcount
            case Blank(columns):
                touched += connection.execute(update(table).where(mine).values(**columns)).rowcount
            case Pseudonym(column):
                touched += _disguise(connection, rule, column, part, key)
    return touched


def _disguise(connection: Connection, rule: TableRule, column: str, ids: Collection[str], key: bytes) -> int:
    """Replace each number by its keyed hash; two rows that thereby become the same row become one."""
    table, disguise = table_of(rule), rule.erase
    if not isinstance(disguise, Pseudonym):
        raise TypeError(rule.table)
    mine = condition(rule, ids)
    rows: list[dict[str, Any]] = [dict(row) for row in connection.execute(select(table).where(mine)).mappings()]
    connection.execute(delete(table).where(mine))
    changed = [{**row, **disguise.blank, column: pseudonym(key, str(row[column]))} for row in rows]
    if changed:
        connection.execute(table.insert().prefix_with("OR IGNORE"), changed)
    return len(rows)


def mentioning(connection: Connection, rule: TableRule, who: Mentioned) -> list[Any]:
    """List the primary keys of the rows whose text mentions somebody."""
    if not isinstance(rule.belongs, Mentions):
        raise TypeError(rule.table)
    table, text = table_of(rule), table_of(rule).c[rule.belongs.column]
    (key,) = table.primary_key.columns
    rows = connection.execute(select(key, text).where(text != "").execution_options(yield_per=1_000))
    return [row[0] for row in rows if who.in_text(row[1])]


def blank_mentioning(connection: Connection, rule: TableRule, who: Mentioned) -> int:
    """Empty the texts that mention somebody; return how many."""
    keys = mentioning(connection, rule, who)
    table = table_of(rule)
    (key,) = table.primary_key.columns
    if not isinstance(rule.erase, Blank):
        raise TypeError(rule.table)
    for start in range(0, len(keys), MOST_IDS):
        part = keys[start : start + MOST_IDS]
        connection.execute(update(table).where(key.in_(part)).values(**rule.erase.columns))
    return len(keys)
