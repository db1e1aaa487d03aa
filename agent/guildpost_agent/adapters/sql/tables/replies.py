"""What came into the dealer's mailbox: which messages were dealt with, and customers' replies for the staff."""

from sqlalchemy import Column, Index, String, Table, Text

from guildpost_agent.adapters.sql.tables.base import PERSONAL, Instant, metadata

arrivals = Table(
    "arrivals",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
)

replies = Table(
    "replies",
    metadata,
    Column("reply_id", String(24), primary_key=True),
    Column("customer_id", String(40), nullable=False, info=PERSONAL),
    Column("touchpoint_id", String(64), nullable=False),
    Column("received_at", Instant, nullable=False, info=PERSONAL),
    Column("kind", String(16), nullable=False, info=PERSONAL),
    Column("acted", String(16), nullable=False, info=PERSONAL),
    Column("sender", String(320), nullable=False, info=PERSONAL),
    Column("subject", Text, nullable=False, info=PERSONAL),
    Column("text", Text, nullable=False, info=PERSONAL),
    Column("state", String(8), nullable=False),
    Column("closed_at", Instant, info=PERSONAL),
    Column("closed_by", String(120), nullable=False, info=PERSONAL),
    Column("note", Text, nullable=False, info=PERSONAL),
    Index("replies_by_state", "state", "received_at"),
    Index("replies_by_customer", "customer_id"),
)
