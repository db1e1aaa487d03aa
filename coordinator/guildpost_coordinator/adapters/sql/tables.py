"""The coordinator's tables: membership, certificates, rounds, releases, audit.

No table has room for a customer, a vehicle, a price or a figure of one dealer. ``catalogue_tables`` adds its own to the
same metadata; a test compares the metadata with what the migrations build.
"""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Instant(TypeDecorator[datetime]):
    """An aware instant, stored in UTC; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive instants and convert to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give an aware instant back."""
        del dialect
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

memberships: Final = Table(
    "memberships",
    metadata,
    Column("agent_id", String(63), primary_key=True),
    Column("company", String(120), nullable=False),
    Column("legal_entity", String(63), nullable=False),
    Column("state", String(16), nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("identity_key", LargeBinary(32), nullable=False),
    Column("flower_key", String(400), nullable=False),
    Column("sealing_key", LargeBinary(32), nullable=False),
    Column("agent_version", String(40), nullable=False),
    Column("enrolled_at", Instant),
)

join_codes: Final = Table(
    "join_codes",
    metadata,
    Column("secret_hash", LargeBinary(32), primary_key=True),
    Column("agent_id", ForeignKey("memberships.agent_id"), nullable=False, index=True),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("used_by", LargeBinary(32), nullable=False),
    Column("cancelled", Boolean, nullable=False),
)

certificates: Final = Table(
    "certificates",
    metadata,
    Column("serial", String(40), primary_key=True),
    Column("agent_id", ForeignKey("memberships.agent_id"), nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("key_hash", LargeBinary(32), nullable=False),
    Column("chain", JSON, nullable=False),  # base64, leaf first
    Column("not_after", Instant, nullable=False),
    Column("revoked", Boolean, nullable=False),
    UniqueConstraint("agent_id", "key_hash"),
)

signer_certificates: Final = Table(
    "signer_certificates",
    metadata,
    Column("role", String(16), primary_key=True),
    Column("serial", String(40), nullable=False),
)

presence: Final = Table(
    "presence",
    metadata,
    Column("agent_id", ForeignKey("memberships.agent_id"), primary_key=True),
    Column("last_contact", Instant, nullable=False),
    Column("connected", Boolean, nullable=False),
    Column("agent_version", String(40), nullable=False),
)

rounds: Final = Table(
    "rounds",
    metadata,
    Column("round_id", String(160), primary_key=True),
    Column("study_path", String(160), nullable=False),
    Column("study_id", String(120), nullable=False),
    Column("period", String(40), nullable=False),
    Column("state", String(16), nullable=False),
    Column("opens_at", Instant, nullable=False),
    Column("closes_at", Instant, nullable=False),
    Column("contributors", Integer, nullable=False),
    Column("reason", String(80), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("resumed", Integer, nullable=False),
    Column("stage", Integer),
    Column("joined", Integer, nullable=False),
    Column("waiting", Integer, nullable=False),
    Column("lost_shards", Integer, nullable=False),
    Column("lost_agents", Integer, nullable=False),
    UniqueConstraint("study_id", "period"),
)

round_journals: Final = Table(
    "round_journals",
    metadata,
    Column("round_id", ForeignKey("rounds.round_id"), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

releases: Final = Table(
    "releases",
    metadata,
    Column("study_id", String(120), primary_key=True),
    Column("period", String(40), primary_key=True),
    Column("round_id", ForeignKey("rounds.round_id"), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("released_at", Instant, nullable=False),
    Column("published", Boolean, nullable=False),
    Column("path", String(160), nullable=False),
)

beliefs: Final = Table(
    "beliefs",
    metadata,
    Column("study_id", String(120), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

audit_log: Final = Table(
    "audit_log",
    metadata,
    Column("entry_id", Integer, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(120), nullable=False),
    Column("action", String(63), nullable=False),
    Column("subject", Text, nullable=False),
)
