"""What call tasks need of the agent, at the command line and on the staff's pages."""

from collections.abc import Callable, Iterable, Mapping

from guildpost_agent.app.calls.rules import CallRules
from guildpost_agent.app.calls.script import ScriptDesk
from guildpost_agent.app.dealership import consent_rules
from guildpost_agent.app.fence import require_original
from guildpost_agent.app.planning_state import planning_key
from guildpost_agent.app.ports.template_store import TemplateStore
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.bootstrap.member import Catalogues, catalogues_of, memberships_of, services_in_force, services_of
from guildpost_agent.bootstrap.templates import templates_of
from guildpost_agent.domain.due_dates import hu_interval_months
from guildpost_agent.web.desk import StaffDesk
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.services.occasion_rules import HuRule
from guildpost_shared.services.statutory import statutory_hu_rule


def call_rules(core: Core) -> CallRules:
    """Give the dealer's side of calls; for how long an inspection holds, the law says."""
    return _rules(core, services_in_force(core), planning_key(core.open_uow, core.entropy))


def call_desk(core: Core) -> ScriptDesk:
    """Give what a call's script is filled from; before enrolment there is none."""
    catalogues = catalogues_of(core) if memberships_of(core) else Catalogues({})
    return ScriptDesk(core.config, services_of(catalogues), templates_of(core, catalogues))


def staff_desk(
    core: Core, services: Callable[[], Mapping[str, ServiceDefinition]], templates: TemplateStore
) -> StaffDesk:
    """Give what the staff's pages need of a running agent.

    Args:
        core: the agent's foundations.
        services: in force, by id.
        templates: of the verified catalogue.
    """
    key = planning_key(core.open_uow, core.entropy)  # made now where there was none: a look at a page writes nothing
    return StaffDesk(
        open_uow=core.open_uow,
        call_rules=lambda: _rules(core, services().values(), key),
        scripts=lambda: ScriptDesk(core.config, services(), templates),
        require_original=lambda: require_original(core.open_uow, core.fence),
    )


def _rules(core: Core, services: Iterable[ServiceDefinition], key: bytes) -> CallRules:
    today = core.business_clock.now().astimezone(core.zone).date()
    return CallRules(
        key=key,
        suppression_key=core.keys.suppression,
        zone=core.zone,
        state=core.config.dealer.state,
        hu_interval_months=lambda vehicle: hu_interval_months(vehicle, statutory_hu_rule(), today),
        hu_services=frozenset(service.service_id for service in services if isinstance(service.occasion, HuRule)),
        consent=consent_rules(core.config),
    )
