"""The agent's encrypted database, table by table.

Every column that can hold personal data says so in ``info`` (``personal``): export, erasure and the canary hunt are
driven by the schema. Instants are UTC ISO-8601 text, days are ISO dates.
"""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.engine import Dialect

metadata = MetaData()

PERSONAL: Final = {"personal": True}


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, stored as sortable text."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 — SQLAlchemy's signature
        """Store in UTC with fixed width."""
        return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 — as above
        """Read back as an aware datetime."""
        return None if value is None else datetime.fromisoformat(value)


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

imports = Table(
    "imports",
    metadata,
    Column("import_id", String(24), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("state", String(12), nullable=False),
    Column("rows_read", Integer, nullable=False),
    Column("rows_imported", Integer, nullable=False),
    Column("rows_quarantined", Integer, nullable=False),
    Column("report", JSON, nullable=False),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("import_id", ForeignKey("imports.import_id"), nullable=False),
    Column("file", String(200), nullable=False),
    Column("row_number", Integer, nullable=False),
    Column("field", String(60), nullable=False),
    Column("reason", String(60), nullable=False),
    Column("raw", Text, nullable=False, info=PERSONAL),
)

customers = Table(
    "customers",
    metadata,
    Column("customer_id", String(40), primary_key=True, info=PERSONAL),
    Column("salutation", String(40), nullable=False, info=PERSONAL),
    Column("title", String(40), nullable=False, info=PERSONAL),
    Column("given_name", String(120), nullable=False, info=PERSONAL),
    Column("family_name", String(120), nullable=False, info=PERSONAL),
    Column("company", String(200), nullable=False, info=PERSONAL),
    Column("street", String(200), nullable=False, info=PERSONAL),
    Column("postcode", String(12), nullable=False, info=PERSONAL),
    Column("town", String(120), nullable=False, info=PERSONAL),
    Column("country", String(2), nullable=False),
    Column("phone", String(40), nullable=False, info=PERSONAL),
    Column("mobile", String(40), nullable=False, info=PERSONAL),
    Column("email", String(254), nullable=False, info=PERSONAL),
    Column("birth_date", Date, info=PERSONAL),
    Column("is_business", Boolean, nullable=False),
    Column("is_supplier", Boolean, nullable=False),
    Column("advertising_block", Boolean, nullable=False),
)

vehicles = Table(
    "vehicles",
    metadata,
    Column("vehicle_id", String(40), primary_key=True, info=PERSONAL),
    Column("customer_id", String(40), nullable=False, info=PERSONAL),
    Column("vin", String(20), nullable=False, info=PERSONAL),
    Column("plate", String(16), nullable=False, info=PERSONAL),
    Column("make", String(60), nullable=False),
    Column("model", String(80), nullable=False),
    Column("vehicle_class", String(12), nullable=False),
    Column("fuel", String(20), nullable=False),
    Column("hsn", String(4), nullable=False),
    Column("tsn", String(8), nullable=False),
    Column("first_registration", Date, info=PERSONAL),
    Column("mileage_km", Integer, info=PERSONAL),
    Column("mileage_date", Date, info=PERSONAL),
    Column("next_hu", Date, info=PERSONAL),
    Column("next_service", Date, info=PERSONAL),
    Column("warranty_end", Date, info=PERSONAL),
    Column("deregistered_on", Date, info=PERSONAL),
    Column("sold_on", Date, info=PERSONAL),
    Index("vehicles_by_customer", "customer_id"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("job_id", String(60), primary_key=True, info=PERSONAL),
    Column("order_number", String(40), nullable=False, info=PERSONAL),
    Column("order_date", Date, nullable=False, info=PERSONAL),
    Column("vehicle_id", String(40), nullable=False, info=PERSONAL),
    Column("customer_id", String(40), nullable=False, info=PERSONAL),
    Column("mileage_km", Integer, info=PERSONAL),
    Column("invoiced_on", Date, info=PERSONAL),
    Column("kind", String(20), nullable=False),
    Column("text", Text, nullable=False, info=PERSONAL),
    Index("jobs_by_vehicle", "vehicle_id"),
)

appointments = Table(
    "appointments",
    metadata,
    Column("appointment_id", String(40), primary_key=True, info=PERSONAL),
    Column("customer_id", String(40), nullable=False, info=PERSONAL),
    Column("vehicle_id", String(40), nullable=False, info=PERSONAL),
    Column("starts_at", Instant, nullable=False, info=PERSONAL),
    Column("occasion", String(40), nullable=False),
    Column("status", String(40), nullable=False),
    Column("created_on", Date, nullable=False, info=PERSONAL),
    Index("appointments_by_vehicle", "vehicle_id"),
)

consents = Table(
    "consents",
    metadata,
    Column("customer_id", String(40), primary_key=True, info=PERSONAL),
    Column("channel", String(12), primary_key=True),
    Column("purpose", String(40), primary_key=True),
    Column("legal_basis", String(40), nullable=False),
    Column("source", String(120), nullable=False, info=PERSONAL),
    Column("granted_on", Date, nullable=False, info=PERSONAL),
    Column("withdrawn_at", Instant, info=PERSONAL),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("address_hmac", String(64), primary_key=True),
    Column("channel", String(12), primary_key=True),
    Column("reason", String(40), nullable=False),
    Column("since", Instant, nullable=False),
)

occasions = Table(
    "occasions",
    metadata,
    Column("occasion_id", String(64), primary_key=True, info=PERSONAL),
    Column("customer_id", String(40), nullable=False, info=PERSONAL),
    Column("vehicle_id", String(40), nullable=False, info=PERSONAL),
    Column("service_id", String(40), nullable=False),
    Column("due_date", Date, nullable=False, info=PERSONAL),
    Column("source", String(40), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("triage", String(12), nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    Column("occasion_id", ForeignKey("occasions.occasion_id"), primary_key=True, info=PERSONAL),
    Column("decided_at", Instant, nullable=False),
    Column("kept", Boolean, nullable=False),
    Column("reason", String(40), nullable=False),
    Column("facts", JSON, nullable=False, info=PERSONAL),
)

touchpoints = Table(
    "touchpoints",
    metadata,
    Column("touchpoint_id", String(24), primary_key=True),
    Column("occasion_id", ForeignKey("occasions.occasion_id"), nullable=False, info=PERSONAL),
    Column("customer_id", String(40), nullable=False, info=PERSONAL),
    Column("vehicle_id", String(40), nullable=False, info=PERSONAL),
    Column("service_id", String(40), nullable=False),
    Column("service_version", Integer, nullable=False),
    Column("channel", String(12), nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("not_after", Instant, nullable=False),
    Column("due_date", Date, nullable=False, info=PERSONAL),
    Column("lead_days", Integer, nullable=False),
    Column("weekday", Integer),
    Column("hour", Integer),
    Column("arm", String(20), nullable=False),
    Column("state", String(12), nullable=False),
    Column("reasons", JSON, nullable=False, info=PERSONAL),
    Index("touchpoints_by_state", "state", "planned_at"),
    Index("touchpoints_by_occasion", "occasion_id"),
    Index("touchpoints_by_customer", "customer_id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("touchpoint_id", ForeignKey("touchpoints.touchpoint_id"), primary_key=True),
    Column("channel", String(12), nullable=False),
    Column("message_id", String(120), nullable=False, unique=True),
    Column("token", String(200), nullable=False, unique=True),
    Column("recipient", String(254), nullable=False, info=PERSONAL),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("response", Text, nullable=False),
    Column("batch_id", String(24)),
    Index("outbox_by_state", "state", "next_attempt_at"),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("outcome_id", String(80), primary_key=True, info=PERSONAL),
    Column("touchpoint_id", ForeignKey("touchpoints.touchpoint_id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("detail", Text, nullable=False, info=PERSONAL),
    Index("outcomes_by_touchpoint", "touchpoint_id"),
)

rounds = Table(
    "rounds",
    metadata,
    Column("round_id", String(60), primary_key=True),
    Column("study_id", String(60), nullable=False),
    Column("period", String(24), nullable=False),
    Column("state", String(16), nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("snapshot", LargeBinary, nullable=False),
)

contributions = Table(
    "contributions",
    metadata,
    Column("study_id", String(60), primary_key=True),
    Column("period", String(24), primary_key=True),
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

login_links = Table(
    "login_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("csrf", String(64), nullable=False),
    Column("expires_at", Instant, nullable=False),
)
