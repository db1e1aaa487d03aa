"""Tables of material and of the brand's people who write and approve it; contents stand in ``catalogue_contents``."""

from typing import Final

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from guildpost_coordinator.adapters.sql.tables import Instant, metadata

people: Final = Table(
    "people",
    metadata,
    Column("person_id", String(24), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("email", String(255), nullable=False, unique=True),
    Column("rights", JSON, nullable=False),
    Column("token_hash", String(64), nullable=False, index=True),  # empty once removed
)

materials: Final = Table(
    "materials",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),  # the order in which they were begun
    Column("key", String(160), nullable=False),
    Column("edition", Integer, nullable=False),
    Column("state", String(24), nullable=False, index=True),
    Column("publish_at", Instant),
    Column("publication_id", String(24), nullable=False),
    Column("body", JSON, nullable=False),  # contents, before, authors, approvals
    Column("revision", Integer, nullable=False),
    UniqueConstraint("key", "edition"),
)

material_steps: Final = Table(
    "material_steps",
    metadata,
    Column("position", ForeignKey("materials.position"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("event", String(24), nullable=False),
    Column("state", String(24), nullable=False),
    Column("role", String(16), nullable=False),
    Column("person_id", String(24), nullable=False),
    Column("person", String(120), nullable=False),
    Column("at", Instant, nullable=False),
    Column("comment", Text, nullable=False),
    Column("contents", JSON, nullable=False),
    Column("before", JSON, nullable=False),
)
