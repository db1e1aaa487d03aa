"""What a finding about one of our messages changes, in the transaction that notes it.

A bounce counts only when it names the Message-ID of a message of ours and its recipient: the id is a keyed hash, so
nobody who did not get the message can have an address suppressed. What was sent on to another address, and failed
there, says nothing about the customer's own: it counts as soft.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from guildpost_agent.app.outbox_steps import step
from guildpost_agent.app.ports.unit_of_work import OutboxJob, UnitOfWork
from guildpost_agent.app.sender_problem import note_sender_problem
from guildpost_agent.domain.bounces.actions import Action, action_for, too_often
from guildpost_agent.domain.bounces.finding import Finding
from guildpost_agent.domain.outbox import Event, State
from guildpost_agent.domain.records import Channel, Outcome
from guildpost_agent.domain.suppression import address_hmac, normalise_email

SUPPRESSED_FOR: Final = "bounced"
_SOFT: Final = "soft"


def act_on_bounce(uow: UnitOfWork, finding: Finding, job: OutboxJob, key: bytes, now: datetime) -> Action:
    """Bring about what follows from a finding about a message; a message bounces once.

    Args:
        uow: the open transaction; the caller commits.
        finding: what was found; no feedback, which is an objection (``apply_answer``).
        job: the message.
        key: of the suppression list.
        now: the business clock.

    Returns:
        What was done; ``Action.NONE`` where the message had bounced before.
    """
    action = action_for(finding)
    if action in {Action.NONE, Action.WAIT, Action.OBJECT}:
        return action
    if action is Action.SUPPRESS and not _same(finding.recipient, job.recipient):
        action = Action.COUNT
    if not _returned(uow, job, finding, action, now):
        return Action.NONE
    if action is Action.STOP:
        note_sender_problem(uow, finding.reason, finding.status, now)
    elif action is Action.COUNT and too_often(_soft_before(uow, job), now):
        action = Action.SUPPRESS
    if action is Action.SUPPRESS:
        uow.suppressions.add(address_hmac(key, job.recipient), Channel.EMAIL, SUPPRESSED_FOR, now)
    return action


def _returned(uow: UnitOfWork, job: OutboxJob, finding: Finding, action: Action, now: datetime) -> bool:
    """Move the message from sent to bounced; say whether it was there."""
    said = f"{_SOFT if action is Action.COUNT else action.value} {finding.status} {finding.reason}"
    if job.state == State.UNSURE:
        step(uow, job, Event.ACCEPT, now, response="bounced later")
        job = replace(job, state=State.SENT)
    if job.state != State.SENT or not step(uow, job, Event.RETURN, now, response=said):
        return False
    uow.outcomes.take_back([f"delivered:{job.touchpoint_id}"])
    uow.outcomes.add([Outcome(f"bounced:{job.touchpoint_id}", job.touchpoint_id, "bounced", now, said)])
    return True


def _soft_before(uow: UnitOfWork, job: OutboxJob) -> list[datetime]:
    """List when other messages to this address bounced softly."""
    touchpoint = uow.plans.touchpoint(job.touchpoint_id)
    if touchpoint is None:
        return []
    found: list[datetime] = []
    for other in uow.plans.touchpoints_of(touchpoint.customer_id):
        theirs = uow.outbox.get(other.touchpoint_id)
        if other.touchpoint_id != job.touchpoint_id and theirs is not None and theirs.recipient == job.recipient:
            outcomes = uow.outcomes.of(other.touchpoint_id)
            found += [one.at for one in outcomes if one.kind == "bounced" and one.detail.startswith(f"{_SOFT} ")]
    return found


def _same(found: str, sent_to: str) -> bool:
    return not found or (normalise_email(found) or found.casefold()) == sent_to
