"""The outbox: which message is where, and why none leaves twice.

                 claim                accept
        ready ─────────▶ sending ───────────────▶ sent
        │  ▲               │ │ │ └── bounce ────▶ bounced     the address does not exist or refuses
        │  └─── defer ─────┘ │ └──── reject ────▶ failed      the message itself was refused
        │                    └────── lose ──────▶ unsure ── accept ──▶ sent
        ├─ refuse ─▶ refused     consent, suppression, booking, recall, too late (checked while claiming)
        └─ give_up ▶ failed      put off for 72 hours

``sent`` becomes ``bounced`` by ``return``: another server sent the mail back later (``read_mailbox``).

``sending`` is committed before the first byte goes to the mail server, so a row found in ``sending`` after a crash
may or may not have left: it becomes ``unsure`` and is never sent again by itself. ``unsure`` becomes ``sent`` only by
the late word of the worker that sent it. A letter is different: its batch is written under one name, so a batch found
in ``sending`` is continued, not given up.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from guildpost_shared.errors import Conflict


class State(StrEnum):
    """Where a message is."""

    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    BOUNCED = "bounced"
    FAILED = "failed"
    UNSURE = "unsure"
    REFUSED = "refused"


class Event(StrEnum):
    """What can happen to it."""

    CLAIM = "claim"
    ACCEPT = "accept"
    BOUNCE = "bounce"
    REJECT = "reject"
    DEFER = "defer"
    LOSE = "lose"
    REFUSE = "refuse"
    GIVE_UP = "give_up"
    RETURN = "return"


TRANSITIONS: Final[dict[tuple[State, Event], State]] = {
    (State.READY, Event.CLAIM): State.SENDING,
    (State.READY, Event.REFUSE): State.REFUSED,
    (State.READY, Event.GIVE_UP): State.FAILED,
    (State.SENDING, Event.ACCEPT): State.SENT,
    (State.SENDING, Event.BOUNCE): State.BOUNCED,
    (State.SENDING, Event.REJECT): State.FAILED,
    (State.SENDING, Event.DEFER): State.READY,
    (State.SENDING, Event.LOSE): State.UNSURE,
    (State.UNSURE, Event.ACCEPT): State.SENT,
    (State.SENT, Event.RETURN): State.BOUNCED,
}

BACK_OFF: Final = (
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
    *(timedelta(hours=8),) * 8,
)
"""Waits after each transient refusal: 71 h 45 min in sum (transient refusals are retried for 72 hours)."""


def after(state: State, event: Event) -> State:
    """Give the state that follows.

    Raises:
        Conflict: ``illegal_transition``.
    """
    following = TRANSITIONS.get((state, event))
    if following is None:
        raise Conflict("illegal_transition", state=state.value, event=event.value)
    return following


def next_attempt(attempts: int, now: datetime, not_after: datetime) -> datetime | None:
    """Say when a message that was put off is tried again.

    Args:
        attempts: how often it was put off before this time.
        now: the instant of the refusal.
        not_after: the instant after which it must not go out any more.

    Returns:
        The instant, or None when 72 hours are over or the message would be too late.
    """
    if attempts >= len(BACK_OFF):
        return None
    at = now + BACK_OFF[attempts]
    return at if at <= not_after else None
