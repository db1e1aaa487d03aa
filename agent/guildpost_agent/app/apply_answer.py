"""What an answer changes, in the transaction that notes it.

event                     effect
───────────────────────   ──────────────────────────────────────────────────────────────────────────────────
unsubscribe               that channel: consent withdrawn, address suppressed, what is planned there cancelled
answer stop               the same for every channel, and the advertising block (Art. 21(2) GDPR)
answer book, call_me      an outcome "answered": the staff's work list. What is planned about it is cancelled
answer hu_done            a HU message: the next HU is one interval after this month; else only noted. The occasion
                          is decided DONE_ELSEWHERE, what is planned for it cancelled
answer sold               the vehicle is gone; what is planned for it is cancelled
answer in_2_weeks, …      an outcome "answered": planned anew for that day (``domain.reminders``); what is planned for
                          the occasion is cancelled
wishes                    see ``apply_wishes``

Clicks are counted apart (``count_clicks``). A mail whose fate was unsure is known to have arrived as soon as one of its
links is used, by whomever.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from guildpost_agent.app.apply_wishes import AskToConfirm, Heard, apply_wishes
from guildpost_agent.app.consents.close import close_consents
from guildpost_agent.app.outbox_steps import step
from guildpost_agent.app.ports.unit_of_work import OutboxJob, UnitOfWork
from guildpost_agent.domain.consent.terms import Kind
from guildpost_agent.domain.exclusions import done_elsewhere
from guildpost_agent.domain.months import add_months, first_of
from guildpost_agent.domain.outbox import Event, State
from guildpost_agent.domain.records import Outcome, Touchpoint, Vehicle
from guildpost_agent.domain.suppression import ALL_CHANNELS
from guildpost_shared.answers.events import REMINDERS, Answer, AnswerEvent, EventKind
from guildpost_shared.answers.wishes import Wishes


@dataclass(frozen=True)
class AnswerRules:
    """What applying answers needs to know.

    Attributes:
        suppression_key: of the suppression list.
        zone: the dealer's.
        hu_interval_months: for how long a HU holds.
        hu_services: the services that are about it.
        dealer_name: as the relay's pages show it; behind the proof of what was agreed to there.
        ask_to_confirm: asks for the confirmation of e-mail where the link did not prove the mailbox; None: nobody does.
    """

    suppression_key: bytes
    zone: tzinfo
    hu_interval_months: Callable[[Vehicle], int]
    hu_services: frozenset[str] = frozenset({"hu_au"})
    dealer_name: str = ""
    ask_to_confirm: AskToConfirm | None = None


def apply_answer(uow: UnitOfWork, event: AnswerEvent, job: OutboxJob, rules: AnswerRules, now: datetime) -> bool:
    """Note an event and bring about its effect; one that is known already changes nothing.

    Args:
        uow: the open transaction; the caller commits.
        event: what the customer did; no click.
        job: the message whose token was used.
        rules: keys and rules.
        now: the business clock; an event from the future counts as now.

    Returns:
        Whether it was new.
    """
    touchpoint = uow.plans.touchpoint(job.touchpoint_id)
    at = min(event.at, now)
    if touchpoint is None:
        return False
    settle_unsure(uow, job, now)
    if not uow.outcomes.add([_outcome(event, job, at)]):
        return False
    if isinstance(event.value, Wishes):
        heard = Heard(event.value, at, now, job, touchpoint)
        apply_wishes(
            uow,
            heard,
            zone=rules.zone,
            suppression_key=rules.suppression_key,
            dealer_name=rules.dealer_name,
            ask_to_confirm=rules.ask_to_confirm,
        )
    else:
        _effect(uow, event, touchpoint, rules, at)
    return True


def settle_unsure(uow: UnitOfWork, job: OutboxJob, now: datetime) -> None:
    """Know that a mail arrived whose fate was unsure: its link was used. It left when that became unsure."""
    if job.state == State.UNSURE:
        step(uow, job, Event.ACCEPT, now, response="link used")
        left = Outcome(f"delivered:{job.touchpoint_id}", job.touchpoint_id, "delivered", job.changed_at, "link used")
        uow.outcomes.add([left])


def _outcome(event: AnswerEvent, job: OutboxJob, at: datetime) -> Outcome:
    name = f"relay:{event.event_id}"
    if event.kind is EventKind.UNSUBSCRIBE or event.value is Answer.STOP:
        return Outcome(name, job.touchpoint_id, "unsubscribed", at, Answer.STOP.value if event.value else "")
    kind = "wished" if event.kind is EventKind.WISHES else "answered"
    return Outcome(name, job.touchpoint_id, kind, at, str(event.value or ""))


def _effect(uow: UnitOfWork, event: AnswerEvent, touchpoint: Touchpoint, rules: AnswerRules, at: datetime) -> None:
    if event.kind is EventKind.UNSUBSCRIBE:
        _object(uow, touchpoint, (touchpoint.channel,), rules, at)
    elif event.value is Answer.STOP:
        _object(uow, touchpoint, ALL_CHANNELS, rules, at)
        uow.records.block_advertising(touchpoint.customer_id)
    elif event.value is Answer.HU_DONE:
        _done(uow, touchpoint, rules, at)
    elif event.value in {Answer.BOOK, Answer.CALL_ME}:
        asked = (touchpoint.vehicle_id, touchpoint.service_id)
        _cancel(uow, [t for t in _of_customer(uow, touchpoint) if (t.vehicle_id, t.service_id) == asked])
    elif event.value is Answer.SOLD:
        uow.records.mark_vehicle_gone(touchpoint.vehicle_id, at.astimezone(rules.zone).date())
        _cancel(uow, [t for t in _of_customer(uow, touchpoint) if t.vehicle_id == touchpoint.vehicle_id])
    elif event.value in REMINDERS:
        _cancel(uow, [t for t in _of_customer(uow, touchpoint) if t.occasion_id == touchpoint.occasion_id])


def _object(uow: UnitOfWork, touchpoint: Touchpoint, channels: Iterable[str], rules: AnswerRules, at: datetime) -> None:
    channels = tuple(channels)
    kind = Kind.OBJECTED if channels == ALL_CHANNELS else Kind.WITHDRAWN
    source = f"answer:{touchpoint.touchpoint_id}"
    close_consents(uow, touchpoint.customer_id, kind, channels, key=rules.suppression_key, source=source, at=at)


def _done(uow: UnitOfWork, touchpoint: Touchpoint, rules: AnswerRules, at: datetime) -> None:
    vehicle, day = uow.records.vehicle(touchpoint.vehicle_id), at.astimezone(rules.zone).date()
    if vehicle is not None and touchpoint.service_id in rules.hu_services:
        uow.records.set_next_hu(vehicle.vehicle_id, add_months(first_of(day), rules.hu_interval_months(vehicle)))
    uow.plans.record_decisions([done_elsewhere(touchpoint.occasion_id, day, at)])
    _cancel(uow, [t for t in _of_customer(uow, touchpoint) if t.occasion_id == touchpoint.occasion_id])


def _of_customer(uow: UnitOfWork, touchpoint: Touchpoint) -> list[Touchpoint]:
    return uow.plans.touchpoints_of(touchpoint.customer_id)


def _cancel(uow: UnitOfWork, touchpoints: Iterable[Touchpoint]) -> None:
    uow.plans.cancel(touchpoint.touchpoint_id for touchpoint in touchpoints)
