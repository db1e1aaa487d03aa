"""What follows from a finding for the message it is about, and for its address.

finding                                           action      what follows
───────────────────────────────────────────────   ─────────   ─────────────────────────────────────────────────
hard; 5.2.1 with a suspended account              suppress    address suppressed, message bounced, next channel
soft, the server gave up                          count       message bounced, next channel; the third within 30
                                                              days suppresses the address
soft, the server goes on trying                   wait        nothing: it may still arrive
message too big, malformed                        mend        message bounced; the template has to be looked at
sender                                            stop        message bounced; mails rest, an alert; the address
                                                              is never suppressed
feedback                                          object      advertising by mail withdrawn (opt-out: likewise)
auto-reply, not a bounce                          none        nothing
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from guildpost_agent.domain.bounces.finding import BounceClass, Finding

SOFT_LIMIT: Final = 3
SOFT_SPAN: Final = timedelta(days=30)
_MEND: Final = frozenset({"mesgtoobig", "contenterror", "notcompliantrfc", "syntaxerror", "exceedlimit"})
_DEAD: Final = "5.2.1"


class Action(StrEnum):
    """See the module's table."""

    SUPPRESS = "suppress"
    COUNT = "count"
    WAIT = "wait"
    MEND = "mend"
    STOP = "stop"
    OBJECT = "object"
    NONE = "none"


_BY_CLASS: Final = {
    BounceClass.HARD: Action.SUPPRESS,
    BounceClass.SENDER: Action.STOP,
    BounceClass.FEEDBACK: Action.OBJECT,
}


def action_for(finding: Finding) -> Action:
    """Say what follows from a finding."""
    if finding.bounce_class is BounceClass.SOFT:
        return _after_soft(finding)
    return _BY_CLASS.get(finding.bounce_class, Action.NONE)


def _after_soft(finding: Finding) -> Action:
    if finding.delayed:
        return Action.WAIT
    if finding.reason in _MEND:
        return Action.MEND
    return Action.SUPPRESS if (finding.status, finding.reason) == (_DEAD, "suspend") else Action.COUNT


def too_often(earlier: Iterable[datetime], now: datetime) -> bool:
    """Say whether a soft bounce now is the third within 30 days.

    Args:
        earlier: when this address bounced softly before, each message once.
        now: when it bounces again.
    """
    return sum(now - SOFT_SPAN <= at <= now for at in earlier) + 1 >= SOFT_LIMIT
