"""Plan calls after messages: add the tasks whose turn has come, withdraw those whose occasion is settled.

What holds for messages holds for calls: the control group is not called, nor is anybody whom an exclusion keeps out.
Whether a call is lawful is asked here by the ledger, and again whenever the task is shown.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, timedelta

from guildpost_agent.app.calls.context import context_lines
from guildpost_agent.app.calls.settle import withdraw_tasks
from guildpost_agent.app.channel_order import ChannelOrder, tried_calls
from guildpost_agent.app.judging import Judge
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.domain.call_planning import Written, call_days, call_reason, desk_of, priority_of
from guildpost_agent.domain.call_steps import call_id
from guildpost_agent.domain.call_tasks import WANTED, CallTask
from guildpost_agent.domain.call_time import call_time
from guildpost_agent.domain.channel_chain import Chain, Tried
from guildpost_agent.domain.consent.decide import Decision
from guildpost_agent.domain.consent.terms import ContactChannel, ContentClass, Purpose
from guildpost_agent.domain.exclusions import Reason
from guildpost_agent.domain.legal_basis import permission, reachable
from guildpost_agent.domain.placing import contact_of
from guildpost_agent.domain.planning import states_for
from guildpost_agent.domain.records import Customer, Occasion, Touchpoint
from guildpost_agent.domain.service_work import consent_purpose, is_notice
from guildpost_agent.domain.touchpoint_states import OPEN, UNHEARD
from guildpost_shared.errors import Language
from guildpost_shared.services.definition import Channel, ServiceDefinition

Order = Callable[[ServiceDefinition, str], Chain[Channel]]
"""Gives the channels of a service in the order in which they are used for a customer."""
_SETTLED = frozenset({Reason.SOLD_OR_GONE, Reason.ALREADY_BOOKED, Reason.DONE_HERE, Reason.DECLINED})


def plan_calls(
    uow: UnitOfWork,
    judge: Judge,
    occasions: Iterable[Occasion],
    answered: Collection[str],
    *,
    language: Language,
    order: ChannelOrder,
) -> int:
    """Plan the calls of the services that use the telephone; the caller commits.

    Args:
        uow: an open transaction, after messages were planned.
        judge: asks the exclusions.
        occasions: what holds now.
        answered: touchpoints that somebody booked on or answered.
        language: of the lines for whoever calls.
        order: in which channels are used.

    Returns:
        How many tasks are new.
    """
    _withdraw_settled(uow, judge, answered)
    callers = {name for name, service in judge.services.items() if service.channel(Channel.CALL) is not None}
    mine = [occasion for occasion in occasions if occasion.service_id in callers]
    if not mine:
        return 0
    about: defaultdict[str, list[Touchpoint]] = defaultdict(list)
    customers = {occasion.customer_id for occasion in mine}
    for touchpoint in uow.plans.touchpoints_of_all(customers):
        for occasion_id in (touchpoint.occasion_id, *touchpoint.bundled):
            about[occasion_id].append(touchpoint)
    calls = tried_calls(uow, judge.dealer.now, customers)

    def ordered(service: ServiceDefinition, customer_id: str) -> Chain[Channel]:
        return order.with_calls(service, customer_id, calls.get(customer_id, Tried()))

    found = (
        _task(judge, occasion, about[occasion.occasion_id], answered, language=language, ordered=ordered)
        for occasion in mine
    )
    return sum(uow.calls.add(task) for task in found if task is not None)


def _task(
    judge: Judge,
    occasion: Occasion,
    touchpoints: list[Touchpoint],
    answered: Collection[str],
    *,
    language: Language,
    ordered: Order,
) -> CallTask | None:
    service, dealer = judge.services[occasion.service_id], judge.dealer
    customer = judge.dealership.customers.get(occasion.customer_id)
    if customer is None or any(t.touchpoint_id in answered for t in touchpoints):
        return None
    order = ordered(service, customer.customer_id)
    written = _written(judge, service, customer, touchpoints, order.order)
    days = call_days(service, occasion.due_date, dealer.today, written)
    held_out = not is_notice(service) and dealer.holds_out(customer.customer_id, service.service_id)
    if days is None or (held_out and not days.unanswered) or judge.unfit(occasion) is not None:
        return None
    ground = _ground(judge, service, customer)
    if not ground.allowed or ground.basis is None or not reachable(customer, ContactChannel.PHONE):
        return None
    reason, states = call_reason(service, days, occasion.due_date), _states(judge, customer)
    best = call_time(service, occasion, days, dealer, states)
    sent = [t for t in touchpoints if t.state not in UNHEARD | OPEN] if days.unanswered else []
    return CallTask(
        task_id=call_id(dealer.key, occasion.occasion_id),
        customer_id=customer.customer_id,
        vehicle_id=occasion.vehicle_id,
        service_id=service.service_id,
        desk=desk_of(service),
        reason=reason,
        purpose=consent_purpose(service),
        basis=ground.basis,
        proof=ground.proof,
        opens=days.opens,
        closes=days.closes,
        created_at=dealer.now.astimezone(UTC),
        occasion_id=occasion.occasion_id,
        priority=priority_of(reason),
        context=context_lines(
            service,
            occasion.due_date,
            sent,
            language,
            dealer.zone,
            direct=not days.unanswered,
            passed=order.why.get(Channel.CALL, {}),
            best=best,
        ),
        best_at=None if best is None else best.at,
    )


def _states(judge: Judge, customer: Customer) -> frozenset[str]:
    return states_for(customer.postcode, customer.country, judge.dealer.state)


def _written(
    judge: Judge,
    service: ServiceDefinition,
    customer: Customer,
    touchpoints: list[Touchpoint],
    order: tuple[Channel, ...],
) -> Written:
    zone = judge.dealer.zone
    coming = [t.due_date - timedelta(days=t.lead_days) for t in touchpoints if t.state in OPEN]
    return Written(
        met=[contact_of(t, zone).last for t in touchpoints if t.state not in UNHEARD | OPEN],
        coming=min(coming, default=None),
        lawful={Channel(channel.value) for channel, _ in judge.lawful(service, customer)},
        order=order,
    )


def _ground(judge: Judge, service: ServiceDefinition, customer: Customer) -> Decision:
    """Ask the ledger: a no on any record of a person holds for all of them."""
    purpose, consents = consent_purpose(service), judge.dealership.consents
    content = ContentClass.TRANSACTIONAL if purpose is Purpose.TRANSACTIONAL else ContentClass.OWN_SIMILAR
    decision = Decision(allowed=False)
    for ids in ((customer.customer_id,), judge.dealership.others_of(customer.customer_id)):
        if ids:
            decision = permission(
                customer,
                ContactChannel.PHONE,
                consents.of(*ids),
                judge.suppressed,
                judge.ways.now,
                purpose=purpose,
                content=content,
                rules=judge.rules,
            )
            if not decision.allowed:
                return decision
    return decision


def _withdraw_settled(uow: UnitOfWork, judge: Judge, answered: Collection[str]) -> None:
    """Withdraw the calls about what was booked, done or answered, is due at another time, or about vehicles gone."""
    tasks = (task for task in uow.calls.open() if task.occasion_id and task.service_id in judge.services)
    here = [task for task in tasks if task.vehicle_id in judge.dealership.vehicles]
    withdraw_tasks(uow, [task for task in here if _is_settled(uow, judge, task, answered)], judge.dealer.now)


def _is_settled(uow: UnitOfWork, judge: Judge, task: CallTask, answered: Collection[str]) -> bool:
    wanted = task.reason in WANTED
    occasion = uow.plans.occasion(task.occasion_id)
    if occasion is None:
        return not wanted
    refusal = judge.unfit(occasion)
    if refusal is not None and refusal.reason in _SETTLED:
        return True
    mine = (t for t in uow.plans.touchpoints_of(task.customer_id) if t.touchpoint_id in answered)
    return not wanted and any(task.occasion_id in {t.occasion_id, *t.bundled} for t in mine)
