"""The mirror of the DMS in full, its staging, and the due date of every vehicle and service."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from guildpost_agent.adapters.sql.tables import Instant
from guildpost_agent.adapters.sql.tables.base import Notes

revision = "0002"
down_revision = "0001"


def _text(name: str, size: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(size), nullable=False, server_default="")


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default="0")


Columns = tuple[sa.Column[Any], ...]
CUSTOMERS: Columns = (
    _text("second_salutation", 40),
    _text("second_title", 40),
    _text("second_given_name", 120),
    _text("second_family_name", 120),
    _text("care_of", 200),
    _flag("is_dummy"),
    _flag("deceased"),
)
VEHICLES: Columns = (
    _text("owner_id", 40),
    _text("plate_season", 8),
    sa.Column("next_sp", sa.Date()),
    sa.Column("next_service_km", sa.Integer()),
    sa.Column("delivered_on", sa.Date()),
    sa.Column("lease_end", sa.Date()),
    sa.Column("keeper_since", sa.Date()),
    _flag("in_stock"),
)
RECORD: Columns = (
    _text("site", 40),
    sa.Column("missing_since", sa.Date()),
    sa.Column("provenance", Notes(), nullable=False, server_default="{}"),
)
JOBS: Columns = (sa.Column("hours", sa.Float()), _text("charge", 12), _text("site", 40))
DIGEST: sa.Column[int] = sa.Column("row_digest", sa.BigInteger())
ADDED: dict[str, Columns] = {
    "customers": (*CUSTOMERS, *RECORD, DIGEST),
    "vehicles": (*VEHICLES, *RECORD, DIGEST),
    "jobs": (*JOBS, DIGEST),
    "appointments": (DIGEST,),
}
WHEEL_SETS: Columns = (
    sa.Column("wheel_set_id", sa.String(40), primary_key=True),
    sa.Column("customer_id", sa.String(40), nullable=False),
    sa.Column("vehicle_id", sa.String(40), nullable=False),
    sa.Column("stored_on", sa.Date()),
    sa.Column("until", sa.Date()),
    sa.Column("dimension", sa.String(40), nullable=False),
    sa.Column("tread_mm", sa.Float()),
    sa.Column("is_historic", sa.Boolean(), nullable=False),
    sa.Column("row_digest", sa.BigInteger()),
)


def upgrade() -> None:
    """Apply."""
    for table, columns in ADDED.items():
        for column in columns:
            op.add_column(table, column._copy())  # noqa: SLF001 — a column belongs to one table
    with op.batch_alter_table("vehicles") as vehicles:
        vehicles.alter_column("vehicle_class", existing_type=sa.String(12), type_=sa.String(24), nullable=False)
    op.create_table("wheel_sets", *WHEEL_SETS)
    op.create_index("wheel_sets_by_vehicle", "wheel_sets", ["vehicle_id"])
    op.create_table(
        "due_dates",
        sa.Column("vehicle_id", sa.String(40), primary_key=True),
        sa.Column("service_id", sa.String(40), primary_key=True),
        sa.Column("customer_id", sa.String(40), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("triage", sa.String(12), nullable=False),
    )
    _stage()


def _stage() -> None:
    """Lay a copy of each mirrored table, as it is now, beside it."""
    metadata = sa.MetaData()
    metadata.reflect(op.get_bind(), only=[*ADDED, "wheel_sets"])
    for table in metadata.tables.values():
        op.create_table(
            f"staged_{table.name}",
            sa.Column("stage_id", sa.Integer(), primary_key=True),
            sa.Column("source", sa.Integer(), nullable=False),
            *(sa.Column(c.name, c.type, nullable=c.nullable) for c in table.c),
        )
    op.create_table(
        "staged_statements",
        sa.Column("stage_id", sa.Integer(), primary_key=True),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.String(40), nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("given_at", Instant(32)),
        sa.Column("origin", sa.String(200), nullable=False),
        sa.Column("text_version", sa.String(60), nullable=False),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
    )
