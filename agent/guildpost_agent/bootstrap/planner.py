"""The workshop planner's folder, put together from configuration, and what is done with what lies there."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from guildpost_agent.adapters.appointments.planner_folder import PlannerFolder
from guildpost_agent.adapters.appointments.table import PlannerTable
from guildpost_agent.adapters.dms.raw_table import open_raw
from guildpost_agent.adapters.dms.single_file import profile_for
from guildpost_agent.adapters.offers.files import load_offers
from guildpost_agent.app.ports.dms_source import Chunk
from guildpost_agent.app.take_planner_in import PlannerTaken, take_planner_in
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.bootstrap.intake import profiles_of
from guildpost_agent.bootstrap.member import services_in_force
from guildpost_agent.domain.dms_rows import Table
from guildpost_agent.domain.planner.rows import HEADINGS, planner_fields
from guildpost_agent.domain.service_work import works_of
from guildpost_shared.services.work import Work


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


def works_told(core: Core) -> Mapping[str, Sequence[Work]]:
    """Give the words that tell services: those of the catalogue in force, and those of the offers."""
    told: defaultdict[str, list[Work]] = defaultdict(list)
    for service_id, work in works_of(services_in_force(core)).items():
        told[service_id].append(work)
    for offer in load_offers(core.home):
        told[offer.service_id].append(offer.work)
    return told
