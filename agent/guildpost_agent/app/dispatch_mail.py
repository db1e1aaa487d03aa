"""Send the mails that are due, each at most once.

The way of one mail , with the failpoint behind each step:

    1. queue        every due touchpoint gets its row: token, Message-ID             dispatch.queued
    2. compose      the message is rendered, outside any transaction                 dispatch.composed
    3. claim        emergency stop, consent, suppression, booking, recall are checked again in
                    the transaction that marks ``sending``; commit (synchronous=FULL)  dispatch.claimed
    4. send         MAIL, RCPT, DATA on the one open connection                      smtp.before_data, smtp.accepted
    5. record       the receipt becomes state, outcome and perhaps a suppression     dispatch.recorded

A crash before 3 loses nothing (the row is still ready), a crash after 3 leaves ``unsure``, never a second mail.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from guildpost_agent.app.outbox_steps import Recheck, objection, put_off, queue, rests, step
from guildpost_agent.app.ports.channel import Channel, ChannelSession, OutgoingMail
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, OutboxJob, UnitOfWork
from guildpost_agent.app.recover_outbox import recover_outbox
from guildpost_agent.app.relay_state import relay_speaks
from guildpost_agent.app.sending_keys import SendingKeys
from guildpost_agent.domain.links import Links, links_for, mail_message_id
from guildpost_agent.domain.outbox import Event, State, next_attempt
from guildpost_agent.domain.records import Channel as By
from guildpost_agent.domain.records import Customer, Outcome, Touchpoint, Vehicle
from guildpost_agent.domain.smtp_replies import Receipt, Verdict
from guildpost_agent.domain.suppression import address_hmac
from guildpost_shared.clock import Clock
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import GuildpostError, Refused, Unavailable
from guildpost_shared.failpoints import hit


@dataclass(frozen=True)
class MailRequest:
    """What a mail is composed from; the message must carry ``message_id``, ``recipient`` and the links as they are."""

    touchpoint: Touchpoint
    customer: Customer
    vehicle: Vehicle
    recipient: str
    message_id: str
    links: Links
    now: datetime


Compose = Callable[[MailRequest], bytes]
"""Gives the finished message (RFC 5322, ASCII); ``Refused`` when it cannot be filled, ``Unavailable`` if not yet."""


@dataclass(frozen=True)
class Sender:
    """Who sends: the envelope address, the relay's public address, and the keys."""

    from_address: str
    relay_url: str
    keys: SendingKeys


@dataclass
class DispatchSummary:
    """What one run did; ``stopped`` is why it ended early (show its public sentence), None if it did not."""

    sent: int = 0
    bounced: int = 0
    deferred: int = 0
    failed: int = 0
    unsure: int = 0
    interrupted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    stopped: GuildpostError | None = None


def dispatch_mail(
    open_uow: OpenUnitOfWork,
    channel: Channel,
    compose: Compose,
    recheck: Recheck,
    clock: Clock,
    *,
    sender: Sender,
    entropy: Entropy,
    is_quiet: Callable[[datetime], bool],
) -> DispatchSummary:
    """Send what is due. The caller holds the dispatch lease and has polled the relay before.

    Args:
        open_uow: opens a transaction.
        channel: the mail server.
        compose: renders one message.
        recheck: the last check, inside the claiming transaction.
        clock: the business clock.
        sender: addresses and keys.
        entropy: for tokens.
        is_quiet: says whether mails must rest at an instant (quiet hours in the dealer's time zone, holidays).

    Returns:
        The summary. Nothing is lost when the run stops early: what did not leave stays ready.
    """
    run = _Run(open_uow, compose, recheck, clock, sender, is_quiet)
    run.summary.interrupted = recover_outbox(open_uow, clock)
    try:
        run.check_relay()
        waiting = [] if is_quiet(clock.now()) else run.queue_due(entropy)
        if waiting:
            with channel.open() as session:
                run.send_all(session, waiting)
    except GuildpostError as error:
        run.summary.stopped = error
    return run.summary


@dataclass
class _Run:
    """One run's dependencies and its summary."""

    open_uow: OpenUnitOfWork
    compose: Compose
    recheck: Recheck
    clock: Clock
    sender: Sender
    is_quiet: Callable[[datetime], bool]
    summary: DispatchSummary = field(default_factory=DispatchSummary)

    def check_relay(self) -> None:
        """Stop advertising when unsubscribes could be waiting at a silent relay."""
        with self.open_uow() as uow:
            if not relay_speaks(uow, self.clock.now()):
                raise Refused("relay_silent")

    def queue_due(self, entropy: Entropy) -> list[OutboxJob]:
        """Step 1: give every due touchpoint its row and list all whose time has come."""
        now = self.clock.now()
        domain = self.sender.from_address.rpartition("@")[2]
        with self.open_uow() as uow:
            for touchpoint in uow.plans.due(By.EMAIL, now):
                queue(
                    uow,
                    touchpoint,
                    message_id=mail_message_id(self.sender.keys.message_id, touchpoint.touchpoint_id, domain),
                    relay_key=self.sender.keys.relay,
                    entropy=entropy,
                    now=now,
                )
            uow.commit()
            ready = [job for job in uow.outbox.in_state(By.EMAIL, State.READY) if job.next_attempt_at <= now]
            waiting = [job for job in ready if not rests(uow, job)]
            self.summary.deferred += len(ready) - len(waiting)
        hit("dispatch.queued")
        return waiting

    def send_all(self, session: ChannelSession, waiting: list[OutboxJob]) -> None:
        """Send one after the other, until the quiet hours begin or a refusal concerns the sender."""
        for job in waiting:
            if self.is_quiet(self.clock.now()):
                return
            message = self._composed(job)
            if message is None or not self._claimed(job):
                continue
            claimed = replace(job, state=State.SENDING)
            receipt = self._sent(session, claimed, message)
            self._record(claimed, receipt)
            if receipt.verdict is Verdict.STOPPED:
                raise Refused("mail_sender_refused", detail=str(receipt), reply=receipt.code, status=receipt.status)

    def _composed(self, job: OutboxJob) -> bytes | None:
        """Step 2; what cannot be filled is refused, what has no template yet waits; the others go on."""
        with self.open_uow() as uow:
            touchpoint = uow.plans.touchpoint(job.touchpoint_id)
            customer = uow.records.customer(touchpoint.customer_id) if touchpoint else None
            vehicle = uow.records.vehicle(touchpoint.vehicle_id) if touchpoint else None
        if touchpoint is None or customer is None or vehicle is None or not job.recipient:
            self._refuse(job, "address_unusable" if touchpoint else "cancelled")
            return None
        links = links_for(self.sender.relay_url, job.token)
        request = MailRequest(touchpoint, customer, vehicle, job.recipient, job.message_id, links, self.clock.now())
        try:
            message = self.compose(request)
        except Refused as error:
            self._refuse(job, error.code)
            return None
        except Unavailable:
            self.summary.deferred += 1
            return None
        hit("dispatch.composed")
        return message

    def _claimed(self, job: OutboxJob) -> bool:
        """Step 3: the last check and the mark, in one durable transaction."""
        now = self.clock.now()
        with self.open_uow() as uow:
            if rests(uow, job):
                self.summary.deferred += 1
                return False
            reason = objection(uow, job, suppression_key=self.sender.keys.suppression, recheck=self.recheck, now=now)
            moved = step(uow, job, Event.REFUSE if reason else Event.CLAIM, now, response=reason or "")
            uow.commit()
        if reason and moved:
            self.summary.refused[reason] += 1
        hit("dispatch.claimed")
        return moved and reason is None

    def _sent(self, session: ChannelSession, job: OutboxJob, message: bytes) -> Receipt:
        """Step 4; when the server went away before accepting, the job is ready again and the run ends."""
        mail = OutgoingMail(self.sender.from_address, job.recipient, message)
        try:
            return session.send(mail)
        except GuildpostError:
            with self.open_uow() as uow:
                step(uow, job, Event.DEFER, self.clock.now(), response="mail_server_away")
                uow.commit()
            raise

    def _record(self, job: OutboxJob, receipt: Receipt) -> None:
        """Step 5."""
        with self.open_uow() as uow:
            self._settle(uow, job, receipt, self.clock.now())
            uow.commit()
        hit("dispatch.recorded")

    def _settle(self, uow: UnitOfWork, job: OutboxJob, receipt: Receipt, now: datetime) -> None:
        response = str(receipt)
        match receipt.verdict:
            case Verdict.ACCEPTED:
                step(uow, job, Event.ACCEPT, now, response=response)
                uow.outcomes.add([_outcome(job, "delivered", now, response)])
                self.summary.sent += 1
            case Verdict.DEAD | Verdict.BOUNCED:
                step(uow, job, Event.BOUNCE, now, response=response)
                uow.outcomes.add([_outcome(job, "bounced", now, response)])
                if receipt.verdict is Verdict.DEAD:
                    entry = address_hmac(self.sender.keys.suppression, job.recipient)
                    uow.suppressions.add(entry, By.EMAIL, "bounced", now)
                self.summary.bounced += 1
            case Verdict.REJECTED:
                step(uow, job, Event.REJECT, now, response=response)
                self.summary.failed += 1
            case Verdict.UNKNOWN:
                step(uow, job, Event.LOSE, now, response=response)
                self.summary.unsure += 1
            case Verdict.DEFERRED | Verdict.STOPPED:
                self._put_off(uow, job, now, response)

    def _put_off(self, uow: UnitOfWork, job: OutboxJob, now: datetime, response: str) -> None:
        touchpoint = uow.plans.touchpoint(job.touchpoint_id)
        again = next_attempt(job.attempts, now, touchpoint.not_after) if touchpoint else None
        if again is None:
            put_off(uow, job, now, now, response)
            step(uow, replace(job, state=State.READY), Event.GIVE_UP, now, response=response)
            self.summary.failed += 1
        else:
            put_off(uow, job, again, now, response)
            self.summary.deferred += 1

    def _refuse(self, job: OutboxJob, reason: str) -> None:
        with self.open_uow() as uow:
            step(uow, job, Event.REFUSE, self.clock.now(), response=reason)
            uow.commit()
        self.summary.refused[reason] += 1


def _outcome(job: OutboxJob, kind: str, now: datetime, detail: str) -> Outcome:
    return Outcome(f"{kind}:{job.touchpoint_id}", job.touchpoint_id, kind, now, detail)
