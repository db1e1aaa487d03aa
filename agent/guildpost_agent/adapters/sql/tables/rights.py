"""What people's rights leave behind: restrictions, tombstones, files that must go, the log of what was exercised."""

from sqlalchemy import JSON, Column, Date, Index, Integer, String, Table

from guildpost_agent.adapters.sql.tables.base import PERSONAL, Instant, metadata

restrictions = Table(
    "restrictions",
    metadata,
    Column("customer_id", String(40), primary_key=True, info=PERSONAL),
    Column("reason", String(12), primary_key=True),
    Column("since", Instant, nullable=False),
)

known_since = Table(
    "known_since",
    metadata,
    Column("customer_id", String(40), primary_key=True, info=PERSONAL),
    Column("on", Date, nullable=False),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("mark", String(64), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("person", String(64), nullable=False),
    Column("reason", String(12), nullable=False),
    Column("since", Instant, nullable=False),
    Index("tombstones_by_person", "person"),
)

doomed_files = Table(
    "doomed_files",
    metadata,
    Column("name", String(300), primary_key=True),
    Column("not_before", Instant, nullable=False),
)

rights_log = Table(
    "rights_log",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("reference", String(64), nullable=False),
    Column("counts", JSON, nullable=False),
)
