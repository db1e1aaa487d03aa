"""Send the mails that are due, each at most once.

    1. queue        every due touchpoint gets its row: token, Message-ID              dispatch.queued
    2. compose      the message is rendered, outside any transaction                  dispatch.composed
    3. claim        emergency stop, consent, suppression, booking, recall are checked again in the transaction
                    that marks ``sending``; commit (synchronous=FULL)                 dispatch.claimed
    4. send         over one of the open connections                                  smtp.before_data, smtp.accepted
    5. record       the receipt becomes state, outcome and perhaps a suppression      dispatch.recorded

Steps 2 to 5 are those of every mail (``mail_run``); here stands what is particular to a planned message.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime

from guildpost_agent.app.emergency_stop import current_stop
from guildpost_agent.app.kept_reading import KeptReading
from guildpost_agent.app.mail_group import MailGroup
from guildpost_agent.app.mail_run import DispatchSummary, Draft, Drafts, MailRun, OnDemand
from guildpost_agent.app.outbox_steps import Recheck, advertises, queue, rests
from guildpost_agent.app.ports.channel import Channel, OutgoingMail
from guildpost_agent.app.ports.reading import OpenReading
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, OutboxJob, UnitOfWork
from guildpost_agent.app.recover_outbox import recover_outbox
from guildpost_agent.app.relay_state import relay_speaks
from guildpost_agent.app.resting_brands import resting_brands
from guildpost_agent.app.sender_problem import sender_problem
from guildpost_agent.app.sending_keys import SendingKeys
from guildpost_agent.domain.links import Links, links_for, mail_message_id
from guildpost_agent.domain.outbox import State
from guildpost_agent.domain.records import Channel as By
from guildpost_agent.domain.records import Customer, Touchpoint, Vehicle
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

StartDrafts = Callable[[Sequence[OutboxJob]], AbstractContextManager[Drafts[OutboxJob]]]
"""Begins to compose the mails of these jobs, somewhere."""


@dataclass(frozen=True)
class Sender:
    """Who sends: the envelope address, the relay's public address, and the keys."""

    from_address: str
    relay_url: str
    keys: SendingKeys


def dispatch_mail(
    open_uow: OpenUnitOfWork,
    channel: Channel,
    drafts: StartDrafts,
    recheck: Recheck,
    clock: Clock,
    *,
    sender: Sender,
    entropy: Entropy,
    is_quiet: Callable[[datetime], bool],
    notices: Collection[str] = (),
) -> DispatchSummary:
    """Send what is due. The caller holds the dispatch lease and has polled the relay before.

    Args:
        open_uow: opens a transaction.
        channel: the mail server.
        drafts: composes the messages (``composing_here``, or a process of its own).
        recheck: the last check, inside the claiming transaction.
        clock: the business clock.
        sender: addresses and keys.
        entropy: for tokens.
        is_quiet: says whether mails must rest at an instant (quiet hours in the dealer's time zone, holidays).
        notices: services that carry no advertising; theirs alone go out while the relay is silent.

    Returns:
        The summary. Nothing is lost when the run stops early: what did not leave stays ready.
    """
    summary = DispatchSummary(interrupted=recover_outbox(open_uow, clock))
    try:
        _check_sender(open_uow)
        waiting = [] if is_quiet(clock.now()) else _queue_due(open_uow, sender, entropy, clock.now(), summary)
        with open_uow() as uow:  # unsubscribes could be waiting at a relay that is silent
            silent = not relay_speaks(uow, clock.now())
            waiting = [job for job in waiting if not (silent and advertises(uow, job, notices))]
        if waiting:
            kind = _Reminders(sender, recheck, KeptReading([job.touchpoint_id for job in waiting]))
            with drafts(waiting) as composed:
                run = MailRun(open_uow, kind, composed, clock, summary, rest_now=is_quiet)
                channel.carry(run.exchange, len(waiting))
        if silent and summary.stopped is None:
            raise Refused("relay_silent")
    except GuildpostError as error:
        summary.stopped = error
    return summary


def _check_sender(open_uow: OpenUnitOfWork) -> None:
    """Rest while other servers refuse the dealer as sender, until a person says that it is mended."""
    with open_uow() as uow:
        problem = sender_problem(uow)
    if problem is not None:
        raise problem


def composing_here(open_uow: OpenUnitOfWork, compose: Compose, clock: Clock, sender: Sender) -> StartDrafts:
    """Compose in this process, each mail when its turn has come."""

    def start(jobs: Sequence[OutboxJob]) -> AbstractContextManager[Drafts[OutboxJob]]:
        return nullcontext(OnDemand(jobs, lambda job: compose_draft(open_uow, compose, job, sender, clock.now())))

    return start


def compose_draft(
    open_uow: OpenReading, compose: Compose, job: OutboxJob, sender: Sender, now: datetime
) -> Draft[OutboxJob]:
    """Step 2; what cannot be filled is refused, what has no template yet waits."""
    with open_uow() as uow:
        touchpoint = uow.plans.touchpoint(job.touchpoint_id)
        customer = uow.records.customer(touchpoint.customer_id) if touchpoint else None
        vehicle = uow.records.vehicle(touchpoint.vehicle_id) if touchpoint else None
    if touchpoint is None or customer is None or vehicle is None or not job.recipient:
        return Draft(job, reason="address_unusable" if touchpoint else "cancelled")
    links = links_for(sender.relay_url, job.token)
    request = MailRequest(touchpoint, customer, vehicle, job.recipient, job.message_id, links, now)
    try:
        message = compose(request)
    except Refused as error:
        return Draft(job, reason=error.code)
    except Unavailable:
        return Draft(job)
    return Draft(job, OutgoingMail(job.touchpoint_id, sender.from_address, job.recipient, message))


def _queue_due(
    open_uow: OpenUnitOfWork, sender: Sender, entropy: Entropy, now: datetime, summary: DispatchSummary
) -> list[OutboxJob]:
    """Step 1: give every due touchpoint its row and list all whose time has come."""
    domain = sender.from_address.rpartition("@")[2]
    with open_uow() as uow:
        for touchpoint in uow.plans.to_queue(By.EMAIL, now):
            queue(
                uow,
                touchpoint,
                message_id=mail_message_id(sender.keys.message_id, touchpoint.touchpoint_id, domain),
                relay_key=sender.keys.relay,
                entropy=entropy,
                now=now,
            )
        uow.commit()
        ready = [job for job in uow.outbox.in_state(By.EMAIL, State.READY) if job.next_attempt_at <= now]
        nothing_rests = current_stop(uow) is None and not resting_brands(uow)
        waiting = ready if nothing_rests else [job for job in ready if not rests(uow, job)]
        summary.deferred += len(ready) - len(waiting)
    hit("dispatch.queued")
    return waiting


@dataclass(frozen=True)
class _Reminders:
    """The kind of mail that a touchpoint of the plan becomes."""

    sender: Sender
    recheck: Recheck
    kept: KeptReading
    name: str = "dispatch"

    def group(self, uow: UnitOfWork, jobs: Sequence[OutboxJob], now: datetime) -> MailGroup:
        key = self.sender.keys.suppression
        return MailGroup(uow, jobs, now, suppression_key=key, recheck=self.recheck, kept=self.kept)

    def claimed(self, job: OutboxJob) -> OutboxJob:
        return replace(job, state=State.SENDING)

    def committed(self) -> None:
        self.kept.committed()
