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
from guildpost_agent.domain.consent.opt_in import OptInState
from guildpost_agent.domain.outbox import Event, State
from guildpost_agent.domain.records import Channel, Outcome
from guildpost_agent.domain.suppression import address_hmac, normalise_email

SUPPRESSED_FOR: Final = "bounced"
SOFT: Final = "soft"
"""Begins what is noted of a soft bounce."""
NOTHING: Final = frozenset({Action.NONE, Action.WAIT, Action.OBJECT})
"""Changes nothing here."""


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
    action = action_on(finding, job.recipient)
    if action in NOTHING:
        return action
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
    said = f"{SOFT if action is Action.COUNT else action.value} {finding.status} {finding.reason}"
    if job.state == State.UNSURE:
        step(uow, job, Event.ACCEPT, now, response="bounced later")
        job = replace(job, state=State.SENT)
    if job.state != State.SENT or not step(uow, job, Event.RETURN, now, response=said):
        return False
    uow.outcomes.take_back([f"delivered:{job.touchpoint_id}"])
    uow.outcomes.add([Outcome(f"bounced:{job.touchpoint_id}", job.touchpoint_id, "bounced", now, said)])
    return True


def action_on(finding: Finding, sent_to: str) -> Action:
    """Say what follows from a finding about a mail to an address."""
    action = action_for(finding)
    return Action.COUNT if action is Action.SUPPRESS and not _same(finding.recipient, sent_to) else action


def soft_bounces(uow: UnitOfWork, customer_id: str, address: str, *, but: str = "") -> list[datetime]:
    """List when messages of any kind to a customer's address bounced softly.

    Args:
        uow: the open transaction.
        customer_id: whose messages.
        address: normalised.
        but: the message, or the request for double opt-in, that does not count.
    """
    found: list[datetime] = []
    for touchpoint in uow.plans.touchpoints_of(customer_id):
        job = uow.outbox.get(touchpoint.touchpoint_id)
        if touchpoint.touchpoint_id != but and job is not None and job.recipient == address:
            outcomes = uow.outcomes.of(touchpoint.touchpoint_id)
            found += [one.at for one in outcomes if one.kind == "bounced" and one.detail.startswith(f"{SOFT} ")]
    for request in uow.consents.requests(*OptInState, customer_id=customer_id):
        mail = uow.opt_in_mails.get(request.request_id)
        if mail is not None and request.request_id != but and request.email == address:
            found += [mail.changed_at] if mail.response.startswith(f"{SOFT} ") else []
    return found


def _soft_before(uow: UnitOfWork, job: OutboxJob) -> list[datetime]:
    """List when other messages to this address bounced softly."""
    touchpoint = uow.plans.touchpoint(job.touchpoint_id)
    return soft_bounces(uow, touchpoint.customer_id, job.recipient, but=job.touchpoint_id) if touchpoint else []


def _same(found: str, sent_to: str) -> bool:
    return not found or (normalise_email(found) or found.casefold()) == sent_to
