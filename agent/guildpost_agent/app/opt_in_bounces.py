"""What comes back to a mail that asked for the confirmation of an opt-in: its request ends, the address as ever.

came back                                 address                        mail       request that waits
───────────────────────────────────────   ────────────────────────────   ────────   ──────────────────
hard: the address is dead                 suppressed                     bounced    cancelled
soft, the server gave up                  the third in 30 days           bounced    cancelled
sender or content refused                 never                          bounced    cancelled
still being tried, automatic answer       –                              –          –
complaint                                 suppressed, mails withdrawn    –          cancelled

A request whose mail never arrived has nothing to wait for: it is cancelled, so that the customer can ask again. One
that was confirmed stays confirmed: its link was used, so the mail had arrived.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guildpost_agent.app.act_on_bounce import NOTHING, SOFT, SUPPRESSED_FOR, action_on, soft_bounces
from guildpost_agent.app.consents.close import OBJECTION, WAITING, close_consents
from guildpost_agent.app.ports.opt_in_mails import OptInMail
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.app.sender_problem import note_sender_problem
from guildpost_agent.domain.bounces.actions import Action, too_often
from guildpost_agent.domain.bounces.finding import Finding
from guildpost_agent.domain.consent.opt_in import OptInRequest, OptInState, Step, advance
from guildpost_agent.domain.consent.terms import ContactChannel, Kind
from guildpost_agent.domain.outbox import Event, State, after
from guildpost_agent.domain.suppression import address_hmac

EMAIL: Final = ContactChannel.EMAIL.value


@dataclass(frozen=True)
class Asked:
    """A mail that asked for a confirmation, and its request."""

    mail: OptInMail
    request: OptInRequest


def asked_by(uow: UnitOfWork, message_id: str) -> Asked | None:
    """Find the mail that has a Message-ID."""
    mail = uow.opt_in_mails.by_message_id(message_id)
    if mail is None:
        return None
    requests = uow.consents.requests(*OptInState)
    return next((Asked(mail, one) for one in requests if one.request_id == mail.request_id), None)


def act_on_opt_in_bounce(uow: UnitOfWork, finding: Finding, asked: Asked, key: bytes, now: datetime) -> Action:
    """Bring about what follows from a finding; a mail bounces once.

    Args:
        uow: the open transaction; the caller commits.
        finding: what was found; no feedback, which is a complaint (``complain``).
        asked: what it is about.
        key: of the suppression list.
        now: the business clock.

    Returns:
        What was done; ``Action.NONE`` where the mail had bounced before.
    """
    request, action = asked.request, action_on(finding, asked.request.email)
    if action in NOTHING:
        return action
    if not _returned(uow, asked.mail, finding, action, now):
        return Action.NONE
    _cancel(uow, request, now)
    if action is Action.STOP:
        note_sender_problem(uow, finding.reason, finding.status, now)
    earlier = soft_bounces(uow, request.customer_id, request.email, but=request.request_id)
    if action is Action.COUNT and too_often(earlier, now):
        action = Action.SUPPRESS
    if action is Action.SUPPRESS:
        uow.suppressions.add(address_hmac(key, request.email), EMAIL, SUPPRESSED_FOR, now)
    return action


def complain(uow: UnitOfWork, asked: Asked, key: bytes, now: datetime) -> bool:
    """Withdraw advertising by mail, for the customer and for the address that was asked; say whether that is new."""
    request, entry = asked.request, address_hmac(key, asked.request.email)
    if uow.suppressions.contains(entry, EMAIL):
        return False
    source = f"opt_in:{request.request_id}"
    close_consents(uow, request.customer_id, Kind.WITHDRAWN, (EMAIL,), key=key, source=source, at=now)
    uow.suppressions.add(entry, EMAIL, OBJECTION, now)
    return True


def _returned(uow: UnitOfWork, mail: OptInMail, finding: Finding, action: Action, now: datetime) -> bool:
    said = f"{SOFT if action is Action.COUNT else action.value} {finding.status} {finding.reason}"
    if mail.state == State.UNSURE:
        arrived = after(State.UNSURE, Event.ACCEPT)
        uow.opt_in_mails.move(mail.request_id, expected=mail.state, to=arrived, now=now, response="bounced later")
        mail = replace(mail, state=arrived)
    if mail.state != State.SENT:
        return False
    to = after(State.SENT, Event.RETURN)
    return uow.opt_in_mails.move(mail.request_id, expected=mail.state, to=to, now=now, response=said)


def _cancel(uow: UnitOfWork, request: OptInRequest, now: datetime) -> None:
    if request.state in WAITING:
        uow.consents.move_requests([advance(request, Step.CANCEL, now)], expected=WAITING)
