"""A customer's reply: acted on where it is beyond doubt, kept for the staff otherwise.

reply                                  what follows
────────────────────────────────────   ──────────────────────────────────────────────────────────────────────────
objection, certain                     as the relay's answer "stop": everything, every channel; kept as done
sold, certain, to a message of ours    as the relay's answer "sold": the vehicle is gone; kept as done
booking, certain, to one of ours       as the relay's answer "book"; kept open: somebody arranges the appointment
automatic answer                       noted without its text
anything else                          kept open for the staff

Whom it is from says the message it answers (its Message-ID is in In-Reply-To or References), else the sender's
address where exactly one customer has it; anybody else's mail is not ours and stays where it lies.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from guildpost_agent.app.apply_answer import AnswerRules, apply_answer
from guildpost_agent.app.consents.close import close_consents
from guildpost_agent.app.ports.unit_of_work import OutboxJob, UnitOfWork
from guildpost_agent.domain.consent.terms import Kind
from guildpost_agent.domain.replies.reply import Reply, ReplyKind, ReplyState, reply_id
from guildpost_agent.domain.replies.sorting import Sorted, sort_reply
from guildpost_agent.domain.suppression import ALL_CHANNELS
from guildpost_shared.answers.events import Answer, AnswerEvent, EventKind

_ANSWERS: Final = {
    ReplyKind.OBJECTION: Answer.STOP,
    ReplyKind.SOLD: Answer.SOLD,
    ReplyKind.BOOKING: Answer.BOOK,
}
_STAFF_TOO: Final = frozenset({ReplyKind.BOOKING})
MOST_SUBJECT: Final = 300


@dataclass(frozen=True)
class Letter:
    """What arrived from a customer.

    Attributes:
        raw: the message's bytes, for its id.
        customer_id: who wrote.
        job: the message that is answered, where that is known.
        sender: the address it came from.
        subject: as written.
        text: without quotes.
        automatic: it is an automatic answer.
    """

    raw: bytes
    customer_id: str
    job: OutboxJob | None
    sender: str
    subject: str
    text: str
    automatic: bool


def take_reply(uow: UnitOfWork, letter: Letter, rules: AnswerRules, now: datetime) -> Reply | None:
    """Sort a reply, act where it is beyond doubt, and keep it; None where it is known already."""
    found = Sorted(ReplyKind.AWAY) if letter.automatic else sort_reply(letter.text, letter.subject)
    name = reply_id(letter.raw)
    if uow.replies.get(name) is not None:
        return None
    acted = (found.certain or found.objects) and _act(uow, found.kind, letter, rules, now)
    done = found.kind is ReplyKind.AWAY or (acted and found.certain and found.kind not in _STAFF_TOO)
    reply = Reply(
        reply_id=name,
        customer_id=letter.customer_id,
        touchpoint_id=letter.job.touchpoint_id if letter.job else "",
        received_at=now,
        kind=found.kind,
        acted=found.kind.value if acted else "",
        sender=letter.sender[:320],
        subject=letter.subject[:MOST_SUBJECT],
        text="" if letter.automatic else letter.text,
        state=ReplyState.DONE if done else ReplyState.OPEN,
    )
    uow.replies.add(reply)
    return reply


def _act(uow: UnitOfWork, kind: ReplyKind, letter: Letter, rules: AnswerRules, now: datetime) -> bool:
    """Do what a reply says beyond doubt; say whether anything was done."""
    name = reply_id(letter.raw)
    answer = _ANSWERS.get(kind)
    if answer is None:
        return False
    if letter.job is not None:
        return apply_answer(
            uow, AnswerEvent(name, letter.job.token, EventKind.ANSWER, answer, now), letter.job, rules, now
        )
    if kind is not ReplyKind.OBJECTION:
        return False
    source = f"reply:{name}"
    close_consents(
        uow, letter.customer_id, Kind.OBJECTED, ALL_CHANNELS, key=rules.suppression_key, source=source, at=now
    )
    uow.records.block_advertising(letter.customer_id)
    return True
