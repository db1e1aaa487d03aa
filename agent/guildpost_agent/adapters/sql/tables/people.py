"""Who is who: customer records of one person, persons of one household, and what a person decided about pairs."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, Index, Integer, String, Table

from guildpost_agent.adapters.sql.tables.base import PERSONAL, Instant, metadata

persons = Table(
    "persons",
    metadata,
    Column("customer_id", String(40), primary_key=True, info=PERSONAL),
    Column("person_id", String(40), nullable=False, info=PERSONAL),
    Column("household_id", String(40), nullable=False, info=PERSONAL),
    Index("persons_by_person", "person_id"),
    Index("persons_by_household", "household_id"),
)

match_keys = Table(
    "match_keys",
    metadata,
    Column("key", BigInteger, primary_key=True, info=PERSONAL),
    Column("customer_id", String(40), primary_key=True, info=PERSONAL),
    Index("match_keys_by_customer", "customer_id"),
    sqlite_with_rowid=False,
)

review_pairs = Table(
    "review_pairs",
    metadata,
    Column("customer_id", String(40), primary_key=True, info=PERSONAL),
    Column("other_id", String(40), primary_key=True, info=PERSONAL),
    Column("probability", Float, nullable=False),
    Column("evidence", JSON, nullable=False),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("customer_id", String(40), primary_key=True, info=PERSONAL),
    Column("other_id", String(40), primary_key=True, info=PERSONAL),
    Column("same", Boolean, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("decided_by", String(60), nullable=False),
)

merge_log = Table(
    "merge_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("customer_id", String(40), nullable=False, info=PERSONAL),
    Column("from_person", String(40), nullable=False, info=PERSONAL),
    Column("to_person", String(40), nullable=False, info=PERSONAL),
)
