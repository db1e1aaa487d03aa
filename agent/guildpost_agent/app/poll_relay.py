"""Fetch what customers answered, bring about its effects, and let the relay forget it.

    1. fetch a page of sealed answers
    2. in one transaction: open each seal, apply each answer once, note that the relay spoke; commit
    3. acknowledge what was dealt with; the relay deletes it
    4. back to 1 while there are more
    5. judge the clicks that are ripe, all of this poll together, and acknowledge them

A crash between 2 and 3 brings the same answers again; each counts once by its id. An answer whose token this database
does not know (it was restored from an older copy) is not acknowledged: it waits until the dealer has put that right.
A click younger than a minute waits for the next poll: whatever shows that a machine made it may still be on its way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from guildpost_agent.app.apply_answer import AnswerRules, apply_answer, settle_unsure
from guildpost_agent.app.consents.opt_in import Answer, confirm_opt_in
from guildpost_agent.app.count_clicks import count_clicks
from guildpost_agent.app.ports.relay_inbox import AnswerPage, RelayInbox, SealedAnswer
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.app.relay_state import last_relay_answer, note_relay_answer
from guildpost_agent.domain.clicks import is_ripe
from guildpost_agent.domain.relay_silence import poll_due
from guildpost_shared.answers import tokens
from guildpost_shared.answers.events import AnswerEvent, EventKind, read_event
from guildpost_shared.answers.seals import unseal
from guildpost_shared.clock import Clock
from guildpost_shared.errors import GuildpostError, ProtocolViolation, Refused
from guildpost_shared.failpoints import hit

PORTION: Final = 500
"""So many clicks are stored and acknowledged at once; the relay takes no more."""


@dataclass
class PollSummary:
    """What one poll brought: new answers, known or overtaken ones, unreadable ones, and ones of unknown messages.

    ``clicked`` counts the messages that a person opened for the first time.
    """

    applied: int = 0
    clicked: int = 0
    known: int = 0
    unreadable: int = 0
    unmatched: int = 0
    stopped: GuildpostError | None = None


def relay_poll_due(open_uow: OpenUnitOfWork, clock: Clock, *, dispatch_due: bool) -> bool:
    """Say whether to poll now: before every dispatch, and at least every four hours (business clock)."""
    with open_uow() as uow:
        return dispatch_due or poll_due(last_relay_answer(uow), clock.now())


def poll_relay(
    open_uow: OpenUnitOfWork,
    inbox: RelayInbox,
    clock: Clock,
    *,
    sealing_key: X25519PrivateKey,
    rules: AnswerRules,
) -> PollSummary:
    """Poll once, to the end of what waits.

    Args:
        open_uow: opens a transaction; none may be open while polling.
        inbox: the relay.
        clock: the business clock.
        sealing_key: opens the seals.
        rules: what answers mean.

    Returns:
        The summary; ``stopped`` holds the error when the relay could not be asked. After 24 hours of that,
        ``dispatch_mail`` and ``release_letters`` refuse with ``relay_silent``.
    """
    poll = _Poll(open_uow, inbox, clock, sealing_key, rules)
    try:
        poll.run()
    except GuildpostError as error:
        poll.summary.stopped = error
    return poll.summary


@dataclass
class _Poll:
    """One poll's dependencies and its summary."""

    open_uow: OpenUnitOfWork
    inbox: RelayInbox
    clock: Clock
    sealing_key: X25519PrivateKey
    rules: AnswerRules
    summary: PollSummary = field(default_factory=PollSummary)
    clicks: list[tuple[int, AnswerEvent]] = field(default_factory=list)

    def run(self) -> None:
        """Go through the pages."""
        after, more = 0, True
        while more:
            page = self.inbox.fetch(after)
            handled = self._apply_page(page)
            hit("relay.applied")
            if handled:
                self.inbox.acknowledge(handled)
            after = page.answers[-1].seq if page.answers else after
            more = page.more and bool(page.answers)
        self._count_clicks()

    def _count_clicks(self) -> None:
        """Judge together what belongs together, a portion of messages at a time."""
        self.clicks.sort(key=lambda click: click[1].token)
        while self.clicks:
            last = self.clicks[min(PORTION, len(self.clicks)) - 1][1].token
            portion = [click for click in self.clicks if click[1].token <= last]
            self.clicks = self.clicks[len(portion) :]
            with self.open_uow() as uow:
                self.summary.clicked += count_clicks(uow, [event for _, event in portion], self.clock.now())
                uow.commit()
            self._acknowledge([seq for seq, _ in portion])

    def _acknowledge(self, seqs: Sequence[int]) -> None:
        for start in range(0, len(seqs), PORTION):
            self.inbox.acknowledge(seqs[start : start + PORTION])

    def _apply_page(self, page: AnswerPage) -> list[int]:
        now = self.clock.now()
        with self.open_uow() as uow:
            handled = [answer.seq for answer in page.answers if self._apply(uow, answer, now)]
            note_relay_answer(uow, now)
            uow.commit()
        return handled

    def _apply(self, uow: UnitOfWork, answer: SealedAnswer, now: datetime) -> bool:
        """Apply one answer; say whether the relay may forget it."""
        try:
            event = _opened(answer, self.sealing_key)
        except (ProtocolViolation, Refused):
            self.summary.unreadable += 1
            return True
        if event.kind is EventKind.CONFIRM:
            return self._confirm(uow, event, now)
        job = uow.outbox.by_token(event.token)
        if job is None:
            self.summary.unmatched += 1
            return False
        if event.kind is EventKind.CLICK:
            settle_unsure(uow, job, now)
            if is_ripe(event.at, now):
                self.clicks.append((answer.seq, event))
            return False
        if apply_answer(uow, event, job, self.rules, now):
            self.summary.applied += 1
        else:
            self.summary.known += 1
        return True

    def _confirm(self, uow: UnitOfWork, event: AnswerEvent, now: datetime) -> bool:
        """Confirm an opt-in; what counts for its time is when the button was pressed, not when we heard of it."""
        answer = confirm_opt_in(uow, event.token, self.rules.suppression_key, now, used_at=event.at)
        self.summary.applied += answer is Answer.CONFIRMED
        self.summary.known += answer in {Answer.KNOWN, Answer.EXPIRED}
        self.summary.unmatched += answer is Answer.UNKNOWN
        return answer is not Answer.UNKNOWN


def _opened(answer: SealedAnswer, sealing_key: X25519PrivateKey) -> AnswerEvent:
    event = read_event(unseal(sealing_key, answer.token_id, answer.sealed))
    if tokens.parse(event.token).token_id != answer.token_id:
        raise ProtocolViolation("answer_unreadable", detail="token")
    return event
