"""What a mail server's reply means for a message (RFC 5321 reply codes, RFC 3463 enhanced status codes).

reply                                               verdict     what follows
─────────────────────────────────────────────────   ─────────   ────────────────────────────────────────────
2xx after the final dot                             accepted    sent
5.1.0 5.1.1 5.1.2 5.1.10 5.2.1 at RCPT or after     dead        bounced, address suppressed at once
other 5xx at RCPT                                   bounced     bounced; the address stays usable
4xx, 5.2.2 (mailbox full), greylisting              deferred    tried again, for 72 hours
5.7.x, 4.7.x, block-list and DMARC wording,
  any refusal of MAIL FROM, 530 534 535 538         stopped     the run stops; the recipient is never suppressed
5.3.4, 5.6.x, other 5xx at DATA                     rejected    the template has to be mended
no reply after the message was handed over          unknown     unsure: a person decides

Greylisting answers 4.7.1 now and then; its wording tells it from a block.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Stage(StrEnum):
    """Which command was answered."""

    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"


class Verdict(StrEnum):
    """What the reply means (see the module's table)."""

    ACCEPTED = "accepted"
    DEAD = "dead"
    BOUNCED = "bounced"
    DEFERRED = "deferred"
    STOPPED = "stopped"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Receipt:
    """A verdict with its evidence: reply code and enhanced status. Never the text, which may name the recipient."""

    verdict: Verdict
    code: int = 0
    status: str = ""

    def __str__(self) -> str:
        return f"{self.verdict.value} {self.code or '–'} {self.status}".strip()


_STATUS: Final = re.compile(r"^\s*([245]\.\d{1,3}\.\d{1,3})\b")
_DEAD: Final = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.10", "5.2.1"})
_AUTHENTICATION: Final = frozenset({530, 534, 535, 538})  # RFC 4954, section 6
_GREYLIST: Final = re.compile(r"gr[ea]y.?list", re.IGNORECASE)
_BLOCKED: Final = re.compile(
    r"block.?list|black.?list|\b(?:rbl|dnsbl|spamhaus|dmarc|spf|dkim)\b|reputation|\bspam\b", re.IGNORECASE
)
_MAILBOX_FULL: Final = "5.2.2"
_STORAGE_EXCEEDED: Final = 552
_PERMANENT: Final = 500
_TRANSIENT: Final = 400


def classify(stage: Stage, code: int, text: str) -> Receipt:
    """Judge a reply.

    Args:
        stage: the command that was answered.
        code: three digits.
        text: what stands after them, enhanced status first if the server gives one.
    """
    found = _STATUS.match(text)
    status = found.group(1) if found else ""
    return Receipt(_verdict(stage, code, status, text), code, status)


def _verdict(stage: Stage, code: int, status: str, text: str) -> Verdict:  # noqa: PLR0911 — one return per row of the module's table
    if code < _TRANSIENT:
        return Verdict.ACCEPTED
    if code in _AUTHENTICATION:
        return Verdict.STOPPED
    if code < _PERMANENT:
        blocked = status.startswith("4.7.") and not _GREYLIST.search(text)
        return Verdict.STOPPED if blocked else Verdict.DEFERRED
    if status in _DEAD and stage is not Stage.MAIL:
        return Verdict.DEAD
    if stage is Stage.MAIL or status.startswith("5.7.") or _BLOCKED.search(text):
        return Verdict.STOPPED
    if status == _MAILBOX_FULL or (stage is Stage.RCPT and code == _STORAGE_EXCEEDED and not status):
        return Verdict.DEFERRED
    if stage is Stage.RCPT and not status.startswith(("5.3.4", "5.6.")):
        return Verdict.BOUNCED
    return Verdict.REJECTED
