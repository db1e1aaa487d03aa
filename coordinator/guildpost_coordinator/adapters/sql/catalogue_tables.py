"""Tables of publishing: what is on its way into the catalogue. What is in force stands in the TUF repository."""

from typing import Final

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Table

from guildpost_coordinator.adapters.sql.tables import Instant, metadata

publications: Final = Table(
    "publications",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),  # the order in which they were handed in
    Column("publication_id", String(24), nullable=False, unique=True),
    Column("state", String(16), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("changes", JSON, nullable=False),  # path → [length, sha256], or null to remove
    Column("reason", String(64), nullable=False),
    Column("alone", String(16), nullable=False, server_default=""),  # the one role that signs a recall
)

role_proposals: Final = Table(
    "role_proposals",
    metadata,
    Column("publication_id", ForeignKey("publications.publication_id"), primary_key=True),
    Column("role", String(16), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("to_sign", LargeBinary, nullable=False),
    Column("signature", LargeBinary(64)),
)

catalogue_contents: Final = Table(
    "catalogue_contents",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
