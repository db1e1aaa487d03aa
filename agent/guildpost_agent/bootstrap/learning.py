"""What the memberships teach about when to write."""

from guildpost_agent.app.declined_studies import declined_studies
from guildpost_agent.app.egress.sharing import shares_studies
from guildpost_agent.app.taught import NOTHING_TAUGHT, Taught, taught_by
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.bootstrap.member import catalogues_of, memberships_of


def taught_of(core: Core) -> Taught:
    """Read what the catalogues in force teach; nothing before enrolment."""
    members = memberships_of(core)
    if not members:
        return NOTHING_TAUGHT
    policy = core.policy.current()
    with core.open_uow() as uow:
        declined = frozenset(declined_studies(uow))
        silent = [one.brand for one in members if not shares_studies(policy, uow, one.brand)]
    today = core.business_clock.now().astimezone(core.zone).date()
    return taught_by(catalogues_of(core).sources, declined, today, silent=silent)
