"""The occasions that touchpoints speak of: those they are about, and those they carry along."""

from sqlalchemy import CompoundSelect, String, column, func, select, true, union_all
from sqlalchemy.sql.elements import ColumnElement

from guildpost_agent.adapters.sql.tables import touchpoints


def spoken_of(*where: ColumnElement[bool]) -> CompoundSelect[tuple[str]]:
    """Select the ids of the occasions of all touchpoints, or of some."""
    carried = func.json_each(touchpoints.c.bundled).table_valued(column("value", String))
    return union_all(
        select(touchpoints.c.occasion_id).where(*where),
        select(carried.c.value).select_from(touchpoints.join(carried, true())).where(*where),
    )
