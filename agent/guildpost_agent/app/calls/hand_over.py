"""Hand over to people what customers answered: whoever asks to be called is called, by sales where it is their subject.

answer "call me"      a task of high priority; the request itself is its ground (Art. 6(1)(b) GDPR), so that it
                      carries the answer to what was asked and nothing else
answer "book"         the same, to settle the day; withdrawn as soon as there is an appointment
any answer            a call that was planned because nobody answered is withdrawn
answer "stop" later   what the customer had asked for is withdrawn, too
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.app.calls.context import context_lines
from guildpost_agent.app.calls.settle import withdraw_tasks
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.domain.call_planning import desk_of, priority_of
from guildpost_agent.domain.call_steps import call_id
from guildpost_agent.domain.call_tasks import WANTED, CallReason, CallTask
from guildpost_agent.domain.consent.terms import Basis, Purpose
from guildpost_agent.domain.records import Outcome, Touchpoint
from guildpost_shared.answers.events import Answer
from guildpost_shared.errors import Language
from guildpost_shared.services.definition import ServiceDefinition

ASKED_DAYS: Final = 7
"""Whoever asked wants to hear soon; what is older is over."""
_ANSWERED: Final = "answered"
_UNSUBSCRIBED: Final = "unsubscribed"
_PLANNED_REASONS: Final = frozenset(CallReason) - WANTED
_REASONS: Final = {
    Answer.CALL_ME.value: CallReason.ASKED,
    Answer.BOOK.value: CallReason.WANTS_APPOINTMENT,
}


@dataclass(frozen=True)
class HandOver:
    """The dealer's side: the key of the planner's draws names the tasks, the language is that of their lines."""

    key: bytes
    zone: ZoneInfo
    language: Language


def hand_over(open_uow: OpenUnitOfWork, services: Mapping[str, ServiceDefinition], to: HandOver, now: datetime) -> int:
    """Make call tasks of what customers answered lately.

    Args:
        open_uow: opens a transaction.
        services: in force, by id.
        to: the dealer's side.
        now: the business clock.

    Returns:
        How many tasks are new.
    """
    with open_uow() as uow:
        since = now - timedelta(days=ASKED_DAYS)
        said = [one for one in uow.outcomes.all() if one.at >= since and one.kind in {_ANSWERED, _UNSUBSCRIBED}]
        heard = [(one, touchpoint) for one in said if (touchpoint := uow.plans.touchpoint(one.touchpoint_id))]
        answers = [(one, touchpoint) for one, touchpoint in heard if one.kind == _ANSWERED]
        stops = {t.customer_id: one.at for one, t in heard if one.kind == _UNSUBSCRIBED and one.detail == Answer.STOP}
        new = 0
        for one, touchpoint in answers:
            service, stopped = services.get(touchpoint.service_id), stops.get(touchpoint.customer_id)
            wants = _REASONS.get(one.detail)
            if wants is not None and service is not None and (stopped is None or stopped < one.at):
                new += uow.calls.add(_asked(one, wants, touchpoint, service, to))
        _withdraw(uow, (touchpoint for _, touchpoint in answers), stops, now)
        uow.commit()
    return new


def _asked(
    answer: Outcome, reason: CallReason, touchpoint: Touchpoint, service: ServiceDefinition, to: HandOver
) -> CallTask:
    on = answer.at.astimezone(to.zone).date()
    return CallTask(
        task_id=call_id(to.key, f"answer {answer.outcome_id}"),
        customer_id=touchpoint.customer_id,
        vehicle_id=touchpoint.vehicle_id,
        service_id=touchpoint.service_id,
        desk=desk_of(service),
        reason=reason,
        purpose=Purpose.TRANSACTIONAL,
        basis=Basis.DUTY,
        proof=(),
        opens=on,
        closes=on + timedelta(days=ASKED_DAYS),
        created_at=answer.at.astimezone(UTC),
        occasion_id=touchpoint.occasion_id,
        priority=priority_of(reason),
        context=context_lines(service, touchpoint.due_date, (), to.language, to.zone, asked=(reason, on)),
    )


def _withdraw(uow: UnitOfWork, answered: Iterable[Touchpoint], stops: Mapping[str, datetime], now: datetime) -> None:
    known = {occasion_id for t in answered for occasion_id in (t.occasion_id, *t.bundled)}
    over = []
    for task in uow.calls.open():
        stopped = stops.get(task.customer_id)
        heard = task.reason in _PLANNED_REASONS and task.occasion_id in known
        if heard or (stopped is not None and stopped > task.created_at):
            over.append(task)
    withdraw_tasks(uow, over, now)
