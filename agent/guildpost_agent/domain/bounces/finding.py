"""What a message that arrived says about one recipient."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class BounceClass(StrEnum):
    """What follows from a finding.

    class           meaning
    ─────────────   ──────────────────────────────────────────────────────────────────────
    hard            the address or its domain does not exist, or takes no mail
    soft            it may work another time: mailbox full, server away, filter, delay
    sender          we are refused, not the address: block list, authentication, policy
    auto-reply      somebody is away, or a program answered in a person's name
    feedback        the reader called the message unwanted (RFC 5965)
    not-a-bounce    anything else, a confirmation of delivery too
    """

    HARD = "hard"
    SOFT = "soft"
    SENDER = "sender"
    AUTO_REPLY = "auto-reply"
    FEEDBACK = "feedback"
    NOT_A_BOUNCE = "not-a-bounce"


@dataclass(frozen=True)
class Finding:
    """One recipient's part of a message.

    Attributes:
        recipient: the address in question as it stands in the message; empty where there is none.
        status: ``class.subject.detail`` (RFC 3463); empty where the class has no status.
        bounce_class: see ``BounceClass``.
        reason: one word of ``REASONS``, ``vacation``, ``feedback``, ``delivered``, or empty for what is no bounce.
        delayed: the server goes on trying.
        feedback_type: of a feedback report (RFC 5965, section 7.3), for example ``abuse``.
    """

    recipient: str
    status: str
    bounce_class: BounceClass
    reason: str
    feedback_type: str = ""
    delayed: bool = False


NO_BOUNCE: Final = Finding("", "", BounceClass.NOT_A_BOUNCE, "")

_HARD: Final = frozenset({"userunknown", "hostunknown", "hasmoved", "notaccept"})
_SENDER: Final = frozenset(
    {
        "authfailure",
        "badreputation",
        "blocked",
        "failedstarttls",
        "norelaying",
        "policyviolation",
        "rejected",
        "requireptr",
        "securityerror",
        "spamdetected",
        "speeding",
        "toomanyconn",
        "virusdetected",
    }
)
_SOFT: Final = frozenset(
    {
        "contenterror",
        "exceedlimit",
        "expired",
        "filtered",
        "mailboxfull",
        "mailererror",
        "mesgtoobig",
        "networkerror",
        "notcompliantrfc",
        "onhold",
        "suppressed",
        "suspend",
        "syntaxerror",
        "systemerror",
        "systemfull",
    }
)
REASONS: Final = _HARD | _SENDER | _SOFT


def class_of(reason: str, status: str) -> BounceClass:
    """Give a reason's class; a transient status (4.x.x) never condemns an address (RFC 3463, section 3.1)."""
    if reason == "delivered":
        return BounceClass.NOT_A_BOUNCE
    if reason in _SENDER:
        return BounceClass.SENDER
    if reason in _HARD and not status.startswith("4."):
        return BounceClass.HARD
    return BounceClass.SOFT
