"""Where this dealership's data come from, and how they are taken in."""

from collections.abc import Iterator, Sequence
from functools import partial

from guildpost_agent.adapters.dms.drop_folder import DropFolder
from guildpost_agent.adapters.dms.mapping_files import FOLDER, confirmed, load_profiles
from guildpost_agent.app.ports.dms_source import DmsSource
from guildpost_agent.app.rights.erase import tombstones_of
from guildpost_agent.app.take_in import TakenIn, take_in
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.bootstrap.works import works_told
from guildpost_agent.domain.mapping.profile import Profile
from guildpost_shared.services.definition import ServiceDefinition


def profiles_of(core: Core) -> tuple[Profile, ...]:
    """Give the site's confirmed mapping profiles."""
    return confirmed(load_profiles(core.home / FOLDER))


def drop_folder(core: Core) -> DropFolder:
    """Give the folder that exports are dropped into."""
    return DropFolder(core.config.dms.drop_folder, profiles_of(core), amounts=core.config.dms.invoice_amounts)


def sources(core: Core, *, database: bool) -> Iterator[DmsSource]:
    """Give the sources one after the other: the drop folder, and the reporting database where it is wanted."""
    yield drop_folder(core)
    if database and core.config.dms.loco_soft is not None:
        from guildpost_agent.adapters.dms.loco_soft import LocoSoft  # noqa: PLC0415 — only where such a site is

        source = LocoSoft(core.config.dms.loco_soft, core.zone)
        try:
            yield source
        finally:
            source.close()


def take_all_in(core: Core, services: Sequence[ServiceDefinition], *, database: bool) -> list[TakenIn]:
    """Take in what lies ready in every source."""
    found = []
    for source in sources(core, database=database):
        taken = take_in(
            core.open_uow,
            source,
            services=services,
            config=core.config,
            clock=core.business_clock,
            entropy=core.entropy,
            erased=partial(tombstones_of, core.rights),
            works=works_told(core),
        )
        if taken is not None:
            found.append(taken)
    return found
