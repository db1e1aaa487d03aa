"""What call tasks need of the agent."""

from guildpost_agent.app.calls.rules import CallRules
from guildpost_agent.app.calls.script import ScriptDesk
from guildpost_agent.app.dealership import consent_rules
from guildpost_agent.app.planning_state import planning_key
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.bootstrap.member import Catalogues, catalogues_of, memberships_of, services_in_force, services_of
from guildpost_agent.bootstrap.templates import templates_of
from guildpost_agent.domain.due_dates import hu_interval_months
from guildpost_shared.services.occasion_rules import HuRule
from guildpost_shared.services.statutory import statutory_hu_rule


def call_rules(core: Core) -> CallRules:
    """Give the dealer's side of calls; for how long an inspection holds, the law says."""
    today = core.business_clock.now().astimezone(core.zone).date()
    return CallRules(
        key=planning_key(core.open_uow, core.entropy),
        suppression_key=core.keys.suppression,
        zone=core.zone,
        state=core.config.dealer.state,
        hu_interval_months=lambda vehicle: hu_interval_months(vehicle, statutory_hu_rule(), today),
        hu_services=frozenset(s.service_id for s in services_in_force(core) if isinstance(s.occasion, HuRule)),
        consent=consent_rules(core.config),
    )


def call_desk(core: Core) -> ScriptDesk:
    """Give what a call's script is filled from; before enrolment there is none."""
    catalogues = catalogues_of(core) if memberships_of(core) else Catalogues({})
    return ScriptDesk(core.config, services_of(catalogues), templates_of(core, catalogues))
