"""Close a call task with its result, and bring about what follows from it, in one transaction.

result            effect
───────────────   ─────────────────────────────────────────────────────────────────────────────────────────────
every one         the use of the consent that the call rested on is recorded, so that its proof is kept (§ 7a UWG)
reached           nothing more
not reached       tried again on the next working day (``call_steps``)
booked            what is planned for the occasion is cancelled; the appointment itself comes from the DMS
no calls          consent withdrawn for the telephone, numbers suppressed, the customer's other tasks withdrawn
sold              the vehicle is gone; what is planned for it is cancelled, its other tasks withdrawn
done elsewhere    a HU: the next one is an interval after that month. The occasion is decided DONE_ELSEWHERE, what is
                  planned for it cancelled
call back         a new task from the day that the customer named
remind            a new task in so many months

The call was made, so its result is stored even if the ledger has closed meanwhile: the use then counts for the entry on
which the task was made.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from guildpost_agent.app.calls.rules import CallRules, may_call
from guildpost_agent.app.consents.close import close_consents
from guildpost_agent.app.consents.record import existing
from guildpost_agent.app.dealership import suppression_check
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.domain.call_results import Booked, CallBack, DoneElsewhere, NoCalls, Remind, Result, Sold
from guildpost_agent.domain.call_steps import conclude, reminder, withdraw
from guildpost_agent.domain.call_tasks import CallState, CallTask
from guildpost_agent.domain.consent.phone_proof import PhoneUse
from guildpost_agent.domain.consent.terms import ContactChannel, Kind
from guildpost_agent.domain.exclusions import done_elsewhere
from guildpost_agent.domain.months import add_months, first_of
from guildpost_agent.domain.records import Customer
from guildpost_shared.errors import Conflict, Refused


@dataclass(frozen=True)
class _Made:
    """A call that was made: for which task, by whom, when, under which rules."""

    task: CallTask
    by: str
    rules: CallRules
    now: datetime


def close_call(
    open_uow: OpenUnitOfWork, task_id: str, result: Result, *, by: str, rules: CallRules, now: datetime
) -> CallTask:
    """Close a task, or leave it open for the next try.

    Args:
        open_uow: opens a transaction.
        task_id: which.
        result: how the call ended.
        by: who called.
        rules: the dealer's side.
        now: the business clock.

    Returns:
        The task as it is now.

    Raises:
        Refused: ``call_unknown``, or ``customer_unknown`` when the customer is gone.
        Conflict: ``call_closed``; somebody else was quicker.
    """
    with open_uow() as uow:
        task = open_task(uow, task_id)
        customer = existing(uow, task.customer_id)
        made = _Made(task, by, rules, now)
        _record_use(uow, made, customer)
        _effect(uow, made, result)
        left = conclude(task, result, by=by, now=now, zone=rules.zone, states=rules.states(customer))
        if not uow.calls.change(left, task):
            raise Conflict("call_closed", task=task_id)
        uow.commit()
    return left


def open_task(uow: UnitOfWork, task_id: str) -> CallTask:
    """Find a task that is open.

    Raises:
        Refused: ``call_unknown``.
        Conflict: ``call_closed``.
    """
    task = uow.calls.get(task_id)
    if task is None:
        raise Refused("call_unknown", task=task_id)
    if task.state is not CallState.OPEN:
        raise Conflict("call_closed", task=task_id)
    return task


def _record_use(uow: UnitOfWork, made: _Made, customer: Customer) -> None:
    task, now = made.task, made.now
    decision = may_call(uow, task, customer, suppressed=suppression_check(uow), now=now, rules=made.rules)
    proof = decision.proof if decision.allowed else task.proof
    if proof:
        uow.consents.record_use(PhoneUse(task.customer_id, proof[0], now, task.purpose.value, made.by))


def _effect(uow: UnitOfWork, made: _Made, result: Result) -> None:
    task, rules = made.task, made.rules
    match result:
        case Booked():
            uow.plans.cancel_planned(occasion_ids=[task.occasion_id])
        case NoCalls():
            _end_calls(uow, made)
        case Sold(on):
            _vehicle_gone(uow, made, on)
        case DoneElsewhere(on):
            vehicle = uow.records.vehicle(task.vehicle_id)
            if vehicle is not None and task.service_id in rules.hu_services:
                next_hu = add_months(first_of(on), rules.hu_interval_months(vehicle))
                uow.records.set_next_hu(vehicle.vehicle_id, next_hu)
            if task.occasion_id:
                uow.plans.record_decisions([done_elsewhere(task.occasion_id, on, made.now)])
            uow.plans.cancel_planned(occasion_ids=[task.occasion_id])
        case Remind() | CallBack():
            uow.calls.add(reminder(task, result, rules.key, made.now, rules.zone))
        case _:
            pass


def _end_calls(uow: UnitOfWork, made: _Made) -> None:
    close_consents(
        uow,
        made.task.customer_id,
        Kind.WITHDRAWN,
        (ContactChannel.PHONE,),
        key=made.rules.suppression_key,
        source=f"call:{made.task.task_id}",
        at=made.now,
        collected_by=made.by,
    )
    _withdraw(uow, _others(uow, made.task), made.now)


def _vehicle_gone(uow: UnitOfWork, made: _Made, on: date) -> None:
    task = made.task
    if not task.vehicle_id:
        return
    uow.records.mark_vehicle_gone(task.vehicle_id, on)
    about = [t for t in uow.plans.touchpoints_of(task.customer_id) if t.vehicle_id == task.vehicle_id]
    uow.plans.cancel(touchpoint.touchpoint_id for touchpoint in about)
    _withdraw(uow, (other for other in _others(uow, task) if other.vehicle_id == task.vehicle_id), made.now)


def _others(uow: UnitOfWork, task: CallTask) -> list[CallTask]:
    """List the other open tasks of the person, who may have several records."""
    numbers = uow.people.records_of(task.customer_id)
    tasks = (other for number in numbers for other in uow.calls.of(number))
    return [other for other in tasks if other.state is CallState.OPEN and other.task_id != task.task_id]


def _withdraw(uow: UnitOfWork, tasks: Iterable[CallTask], now: datetime) -> None:
    for task in tasks:
        uow.calls.change(withdraw(task, now), task)
