"""Lists of vehicles that the dealer holds, and their rows whose vehicle is not known here."""

from sqlalchemy import Column, Date, Index, Integer, String, Table, UniqueConstraint

from guildpost_agent.adapters.sql.tables.base import PERSONAL, metadata

vehicle_lists = Table(
    "vehicle_lists",
    metadata,
    Column("list_id", String(40), primary_key=True),
    Column("vehicle_id", String(40), primary_key=True, info=PERSONAL),
    Column("reference", String(40), primary_key=True, info=PERSONAL),
    Column("entered_on", Date, nullable=False, info=PERSONAL),
    Column("text", String(240), nullable=False, info=PERSONAL),
    Column("source", String(200), nullable=False),
    Column("done_on", Date, info=PERSONAL),
    Index("vehicle_lists_by_vehicle", "vehicle_id"),
)

vehicle_list_waiting = Table(
    "vehicle_list_waiting",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("list_id", String(40), nullable=False),
    Column("written", String(40), nullable=False, info=PERSONAL),
    Column("reference", String(40), nullable=False),
    Column("entered_on", Date, nullable=False),
    Column("text", String(240), nullable=False, info=PERSONAL),
    Column("source", String(200), nullable=False),
    Column("done_on", Date),
    UniqueConstraint("list_id", "written", "reference", name="vehicle_list_waiting_once"),
)
