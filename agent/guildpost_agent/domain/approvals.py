"""What became of a message that somebody had to review first: the table of verdicts, and who gave them.

    verdict   from        to          by whom
    ───────   ────────    ─────────   ─────────────────────────────────────────────────────────
    yes       proposed    planned     a person; it goes out when its time has come
    no        proposed    cancelled   a person; nothing is written for this due date any more
    lapsed    proposed    cancelled   nobody, by the message's last day

Verdicts are only added, never changed: a message that was declined is proposed no second time.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from guildpost_agent.domain.touchpoint_states import CANCELLED, PLANNED


class Verdict(StrEnum):
    """What was decided about a proposed message."""

    YES = "yes"
    NO = "no"
    LAPSED = "lapsed"


LEADS_TO: Final = {Verdict.YES: PLANNED, Verdict.NO: CANCELLED, Verdict.LAPSED: CANCELLED}


@dataclass(frozen=True)
class Approval:
    """A verdict about a touchpoint, when (UTC) and by whom; nobody's name for one that lapsed."""

    touchpoint_id: str
    verdict: Verdict
    at: datetime
    by_whom: str = ""
