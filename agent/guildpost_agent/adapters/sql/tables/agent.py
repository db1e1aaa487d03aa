"""What the agent itself keeps: documents, leases, the egress ledger."""

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from guildpost_agent.adapters.sql.tables.base import Instant, metadata

documents = Table(
    "documents",
    metadata,
    Column("name", String(120), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("holder", String(60), nullable=False),
    Column("until", Instant, nullable=False),
)

egress_ledger = Table(
    "egress_ledger",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("destination", String(60), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("count", Integer, nullable=False),
)
