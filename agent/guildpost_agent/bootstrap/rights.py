"""People's rights, put together from configuration and database."""

from guildpost_agent.app.rights.export import Words
from guildpost_agent.app.rights.retention import walk_retention, walked_on
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.domain.rights.retention import Due, Periods
from guildpost_shared.catalog import load
from guildpost_shared.errors import Language


def periods_of(core: Core) -> Periods:
    """Give the dealer's terms."""
    return Periods(**core.config.retention.model_dump())


def report_words(language: Language) -> Words:
    """Give the words of a report in a language."""
    return Words(language, load("guildpost_agent", language).text)


def retention_wanted(core: Core) -> bool:
    """Say whether today's walk is still to be done."""
    return walked_on(core.rights) != core.business_clock.now().astimezone(core.zone).date().isoformat()


def retain(core: Core) -> list[Due]:
    """Walk the retention rules."""
    return walk_retention(core.rights, periods_of(core), core.business_clock.now(), core.zone)
