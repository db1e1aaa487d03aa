"""Membership, certificates, presence, rounds, releases, audit log."""

import sqlalchemy as sa
from alembic import op

from guildpost_coordinator.adapters.sql.tables import Instant

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "memberships",
        sa.Column("agent_id", sa.String(63), primary_key=True),
        sa.Column("company", sa.String(120), nullable=False),
        sa.Column("legal_entity", sa.String(63), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("generation", sa.BigInteger, nullable=False),
        sa.Column("identity_key", sa.LargeBinary(32), nullable=False),
        sa.Column("flower_key", sa.String(400), nullable=False),
        sa.Column("sealing_key", sa.LargeBinary(32), nullable=False),
        sa.Column("agent_version", sa.String(40), nullable=False),
        sa.Column("enrolled_at", Instant),
    )
    op.create_table(
        "join_codes",
        sa.Column("secret_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("agent_id", sa.String(63), sa.ForeignKey("memberships.agent_id"), nullable=False, index=True),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("used_at", Instant),
        sa.Column("used_by", sa.LargeBinary(32), nullable=False),
        sa.Column("cancelled", sa.Boolean, nullable=False),
    )
    op.create_table(
        "certificates",
        sa.Column("serial", sa.String(40), primary_key=True),
        sa.Column("agent_id", sa.String(63), sa.ForeignKey("memberships.agent_id"), nullable=False),
        sa.Column("generation", sa.BigInteger, nullable=False),
        sa.Column("key_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("chain", sa.JSON, nullable=False),
        sa.Column("not_after", Instant, nullable=False),
        sa.Column("revoked", sa.Boolean, nullable=False),
        sa.UniqueConstraint("agent_id", "key_hash"),
    )
    op.create_table(
        "presence",
        sa.Column("agent_id", sa.String(63), sa.ForeignKey("memberships.agent_id"), primary_key=True),
        sa.Column("last_contact", Instant, nullable=False),
        sa.Column("connected", sa.Boolean, nullable=False),
        sa.Column("agent_version", sa.String(40), nullable=False),
    )
    _rounds()


def _rounds() -> None:
    op.create_table(
        "rounds",
        sa.Column("round_id", sa.String(160), primary_key=True),
        sa.Column("study_path", sa.String(160), nullable=False),
        sa.Column("study_id", sa.String(120), nullable=False),
        sa.Column("period", sa.String(40), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("opens_at", Instant, nullable=False),
        sa.Column("closes_at", Instant, nullable=False),
        sa.Column("contributors", sa.Integer, nullable=False),
        sa.Column("reason", sa.String(80), nullable=False),
        sa.UniqueConstraint("study_id", "period"),
    )
    op.create_table(
        "releases",
        sa.Column("study_id", sa.String(120), primary_key=True),
        sa.Column("period", sa.String(40), primary_key=True),
        sa.Column("round_id", sa.String(160), sa.ForeignKey("rounds.round_id"), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("released_at", Instant, nullable=False),
        sa.Column("published", sa.Boolean, nullable=False),
    )
    op.create_table(
        "audit_log",
        sa.Column("entry_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("action", sa.String(63), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
    )
