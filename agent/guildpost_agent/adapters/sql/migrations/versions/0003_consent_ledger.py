"""The consent ledger; what the old table held becomes entries of it.

Time of disuse runs from the day on which the ledger learned of a consent: here that is the last delivery.
"""

import sqlalchemy as sa
from alembic import op

from guildpost_agent.adapters.sql.tables.base import Instant

revision = "0003"
down_revision = "0002"

_EMPTY = "'', '', '', '', 0, 0"
_OPENED = f"""
INSERT INTO consent_events (customer_id, kind, channel, purpose, at, basis, origin, source, given_on,
                            collected_by, text_version, text_sha256, ip, own_similar, in_every_message, reference)
SELECT customer_id, 'imported', channel, purpose,
       coalesce((SELECT max(at) FROM imports), granted_on || 'T00:00:00.000000Z'),
       legal_basis, 'dms', source, granted_on, {_EMPTY}, ''
FROM consents ORDER BY granted_on, customer_id, channel, purpose
"""  # noqa: S608 — constants only
_CLOSED = f"""
INSERT INTO consent_events (customer_id, kind, channel, purpose, at, basis, origin, source, given_on,
                            collected_by, text_version, text_sha256, ip, own_similar, in_every_message, reference)
SELECT customer_id, 'withdrawn', channel, purpose, withdrawn_at, NULL, 'here', '', NULL, {_EMPTY}, ''
FROM consents WHERE withdrawn_at IS NOT NULL ORDER BY withdrawn_at, customer_id, channel, purpose
"""  # noqa: S608 — as above


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "consent_events",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("customer_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("basis", sa.String(20)),
        sa.Column("origin", sa.String(4), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("collected_by", sa.String(120), nullable=False),
        sa.Column("given_on", sa.Date),
        sa.Column("text_version", sa.String(80), nullable=False),
        sa.Column("text_sha256", sa.String(64), nullable=False),
        sa.Column("confirmed_at", Instant),
        sa.Column("ip", sa.String(45), nullable=False),
        sa.Column("reference", sa.String(120), nullable=False),
        sa.Column("reference_on", sa.Date),
        sa.Column("own_similar", sa.Boolean, nullable=False),
        sa.Column("in_every_message", sa.Boolean, nullable=False),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.Column("preferences", sa.JSON),
    )
    op.create_index("consent_events_by_customer", "consent_events", ["customer_id"])
    op.create_table(
        "opt_in_requests",
        sa.Column("request_id", sa.String(24), primary_key=True),
        sa.Column("customer_id", sa.String(40), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("requested_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("text_version", sa.String(80), nullable=False),
        sa.Column("text_sha256", sa.String(64), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("collected_by", sa.String(120), nullable=False),
        sa.Column("ip", sa.String(45), nullable=False),
        sa.Column("closed_at", Instant),
    )
    op.create_index("opt_in_requests_by_token", "opt_in_requests", ["token_hash"], unique=True)
    op.create_index("opt_in_requests_by_customer", "opt_in_requests", ["customer_id"])
    op.create_table(
        "phone_consent_uses",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("customer_id", sa.String(40), nullable=False),
        sa.Column("event_seq", sa.Integer, nullable=False),
        sa.Column("used_at", Instant, nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("called_by", sa.String(120), nullable=False),
    )
    op.create_index("phone_consent_uses_by_customer", "phone_consent_uses", ["customer_id"])
    op.execute(_OPENED)
    op.execute(_CLOSED)
    op.drop_table("consents")
