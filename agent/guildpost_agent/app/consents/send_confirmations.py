"""Send the mails that ask for the confirmation of an opt-in: one for each request, at most once.

    1. queue     every pending request gets its row                                             confirm.queued
    2. compose   the text is written, outside any transaction                                   confirm.composed
    3. claim     request, address, suppression and restriction are checked again in the transaction that marks
                 ``sending``; commit                                                            confirm.claimed
    4. send      over one of the open connections                         smtp.before_data, smtp.accepted
    5. record    sent or unsure: the request waits for its link; an end without a mail
                 cancels the request                                                            confirm.recorded

Steps 2 to 5 are those of every mail (``mail_run``), with the request in the place of the touchpoint. The mail is
transactional: it rests on no consent, counts against no cap and keeps no quiet hours,
since somebody waits for it. It never goes to an address on the suppression list: who objected before gives a new
consent to the staff, not to a form that anybody can fill in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from guildpost_agent.app.consents.confirmation_steps import objection, queue, settle, step
from guildpost_agent.app.consents.opt_in import (
    PendingConfirmation,
    awaits_mail,
    pending_confirmation,
    pending_confirmations,
)
from guildpost_agent.app.dispatch_mail import Sender
from guildpost_agent.app.emergency_stop import current_stop
from guildpost_agent.app.mail_run import DispatchSummary, Draft, MailRun, OnDemand
from guildpost_agent.app.ports.channel import Channel, OutgoingMail
from guildpost_agent.app.ports.opt_in_mails import OptInMail
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.app.relay_state import relay_speaks
from guildpost_agent.app.sender_problem import sender_problem
from guildpost_agent.domain.links import confirmation_link, mail_message_id
from guildpost_agent.domain.outbox import Event, State
from guildpost_agent.domain.smtp_replies import Receipt
from guildpost_shared.clock import Clock
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import GuildpostError, Refused
from guildpost_shared.failpoints import hit


@dataclass(frozen=True)
class ConfirmationRequest:
    """What a confirmation mail is composed from; it must carry recipient, ``message_id`` and link as they are."""

    pending: PendingConfirmation
    link: str
    message_id: str
    now: datetime


Compose = Callable[[ConfirmationRequest], bytes]
"""Gives the finished message (RFC 5322, ASCII); ``Refused`` when it cannot be written."""


def send_confirmations(
    open_uow: OpenUnitOfWork,
    channel: Channel,
    compose: Compose,
    clock: Clock,
    *,
    sender: Sender,
    entropy: Entropy,
) -> DispatchSummary:
    """Send what is pending. The caller holds the dispatch lease and has polled the relay before.

    Args:
        open_uow: opens a transaction.
        channel: the mail server.
        compose: writes one message.
        clock: the business clock.
        sender: addresses and keys.
        entropy: for the key behind the tokens, the first time.

    Returns:
        The summary. Nothing is lost when the run stops early: what did not leave stays ready.
    """
    asking, summary = _Asking(open_uow, compose, clock, sender, entropy), DispatchSummary()
    try:
        summary.interrupted = asking.recover()
        waiting = asking.queue_due()
        if waiting:
            asking.check_relay()
            drafts = OnDemand([_Job(mail) for mail in waiting], asking.draft)
            channel.carry(MailRun(open_uow, asking, drafts, clock, summary).exchange, len(waiting))
    except GuildpostError as error:
        summary.stopped = error
    return summary


@dataclass(frozen=True)
class _Job:
    """A mail with the request that it is for, as it was when the mail was written."""

    mail: OptInMail
    pending: PendingConfirmation | None = None


@dataclass(frozen=True)
class _Asking:
    """The kind of mail that asks for a confirmation."""

    open_uow: OpenUnitOfWork
    compose: Compose
    clock: Clock
    sender: Sender
    entropy: Entropy
    name: str = "confirm"

    def recover(self) -> int:
        """Mark what was being handed over when the process died as unsure; it is never sent again."""
        with self.open_uow() as uow:
            interrupted = uow.opt_in_mails.in_state(State.SENDING)
            count = sum(step(uow, mail, Event.LOSE, self.clock.now(), "interrupted") for mail in interrupted)
            uow.commit()
        return count

    def queue_due(self) -> list[OptInMail]:
        """Step 1: give every pending request its row and list all whose time has come."""
        now, domain = self.clock.now(), self.sender.from_address.rpartition("@")[2]
        with self.open_uow() as uow:
            for pending in pending_confirmations(uow, self.entropy, self.sender.keys.relay, now):
                queue(uow, pending, mail_message_id(self.sender.keys.message_id, pending.request_id, domain), now)
            uow.commit()
            hit("confirm.queued")
            if _stopped(uow):
                return []
            return [mail for mail in uow.opt_in_mails.in_state(State.READY) if mail.next_attempt_at <= now]

    def check_relay(self) -> None:
        """Write to nobody while objections could be waiting at a silent relay, or others refuse the sender."""
        with self.open_uow() as uow:
            problem = sender_problem(uow)
            if not relay_speaks(uow, self.clock.now()):
                raise Refused("relay_silent")
        if problem is not None:
            raise problem

    def draft(self, job: _Job) -> Draft[_Job]:
        """Step 2."""
        mail, now = job.mail, self.clock.now()
        with self.open_uow() as uow:
            pending = pending_confirmation(uow, mail.request_id, self.entropy, self.sender.keys.relay, now)
        if pending is None:
            return Draft(job, reason="cancelled")
        link = confirmation_link(self.sender.relay_url, pending.token)
        try:
            message = self.compose(ConfirmationRequest(pending, link, mail.message_id, now))
        except Refused as error:
            return Draft(job, reason=error.code)
        outgoing = OutgoingMail(mail.request_id, self.sender.from_address, pending.email, message)
        return Draft(_Job(mail, pending), outgoing)

    def group(self, uow: UnitOfWork, jobs: Sequence[_Job], now: datetime) -> "_Group":
        del jobs
        return _Group(uow, now, self.sender.keys.suppression)

    def claimed(self, job: _Job) -> _Job:
        return replace(job, mail=replace(job.mail, state=State.SENDING))

    def committed(self) -> None:
        """Nothing is kept from group to group."""


@dataclass(frozen=True)
class _Group:
    """Some of these mails in one transaction; each is asked about and written by itself."""

    uow: UnitOfWork
    now: datetime
    suppression_key: bytes

    def rests(self, job: _Job) -> bool:
        del job
        return _stopped(self.uow)

    def objection(self, job: _Job) -> str | None:
        request = self.uow.consents.request(job.mail.request_id)
        if job.pending is None or request is None or not awaits_mail(request, self.now):
            return "cancelled"
        return objection(self.uow, job.pending.customer_id, job.pending.email, self.suppression_key)

    def step(self, job: _Job, event: Event, response: str) -> bool:
        return step(self.uow, job.mail, event, self.now, response)

    def settle(self, job: _Job, receipt: Receipt) -> State:
        if job.pending is None:
            raise TypeError("a mail was sent that nobody asked for")
        return settle(self.uow, job.mail, job.pending, receipt, suppression_key=self.suppression_key, now=self.now)

    def write(self) -> None:
        """Every step is written at once."""


def _stopped(uow: UnitOfWork) -> bool:
    """Say whether the dealer has stopped everything; a single service's stop does not concern confirmations."""
    stop = current_stop(uow)
    return stop is not None and stop.everything
