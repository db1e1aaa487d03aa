"""The calls of the day: open tasks whose days it is, of customers who may be called and can be."""

from dataclasses import dataclass
from datetime import datetime

from guildpost_agent.app.calls.rules import CallRules, may_call
from guildpost_agent.app.contacts import contacts_of
from guildpost_agent.app.dealership import suppression_check
from guildpost_agent.app.emergency_stop import current_stop
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.domain.cadence import Contact, fits
from guildpost_agent.domain.call_contacts import is_commercial
from guildpost_agent.domain.call_steps import is_call_time
from guildpost_agent.domain.call_tasks import CallTask, Desk
from guildpost_agent.domain.consent.decide import Decision
from guildpost_agent.domain.consent.terms import ContactChannel, Purpose
from guildpost_agent.domain.legal_basis import reachable
from guildpost_agent.domain.records import Customer, Vehicle
from guildpost_agent.domain.suppression import DECEASED


@dataclass(frozen=True)
class Call:
    """A task with whom it is about, on what ground the call rests now, and whether it may be made at this hour."""

    task: CallTask
    customer: Customer
    vehicle: Vehicle | None
    ground: Decision
    in_hours: bool


@dataclass(frozen=True)
class CallList:
    """What to do now, and how many open tasks rest: not their day, nobody to call, no permission, stopped, too soon."""

    calls: tuple[Call, ...]
    later: int = 0
    over: int = 0
    not_allowed: int = 0
    stopped: int = 0
    too_soon: int = 0


def list_calls(open_uow: OpenUnitOfWork, rules: CallRules, now: datetime, desk: Desk | None = None) -> CallList:
    """List the calls in the order in which they want to be made; of one priority, those whose best hour has come first.

    Args:
        open_uow: opens a transaction.
        rules: the dealer's side.
        now: the business clock.
        desk: whose; everybody's by default.
    """
    calls: list[Call] = []
    later = over = not_allowed = stopped = too_soon = 0
    today = now.astimezone(rules.zone).date()
    at_once = Contact(today, today)
    with open_uow() as uow:
        tasks = [task for task in uow.calls.open() if desk in {None, task.desk}]
        known = {c.customer_id: c for c in uow.records.customers_of({task.customer_id for task in tasks})}
        vehicles = {v.vehicle_id: v for v in uow.records.vehicles_of({task.vehicle_id for task in tasks})}
        suppressed, aside = suppression_check(uow), uow.rights.restricted()
        holds, stop = uow.holds.in_force(today), current_stop(uow)
        for task in tasks:
            customer = known.get(task.customer_id)
            away = aside if task.purpose is Purpose.TRANSACTIONAL else {*aside, *holds}
            if task.closes < today:
                over += 1
            elif not task.is_due(now, rules.zone):
                later += 1
            elif stop is not None and stop.covers(task.service_id):
                stopped += 1
            elif (
                customer is None
                or customer.deceased
                or suppressed(customer, DECEASED)
                or customer.missing_since
                or task.customer_id in away
            ):
                not_allowed += 1
            else:
                ground = may_call(uow, task, customer, suppressed=suppressed, now=now, rules=rules)
                if not (ground.allowed and reachable(customer, ContactChannel.PHONE)):
                    not_allowed += 1
                    continue
                if is_commercial(task) and not fits(at_once, contacts_of(uow, task.customer_id, now, rules.zone)):
                    too_soon += 1
                    continue
                in_hours = is_call_time(now, rules.zone, rules.states(customer))
                calls.append(Call(task, customer, vehicles.get(task.vehicle_id), ground, in_hours))
    calls.sort(key=lambda call: (call.task.priority, call.task.turn(now), *call.task.rank[1:]))
    return CallList(tuple(calls), later, over, not_allowed, stopped, too_soon)
