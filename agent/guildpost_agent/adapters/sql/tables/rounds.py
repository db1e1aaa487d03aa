"""The memory of federated rounds."""

from sqlalchemy import Column, Date, Float, LargeBinary, String, Table, Text

from guildpost_agent.adapters.sql.tables.base import PERSONAL, Instant, metadata

rounds = Table(
    "rounds",
    metadata,
    Column("round_id", String(60), primary_key=True),
    Column("study_id", String(60), nullable=False),
    Column("period", String(40), nullable=False),
    Column("state", String(16), nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("snapshot", LargeBinary, nullable=False),
)

contributions = Table(
    "contributions",
    metadata,
    Column("study_id", String(60), primary_key=True),
    Column("period", String(40), primary_key=True),
    Column("round_id", String(60), nullable=False),
    Column("charged_at", Instant, nullable=False),
)

contributed_customers = Table(
    "contributed_customers",
    metadata,
    Column("study_id", String(60), primary_key=True),
    Column("customer_id", String(40), primary_key=True, info=PERSONAL),
    Column("quarter", String(7), primary_key=True),
    Column("epsilon", Float, nullable=False),
    Column("brand", String(12), nullable=False, server_default=""),
    Column("period", String(40), nullable=False, server_default=""),
    Column("day", Date),
    Column("expenses", Text),  # [[Δ₁, Δ₂², σ²], …], a list for every release
)
