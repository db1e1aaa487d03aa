"""The workshop planner's folder, put together from configuration, and what is done with what lies there."""

from collections.abc import Iterator
from pathlib import Path

from guildpost_agent.adapters.appointments.planner_folder import PlannerFolder
from guildpost_agent.adapters.appointments.table import PlannerTable
from guildpost_agent.adapters.dms.raw_table import open_raw
from guildpost_agent.adapters.dms.single_file import profile_for
from guildpost_agent.app.ports.dms_source import Chunk
from guildpost_agent.app.take_planner_in import PlannerTaken, take_planner_in
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.bootstrap.intake import profiles_of
from guildpost_agent.bootstrap.works import works_told
from guildpost_agent.domain.dms_rows import Table
from guildpost_agent.domain.planner.rows import HEADINGS, planner_fields


def planner_folder(core: Core) -> PlannerFolder | None:
    """Give the planner's folder; None where the dealer has none."""
    folder = core.config.appointments.folder
    if folder is None:
        return None
    profiles = profiles_of(core)

    def open_table(path: Path) -> PlannerTable:
        profile = profile_for(path.name, [p for p in profiles if any(t.table is Table.APPOINTMENTS for t in p.tables)])
        known = dict(profile[1].columns) if profile else {}
        raw = open_raw(path, headings=[*known, *(spelling for names in HEADINGS.values() for spelling in names)])

        def chunks() -> Iterator[Chunk]:
            return raw.read(None)

        month_first = profile is not None and profile[1].date_order == "mdy"
        return PlannerTable(planner_fields(raw.headings, known), chunks, month_first)

    return PlannerFolder(folder, open_table, core.zone, lambda: core.business_clock.now().astimezone(core.zone).date())


def take_planner(core: Core) -> PlannerTaken | None:
    """Take in what the planner dropped; None when nothing lies ready."""
    source = planner_folder(core)
    if source is None:
        return None
    return take_planner_in(core.open_uow, source, core.business_clock.now(), core.zone, works_told(core))
