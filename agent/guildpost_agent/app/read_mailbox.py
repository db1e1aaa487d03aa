"""Read the mailbox: bounces, complaints and replies, each once, whatever crashes.

    1. list what waits
    2. in one transaction per message: find whom it is about, bring about its effects, note that it is dealt with
                                                                                            mailbox.recorded
    3. put it away among those dealt with; what is not ours stays where it lies

A crash between 2 and 3 brings the message again: it is known and only put away. Message texts are never logged.
"""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import Message
from typing import Final

from guildpost_agent.app.act_on_bounce import act_on_bounce
from guildpost_agent.app.apply_answer import AnswerRules, apply_answer
from guildpost_agent.app.opt_in_bounces import Asked, act_on_opt_in_bounce, asked_by, complain
from guildpost_agent.app.ports.mailbox import Mailbox, MailboxSession
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, OutboxJob, UnitOfWork
from guildpost_agent.app.take_reply import Letter, take_reply
from guildpost_agent.domain.bounces.actions import Action
from guildpost_agent.domain.bounces.addresses import first_address
from guildpost_agent.domain.bounces.classify import classify_message
from guildpost_agent.domain.bounces.finding import BounceClass, Finding
from guildpost_agent.domain.bounces.parts import header, parse, take_apart
from guildpost_agent.domain.replies.own_words import own_words
from guildpost_agent.domain.replies.reply import reply_id
from guildpost_agent.domain.suppression import normalise_email
from guildpost_shared.answers.events import AnswerEvent, EventKind
from guildpost_shared.clock import Clock
from guildpost_shared.errors import GuildpostError, Refused
from guildpost_shared.failpoints import hit

REMEMBERED: Final = timedelta(days=400)
MOST_AT_ONCE: Final = 500
_MESSAGE_ID: Final = re.compile(r"<[^<>\s]{3,200}@[^<>\s]{1,200}>")
_FAILED: Final = frozenset({BounceClass.HARD, BounceClass.SOFT, BounceClass.SENDER})


@dataclass
class MailboxSummary:
    """What one reading brought, by kind; ``alerts`` are for a person to see, ``stopped`` ended it early."""

    bounces: int = 0
    complaints: int = 0
    replies: int = 0
    unmatched: int = 0
    others: int = 0
    alerts: list[GuildpostError] = field(default_factory=list)
    stopped: GuildpostError | None = None


def read_mailbox(open_uow: OpenUnitOfWork, mailbox: Mailbox, rules: AnswerRules, clock: Clock) -> MailboxSummary:
    """Read what waits, at most 500 messages at a time.

    Args:
        open_uow: opens a transaction; none may be open meanwhile.
        mailbox: where it arrives.
        rules: what answers mean.
        clock: the business clock.
    """
    reading = _Reading(open_uow, rules, clock)
    try:
        with mailbox.open() as session:
            for key in reading.fresh(session):
                reading.deal_with(session, key)
    except GuildpostError as error:
        reading.summary.stopped = error
    return reading.summary


@dataclass
class _Reading:
    """One reading's dependencies and its summary."""

    open_uow: OpenUnitOfWork
    rules: AnswerRules
    clock: Clock
    summary: MailboxSummary = field(default_factory=MailboxSummary)

    def fresh(self, session: MailboxSession) -> list[str]:
        """List what was not dealt with; what was, and is ours, is put away now if a crash kept it from that."""
        with self.open_uow() as uow:
            uow.replies.forget_seen(self.clock.now() - REMEMBERED)
            waiting = session.waiting()
            ours = {key for key in waiting if uow.replies.known(_mark(key, ours=True))}
            fresh = [key for key in waiting if key not in ours and not uow.replies.known(_mark(key, ours=False))]
            uow.commit()
        for key in sorted(ours):
            session.put_away(key)
        return fresh[:MOST_AT_ONCE]

    def deal_with(self, session: MailboxSession, key: str) -> None:
        """Steps 2 and 3 of one message."""
        raw = session.read(key)
        if raw is None:
            return
        now = self.clock.now()
        with self.open_uow() as uow:
            ours = self._apply(uow, raw, now)
            uow.replies.first_seen(_mark(key, ours=ours), now)
            uow.commit()
        hit("mailbox.recorded")
        if ours:
            session.put_away(key)

    def _apply(self, uow: UnitOfWork, raw: bytes, now: datetime) -> bool:
        """Bring about what a message says; say whether it is ours."""
        message = parse(raw)
        findings = classify_message(message)
        answered = _answered(uow, message)
        kinds = {finding.bounce_class for finding in findings}
        if kinds & _FAILED or BounceClass.FEEDBACK in kinds:
            if answered is None:
                self.summary.unmatched += 1
                return False
            for finding in findings:
                self._finding(uow, finding, answered, now)
            return True
        if any(finding.reason == "delivered" for finding in findings):
            return answered is not None
        return self._reply(uow, raw, message, answered, automatic=BounceClass.AUTO_REPLY in kinds, now=now)

    def _finding(self, uow: UnitOfWork, finding: Finding, about: OutboxJob | Asked, now: datetime) -> None:
        if finding.bounce_class is BounceClass.FEEDBACK:
            self.summary.complaints += self._complaint(uow, about, now)
            return
        key = self.rules.suppression_key
        if isinstance(about, Asked):
            action = act_on_opt_in_bounce(uow, finding, about, key, now)
        else:
            action = act_on_bounce(uow, finding, about, key, now)
        self.summary.bounces += action not in {Action.NONE, Action.WAIT}
        told = {"reason": finding.reason, "status": finding.status}
        if action is Action.STOP:
            self.summary.alerts.append(Refused("mail_sender_bounced", **told))
        elif action is Action.MEND:
            touchpoint = None if isinstance(about, Asked) else uow.plans.touchpoint(about.touchpoint_id)
            service = touchpoint.service_id if touchpoint else "–"
            self.summary.alerts.append(Refused("mail_content_bounced", service=service, **told))

    def _complaint(self, uow: UnitOfWork, about: OutboxJob | Asked, now: datetime) -> bool:
        if isinstance(about, Asked):
            return complain(uow, about, self.rules.suppression_key, now)
        name = reply_id(f"complaint {about.touchpoint_id}".encode())
        event = AnswerEvent(name, about.token, EventKind.UNSUBSCRIBE, None, now)
        return apply_answer(uow, event, about, self.rules, now)

    def _reply(
        self,
        uow: UnitOfWork,
        raw: bytes,
        message: Message,
        answered: OutboxJob | Asked | None,
        *,
        automatic: bool,
        now: datetime,
    ) -> bool:
        sender = normalise_email(first_address(header(message, "From"))) or ""
        customer_id = _writer(uow, answered, sender)
        if customer_id is None:
            self.summary.others += 1
            return False
        job = answered if isinstance(answered, OutboxJob) else None
        letter = Letter(
            raw, customer_id, job, sender, header(message, "Subject"), own_words(message), automatic=automatic
        )
        self.summary.replies += take_reply(uow, letter, self.rules, now) is not None
        return True


def _mark(key: str, *, ours: bool) -> str:
    """Give the name under which the database remembers a message of the mailbox, and whether it is ours."""
    return hashlib.sha256(f"{'ours' if ours else 'left'} {key}".encode()).hexdigest()


def _answered(uow: UnitOfWork, message: Message) -> OutboxJob | Asked | None:
    """Find our message that a message is about: by the Message-ID it returns, names or answers."""
    parts = take_apart(message)
    names = " ".join(header(message, name) for name in ("In-Reply-To", "References", "X-Original-Message-ID"))
    for text in (parts.original, parts.fields, names):
        for found in _MESSAGE_ID.findall(text):
            ours = uow.outbox.by_message_id(found) or asked_by(uow, found)
            if ours is not None:
                return ours
    return None


def _writer(uow: UnitOfWork, answered: OutboxJob | Asked | None, sender: str) -> str | None:
    """Say which customer wrote."""
    if isinstance(answered, Asked):
        return answered.request.customer_id
    if answered is not None:
        touchpoint = uow.plans.touchpoint(answered.touchpoint_id)
        return touchpoint.customer_id if touchpoint else None
    found = uow.records.customers_with_email(sender) if sender else []
    return found[0] if len(found) == 1 else None
