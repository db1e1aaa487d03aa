"""People's rights, put together from configuration and database."""

from guildpost_agent.app.remember_problems import remember_problem
from guildpost_agent.app.rights.confirm_retention import PROBLEM, unconfirmed
from guildpost_agent.app.rights.export import Words
from guildpost_agent.app.rights.retention import walk_retention, walked_on
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.domain.rights.retention import Due, Periods
from guildpost_shared.catalog import load
from guildpost_shared.errors import GuildpostError, Language


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
    """Walk the retention rules; that they wait for the dealer is noted among the problems."""
    found = walk_retention(core.rights, periods_of(core), core.business_clock.now(), core.zone)
    remember_problem(core.open_uow, PROBLEM, retention_notice(core))
    return found


def retention_notice(core: Core) -> GuildpostError | None:
    """Give the notice that the retention rules wait for the dealer's confirmation."""
    with core.open_uow() as uow:
        return unconfirmed(uow)
