"""The first schema."""

import sqlalchemy as sa
from alembic import op

from guildpost_agent.adapters.sql.tables import Instant

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "appointments",
        sa.Column("appointment_id", sa.String(length=40), nullable=False),
        sa.Column("customer_id", sa.String(length=40), nullable=False),
        sa.Column("vehicle_id", sa.String(length=40), nullable=False),
        sa.Column("starts_at", Instant(length=32), nullable=False),
        sa.Column("occasion", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("appointment_id"),
    )
    op.create_index("appointments_by_vehicle", "appointments", ["vehicle_id"], unique=False)
    op.create_table(
        "consents",
        sa.Column("customer_id", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("legal_basis", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_at", Instant(length=32), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", "channel", "purpose"),
    )
    op.create_table(
        "contributed_customers",
        sa.Column("study_id", sa.String(length=60), nullable=False),
        sa.Column("customer_id", sa.String(length=40), nullable=False),
        sa.Column("quarter", sa.String(length=7), nullable=False),
        sa.Column("epsilon", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("study_id", "customer_id", "quarter"),
    )
    op.create_table(
        "contributions",
        sa.Column("study_id", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=24), nullable=False),
        sa.Column("round_id", sa.String(length=60), nullable=False),
        sa.Column("charged_at", Instant(length=32), nullable=False),
        sa.PrimaryKeyConstraint("study_id", "period"),
    )
    op.create_table(
        "customers",
        sa.Column("customer_id", sa.String(length=40), nullable=False),
        sa.Column("salutation", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("given_name", sa.String(length=120), nullable=False),
        sa.Column("family_name", sa.String(length=120), nullable=False),
        sa.Column("company", sa.String(length=200), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("postcode", sa.String(length=12), nullable=False),
        sa.Column("town", sa.String(length=120), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("mobile", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("is_business", sa.Boolean(), nullable=False),
        sa.Column("is_supplier", sa.Boolean(), nullable=False),
        sa.Column("advertising_block", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id"),
    )
    op.create_table(
        "documents",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "egress_ledger",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", Instant(length=32), nullable=False),
        sa.Column("destination", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "imports",
        sa.Column("import_id", sa.String(length=24), nullable=False),
        sa.Column("at", Instant(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_imported", sa.Integer(), nullable=False),
        sa.Column("rows_quarantined", sa.Integer(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("import_id"),
    )
    op.create_table(
        "jobs",
        sa.Column("job_id", sa.String(length=60), nullable=False),
        sa.Column("order_number", sa.String(length=40), nullable=False),
        sa.Column("order_date", sa.Date(), nullable=False),
        sa.Column("vehicle_id", sa.String(length=40), nullable=False),
        sa.Column("customer_id", sa.String(length=40), nullable=False),
        sa.Column("mileage_km", sa.Integer(), nullable=True),
        sa.Column("invoiced_on", sa.Date(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("job_id"),
    )
    op.create_index("jobs_by_vehicle", "jobs", ["vehicle_id"], unique=False)
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("holder", sa.String(length=60), nullable=False),
        sa.Column("until", Instant(length=32), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "login_links",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", Instant(length=32), nullable=False),
        sa.Column("used_at", Instant(length=32), nullable=True),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_table(
        "occasions",
        sa.Column("occasion_id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=40), nullable=False),
        sa.Column("vehicle_id", sa.String(length=40), nullable=False),
        sa.Column("service_id", sa.String(length=40), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("triage", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("occasion_id"),
    )
    op.create_table(
        "rounds",
        sa.Column("round_id", sa.String(length=60), nullable=False),
        sa.Column("study_id", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("changed_at", Instant(length=32), nullable=False),
        sa.Column("snapshot", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("round_id"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("expires_at", Instant(length=32), nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_table(
        "suppressions",
        sa.Column("address_hmac", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("since", Instant(length=32), nullable=False),
        sa.PrimaryKeyConstraint("address_hmac", "channel"),
    )
    op.create_table(
        "vehicles",
        sa.Column("vehicle_id", sa.String(length=40), nullable=False),
        sa.Column("customer_id", sa.String(length=40), nullable=False),
        sa.Column("vin", sa.String(length=20), nullable=False),
        sa.Column("plate", sa.String(length=16), nullable=False),
        sa.Column("make", sa.String(length=60), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("vehicle_class", sa.String(length=12), nullable=False),
        sa.Column("fuel", sa.String(length=20), nullable=False),
        sa.Column("hsn", sa.String(length=4), nullable=False),
        sa.Column("tsn", sa.String(length=8), nullable=False),
        sa.Column("first_registration", sa.Date(), nullable=True),
        sa.Column("mileage_km", sa.Integer(), nullable=True),
        sa.Column("mileage_date", sa.Date(), nullable=True),
        sa.Column("next_hu", sa.Date(), nullable=True),
        sa.Column("next_service", sa.Date(), nullable=True),
        sa.Column("warranty_end", sa.Date(), nullable=True),
        sa.Column("deregistered_on", sa.Date(), nullable=True),
        sa.Column("sold_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("vehicle_id"),
    )
    op.create_index("vehicles_by_customer", "vehicles", ["customer_id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("occasion_id", sa.String(length=64), nullable=False),
        sa.Column("decided_at", Instant(length=32), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["occasion_id"],
            ["occasions.occasion_id"],
        ),
        sa.PrimaryKeyConstraint("occasion_id"),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.String(length=24), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["imports.import_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "touchpoints",
        sa.Column("touchpoint_id", sa.String(length=24), nullable=False),
        sa.Column("occasion_id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=40), nullable=False),
        sa.Column("vehicle_id", sa.String(length=40), nullable=False),
        sa.Column("service_id", sa.String(length=40), nullable=False),
        sa.Column("service_version", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("planned_at", Instant(length=32), nullable=False),
        sa.Column("not_after", Instant(length=32), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("hour", sa.Integer(), nullable=True),
        sa.Column("arm", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["occasion_id"],
            ["occasions.occasion_id"],
        ),
        sa.PrimaryKeyConstraint("touchpoint_id"),
    )
    op.create_index("touchpoints_by_customer", "touchpoints", ["customer_id"], unique=False)
    op.create_index("touchpoints_by_occasion", "touchpoints", ["occasion_id"], unique=False)
    op.create_index("touchpoints_by_state", "touchpoints", ["state", "planned_at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("touchpoint_id", sa.String(length=24), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("token", sa.String(length=200), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", Instant(length=32), nullable=False),
        sa.Column("changed_at", Instant(length=32), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(
            ["touchpoint_id"],
            ["touchpoints.touchpoint_id"],
        ),
        sa.PrimaryKeyConstraint("touchpoint_id"),
        sa.UniqueConstraint("message_id"),
        sa.UniqueConstraint("token"),
    )
    op.create_index("outbox_by_state", "outbox", ["state", "next_attempt_at"], unique=False)
    op.create_table(
        "outcomes",
        sa.Column("outcome_id", sa.String(length=80), nullable=False),
        sa.Column("touchpoint_id", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", Instant(length=32), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["touchpoint_id"],
            ["touchpoints.touchpoint_id"],
        ),
        sa.PrimaryKeyConstraint("outcome_id"),
    )
    op.create_index("outcomes_by_touchpoint", "outcomes", ["touchpoint_id"], unique=False)
