"""What dealing with call tasks needs to know, and whether somebody may be called at all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.domain.call_tasks import CallTask
from guildpost_agent.domain.consent.decide import DEFAULTS, Decision, Rules
from guildpost_agent.domain.consent.terms import ContactChannel, ContentClass, Purpose
from guildpost_agent.domain.legal_basis import Suppressed, permission
from guildpost_agent.domain.records import Customer, Vehicle
from guildpost_agent.domain.regions import states_of

_CONTENT = {Purpose.TRANSACTIONAL: ContentClass.TRANSACTIONAL, Purpose.MAKER_OFFERS: ContentClass.MAKER}


@dataclass(frozen=True)
class CallRules:
    """The dealer's side of calls.

    Attributes:
        key: of the planner's draws, for the ids of tasks that follow from others.
        suppression_key: of the list of those who want no calls.
        zone: the dealer's time zone.
        state: the dealer's federal state.
        hu_interval_months: for how long an inspection done elsewhere holds.
        hu_services: the services that are about it.
        consent: the dealer's settings of the ledger.
    """

    key: bytes
    suppression_key: bytes
    zone: ZoneInfo
    state: str
    hu_interval_months: Callable[[Vehicle], int]
    hu_services: frozenset[str] = frozenset({"hu_au"})
    consent: Rules = DEFAULTS

    def states(self, customer: Customer) -> frozenset[str]:
        """List the states whose holidays count for a call."""
        return states_of(customer.postcode, customer.country) | {self.state}


def may_call(
    uow: UnitOfWork, task: CallTask, customer: Customer, *, suppressed: Suppressed, now: datetime, rules: CallRules
) -> Decision:
    """Decide whether a customer may be called for a task; a no on any record of the person holds for all.

    Args:
        uow: an open transaction.
        task: says what for.
        customer: as the database has it now.
        suppressed: asks the suppression list.
        now: the business clock.
        rules: the dealer's side.
    """
    content = _CONTENT.get(task.purpose, ContentClass.OWN_SIMILAR)
    numbers = uow.people.records_of(customer.customer_id)
    decision = Decision(allowed=False)
    for ids in ([customer.customer_id], numbers):
        decision = permission(
            customer,
            ContactChannel.PHONE,
            uow.consents.state_of(*ids),
            suppressed,
            now.astimezone(rules.zone),
            purpose=task.purpose,
            content=content,
            rules=rules.consent,
        )
        if not decision.allowed or len(numbers) == 1:
            return decision
    return decision
