"""Which clicks were a person's: what the relay could not tell by the request, judged by time and company.

    not sent      the message had not left, as far as anybody knows
    too soon      within ten seconds of the sending: the gateway of the recipient opens what it lets in
    together      two links of one message within a second: nobody reads so fast
    trap          the link that no person sees was opened within a minute before or after
    person        the rest

Only the message's own link and the way to the booking page count as a click; the others are there to judge by, and
nothing of them is kept. A click is judged when it is a minute old: by then its company has arrived.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from guildpost_shared.answers.events import Link

COUNTED: Final = frozenset({Link.ANSWER, Link.BOOKING})
"""The links that are there to be followed."""


class Verdict(StrEnum):
    """Whose click it was, or why it is nobody's."""

    PERSON = "person"
    NOT_SENT = "not_sent"
    TOO_SOON = "too_soon"
    TOGETHER = "together"
    TRAP = "trap"


@dataclass(frozen=True)
class Click:
    """A link of a message was opened."""

    link: Link
    at: datetime


@dataclass(frozen=True)
class ClickRules:
    """The times that tell machines from people."""

    soonest: timedelta = timedelta(seconds=10)
    together: timedelta = timedelta(seconds=1)
    trap_within: timedelta = timedelta(minutes=1)
    judged_after: timedelta = timedelta(minutes=1)


DEFAULTS = ClickRules()


def is_ripe(at: datetime, now: datetime, rules: ClickRules = DEFAULTS) -> bool:
    """Say whether a click may be judged: nothing that belongs to it is still to come. One from the future is."""
    return not timedelta() <= now - at < rules.judged_after


def judge(clicks: Sequence[Click], left: datetime | None, rules: ClickRules = DEFAULTS) -> list[Verdict]:
    """Judge the clicks on one message's links.

    Args:
        clicks: all that are known, in any order.
        left: when the message left; None if it did not.
        rules: the times.

    Returns:
        One verdict for each, in their order.
    """
    return [_verdict(click, (c for c in clicks if c is not click), left, rules) for click in clicks]


def _verdict(click: Click, others: Iterable[Click], left: datetime | None, rules: ClickRules) -> Verdict:
    if left is None:
        return Verdict.NOT_SENT
    if click.at - left < rules.soonest:
        return Verdict.TOO_SOON
    near = [(other, abs(other.at - click.at)) for other in others]
    if click.link is Link.TRAP or any(o.link is Link.TRAP and gap <= rules.trap_within for o, gap in near):
        return Verdict.TRAP
    if any(other.link is not click.link and gap <= rules.together for other, gap in near):
        return Verdict.TOGETHER
    return Verdict.PERSON
