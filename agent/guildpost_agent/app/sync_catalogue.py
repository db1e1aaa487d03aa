from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from guildpost_agent.app.ports.catalogue_source import CatalogueSource, CatalogueVersion
from guildpost_agent.domain.catalogue import may_send
from guildpost_shared.errors import GuildpostError

PROBLEM: Final = "catalogue"
"""Under which name a sync's problem is remembered (``remember_problems``)."""


@dataclass(frozen=True)
class SyncReport:
    """What a sync brought.

    Attributes:
        version: the state in force now, or None when there never was one.
        changed: whether it is another one than before.
        problem: why nothing new could be taken over, or None.
        age: of the state in force.
        may_send: whether messages may be made from it (28 days on the last good state).
    """

    version: CatalogueVersion | None
    changed: bool
    problem: GuildpostError | None
    age: timedelta | None
    may_send: bool


def sync_catalogue(source: CatalogueSource) -> SyncReport:
    """Bring the catalogue up to date, and go on with the last good state when that fails.

    Returns:
        What is in force now, and what went wrong if something did; problems are shown, never hidden.
    """
    before = source.current()
    problem: GuildpostError | None = None
    try:
        source.sync()
    except GuildpostError as error:
        problem = error
    after, age = source.current(), source.age()
    changed = (before.snapshot if before else None) != (after.snapshot if after else None)
    return SyncReport(after, changed, problem, age, age is not None and may_send(age))
