"""Where each customer stands, and what could be offered for each vehicle; worked out anew after every import."""

from sqlalchemy import JSON, Column, Date, Float, Index, Integer, String, Table

from guildpost_agent.adapters.sql.tables.base import PERSONAL, metadata

customer_segments = Table(
    "customer_segments",
    metadata,
    Column("customer_id", String(40), primary_key=True, info=PERSONAL),
    Column("stage", String(40), nullable=False, info=PERSONAL),
    Column("recency_days", Integer, info=PERSONAL),
    Column("visits", Integer, nullable=False, info=PERSONAL),
    Column("hours", Float, nullable=False, info=PERSONAL),
    Column("value_band", String(40), nullable=False, info=PERSONAL),
    Column("loyalty", String(40), nullable=False, info=PERSONAL),
    Column("kind", String(12), nullable=False, info=PERSONAL),
    Column("age_band", String(40), nullable=False, info=PERSONAL),
    Column("computed_on", Date, nullable=False),
    Index("customer_segments_by_stage", "stage"),
)

service_potential = Table(
    "service_potential",
    metadata,
    Column("vehicle_id", String(40), primary_key=True, info=PERSONAL),
    Column("service_id", String(40), primary_key=True),
    Column("customer_id", String(40), nullable=False, info=PERSONAL),
    Column("score", Float, nullable=False, info=PERSONAL),
    Column("reasons", JSON, nullable=False, info=PERSONAL),
    Index("service_potential_by_customer", "customer_id"),
    Index("service_potential_by_service", "service_id", "score"),
)
