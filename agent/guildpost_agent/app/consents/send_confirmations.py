"""Send the mails that ask for the confirmation of an opt-in: one for each request, at most once.

The way of one mail is that of any other (``dispatch_mail``), with the request in the place of the touchpoint:

    1. queue     every pending request gets its row                                             confirm.queued
    2. compose   the text is written, outside any transaction
    3. claim     request, address, suppression and restriction are checked again in the transaction that marks
                 ``sending``; commit                                                            confirm.claimed
    4. send      on the one open connection                                 smtp.before_data, smtp.accepted
    5. record    sent or unsure: the request waits for its link; an end without a mail
                 cancels the request                                                            confirm.recorded

The mail is transactional (``opt_in.CONFIRMATION_CONTENT``): it rests on no consent, counts against no cap and keeps no
quiet hours, since somebody waits for it. It never goes to an address on the suppression list: who objected before gives
a new consent to the staff, not to a form that anybody can fill in.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from guildpost_agent.app.consents.confirmation_steps import objection, queue, settle, step
from guildpost_agent.app.consents.opt_in import PendingConfirmation, pending_confirmations
from guildpost_agent.app.dispatch_mail import DispatchSummary, Sender
from guildpost_agent.app.emergency_stop import current_stop
from guildpost_agent.app.ports.channel import Channel, ChannelSession, OutgoingMail
from guildpost_agent.app.ports.opt_in_mails import OptInMail
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.app.relay_state import relay_speaks
from guildpost_agent.domain.links import confirmation_link, mail_message_id
from guildpost_agent.domain.outbox import Event, State
from guildpost_agent.domain.smtp_replies import Receipt, Verdict
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
    run = _Run(open_uow, compose, clock, sender, entropy)
    try:
        run.recover()
        waiting = run.queue_due()
        if waiting:
            run.check_relay()
            with channel.open() as session:
                for mail in waiting:
                    run.send(session, mail)
    except GuildpostError as error:
        run.summary.stopped = error
    return run.summary


@dataclass
class _Run:
    """One run's dependencies and its summary."""

    open_uow: OpenUnitOfWork
    compose: Compose
    clock: Clock
    sender: Sender
    entropy: Entropy
    summary: DispatchSummary = field(default_factory=DispatchSummary)

    def recover(self) -> None:
        """Mark what was being handed over when the process died as unsure; it is never sent again."""
        with self.open_uow() as uow:
            for mail in uow.opt_in_mails.in_state(State.SENDING):
                self.summary.interrupted += step(uow, mail, Event.LOSE, self.clock.now(), "interrupted")
            uow.commit()

    def queue_due(self) -> list[OptInMail]:
        """Step 1: give every pending request its row and list all whose time has come."""
        now, domain = self.clock.now(), self.sender.from_address.rpartition("@")[2]
        with self.open_uow() as uow:
            for pending in self._pending(uow, now).values():
                queue(uow, pending, mail_message_id(self.sender.keys.message_id, pending.request_id, domain), now)
            uow.commit()
            hit("confirm.queued")
            if _stopped(uow):
                return []
            return [mail for mail in uow.opt_in_mails.in_state(State.READY) if mail.next_attempt_at <= now]

    def check_relay(self) -> None:
        """Write to nobody while objections could be waiting at a silent relay, which could not confirm either."""
        with self.open_uow() as uow:
            if not relay_speaks(uow, self.clock.now()):
                raise Refused("relay_silent")

    def send(self, session: ChannelSession, mail: OptInMail) -> None:
        """Steps 2 to 5 for one mail."""
        now = self.clock.now()
        with self.open_uow() as uow:
            pending = self._pending(uow, now).get(mail.request_id)
        if pending is None:
            self._refuse(mail, "cancelled")
            return
        link = confirmation_link(self.sender.relay_url, pending.token)
        try:
            message = self.compose(ConfirmationRequest(pending, link, mail.message_id, now))
        except Refused as error:
            self._refuse(mail, error.code)
            return
        if not self._claimed(mail, pending):
            return
        claimed = replace(mail, state=State.SENDING)
        receipt = self._sent(session, claimed, OutgoingMail(self.sender.from_address, pending.email, message))
        with self.open_uow() as uow:
            key, ended = self.sender.keys.suppression, self.clock.now()
            self._count(settle(uow, claimed, pending, receipt, suppression_key=key, now=ended))
            uow.commit()
        hit("confirm.recorded")
        if receipt.verdict is Verdict.STOPPED:
            raise Refused("mail_sender_refused", detail=str(receipt), reply=receipt.code, status=receipt.status)

    def _claimed(self, mail: OptInMail, pending: PendingConfirmation) -> bool:
        """Step 3: the last check and the mark, in one durable transaction."""
        now = self.clock.now()
        with self.open_uow() as uow:
            if _stopped(uow):
                self.summary.deferred += 1
                return False
            waiting, key = mail.request_id in self._pending(uow, now), self.sender.keys.suppression
            reason = objection(uow, pending.customer_id, pending.email, key) if waiting else "cancelled"
            moved = step(uow, mail, Event.REFUSE if reason else Event.CLAIM, now, reason or "")
            uow.commit()
        if reason and moved:
            self.summary.refused[reason] += 1
        hit("confirm.claimed")
        return moved and reason is None

    def _sent(self, session: ChannelSession, mail: OptInMail, outgoing: OutgoingMail) -> Receipt:
        """Step 4; when the server went away before accepting, the mail is ready again and the run ends."""
        try:
            return session.send(outgoing)
        except GuildpostError:
            with self.open_uow() as uow:
                step(uow, mail, Event.DEFER, self.clock.now(), "mail_server_away")
                uow.commit()
            raise

    def _count(self, state: State) -> None:
        self.summary.sent += state is State.SENT
        self.summary.bounced += state is State.BOUNCED
        self.summary.failed += state is State.FAILED
        self.summary.unsure += state is State.UNSURE
        self.summary.deferred += state is State.READY

    def _refuse(self, mail: OptInMail, reason: str) -> None:
        with self.open_uow() as uow:
            self.summary.refused[reason] += step(uow, mail, Event.REFUSE, self.clock.now(), reason)
            uow.commit()

    def _pending(self, uow: UnitOfWork, now: datetime) -> dict[str, PendingConfirmation]:
        pending = pending_confirmations(uow, self.entropy, self.sender.keys.relay, now)
        return {one.request_id: one for one in pending}


def _stopped(uow: UnitOfWork) -> bool:
    """Say whether the dealer has stopped everything; a single service's stop does not concern confirmations."""
    stop = current_stop(uow)
    return stop is not None and stop.everything
