"""The consent ledger, double opt-in with its requests and mails, the use of consents to calls, suppressed addresses."""

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from guildpost_agent.adapters.sql.tables.base import PERSONAL, Instant, metadata

consent_events = Table(
    "consent_events",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("customer_id", String(40), nullable=False, info=PERSONAL),
    Column("kind", String(12), nullable=False),
    Column("channel", String(12), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("at", Instant, nullable=False, info=PERSONAL),
    Column("basis", String(20)),
    Column("origin", String(4), nullable=False),
    Column("source", String(200), nullable=False, info=PERSONAL),
    Column("collected_by", String(120), nullable=False, info=PERSONAL),
    Column("given_on", Date, info=PERSONAL),
    Column("text_version", String(80), nullable=False),
    Column("text_sha256", String(64), nullable=False),
    Column("confirmed_at", Instant, info=PERSONAL),
    Column("ip", String(45), nullable=False, info=PERSONAL),
    Column("reference", String(120), nullable=False, info=PERSONAL),
    Column("reference_on", Date, info=PERSONAL),
    Column("own_similar", Boolean, nullable=False),
    Column("in_every_message", Boolean, nullable=False),
    Column("valid_from", Date, info=PERSONAL),
    Column("valid_to", Date, info=PERSONAL),
    Column("preferences", JSON(none_as_null=True), info=PERSONAL),
    Index("consent_events_by_customer", "customer_id"),
)

opt_in_requests = Table(
    "opt_in_requests",
    metadata,
    Column("request_id", String(24), primary_key=True),
    Column("customer_id", String(40), nullable=False, info=PERSONAL),
    Column("purpose", String(40), nullable=False),
    Column("email", String(254), nullable=False, info=PERSONAL),
    Column("token_hash", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    Column("requested_at", Instant, nullable=False, info=PERSONAL),
    Column("expires_at", Instant, nullable=False),
    Column("text_version", String(80), nullable=False),
    Column("text_sha256", String(64), nullable=False),
    Column("source", String(200), nullable=False, info=PERSONAL),
    Column("collected_by", String(120), nullable=False, info=PERSONAL),
    Column("ip", String(45), nullable=False, info=PERSONAL),
    Column("closed_at", Instant),
    Index("opt_in_requests_by_token", "token_hash", unique=True),
    Index("opt_in_requests_by_customer", "customer_id"),
)

opt_in_mails = Table(
    "opt_in_mails",
    metadata,
    Column("request_id", ForeignKey("opt_in_requests.request_id"), primary_key=True),
    Column("message_id", String(120), nullable=False, unique=True),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("response", Text, nullable=False),
    Column("mailed_at", Instant, info=PERSONAL),
    Index("opt_in_mails_by_state", "state", "next_attempt_at"),
)

phone_consent_uses = Table(
    "phone_consent_uses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("customer_id", String(40), nullable=False, info=PERSONAL),
    Column("event_seq", Integer, nullable=False),
    Column("used_at", Instant, nullable=False, info=PERSONAL),
    Column("purpose", String(40), nullable=False),
    Column("called_by", String(120), nullable=False, info=PERSONAL),
    Index("phone_consent_uses_by_customer", "customer_id"),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("address_hmac", String(64), primary_key=True),
    Column("channel", String(12), primary_key=True),
    Column("reason", String(40), nullable=False),
    Column("since", Instant, nullable=False),
)
