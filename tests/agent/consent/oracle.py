"""A second opinion on what may be sent, written from the law alone: it reads what was said, never the ledger.

Deliberately naive: for one question it goes through everything that was ever said about that purpose and channel.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

ELECTRONIC = ("email", "sms")
SIMILAR = ("service_reminders", "offers", "satisfaction")


@dataclass(frozen=True)
class Said:
    """One thing that was said or done, as a bystander would note it.

    Attributes:
        what: ``paper``, ``link``, ``dms``, ``notice``, ``order``, ``interest`` are a yes; ``no``, ``dms_no`` a no;
            ``wishes`` are preferences; ``erased`` removes all that is known but the list.
        proof: which pieces of evidence there are.
    """

    what: str
    at: datetime
    purpose: str = "*"
    channel: str = "*"
    day: date | None = None
    first: date | None = None
    last: date | None = None
    proof: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """What is asked, when, about what sort of person."""

    purpose: str
    channel: str
    content: str
    now: datetime
    is_business: bool
    advertising_block: bool


YES = ("paper", "link", "dms", "notice", "order", "interest")
NO = ("no", "dms_no")


def lawful(said: Sequence[Said], ask: Question, uses: Sequence[tuple[str, datetime]]) -> bool:
    """Say whether the law allows it."""
    if ask.purpose == "transactional" or ask.content == "transactional":
        return ask.purpose == ask.content
    if ask.advertising_block or (ask.content == "maker") != (ask.purpose == "maker_offers"):
        return False
    if not _wished(said, ask):
        return False
    about = _about(said, ask)
    # Art. 21 (3) GDPR: whoever has objected is left alone until he himself says otherwise.
    for i, no in enumerate(about):
        if no.what in NO and not any(_answers(yes, no) for yes in about[i + 1 :]):
            return False
    if ask.channel == "letter" and ask.purpose != "maker_offers":
        return True
    return any(_carries(about, i, ask, uses) for i in range(len(about)))


def _about(said: Sequence[Said], ask: Question) -> list[Said]:
    """List what concerns the question; of the time before an erasure only the general noes are left, on the list."""
    erased = max((i for i, one in enumerate(said) if one.what == "erased"), default=-1)
    return [
        one
        for i, one in enumerate(said)
        if one.what in (*YES, *NO)
        and one.purpose in ("*", ask.purpose)
        and one.channel in ("*", ask.channel)
        and (i > erased or (one.what == "no" and one.purpose == "*"))
    ]


def _wished(said: Sequence[Said], ask: Question) -> bool:
    erased = max((i for i, one in enumerate(said) if one.what == "erased"), default=-1)
    wishes = [one for one in said[erased + 1 :] if one.what == "wishes"]
    if not wishes:
        return True
    pause, blocked = wishes[-1].last, wishes[-1].proof["blocked"]
    return (ask.purpose, ask.channel) not in blocked and (pause is None or ask.now.date() > pause)


def _proved(yes: Said, channel: str, purpose: str) -> bool:
    """Art. 7 (1) GDPR, § 7 (3) UWG, § 7a UWG: what cannot be demonstrated was not given."""
    has = {name for name, piece in yes.proof.items() if piece}
    if yes.what == "link":
        return channel == "email" and {"text", "confirmed"} <= has
    if yes.day is None or yes.day > yes.at.date() + timedelta(days=1):
        return False
    needed = {
        "paper": {"source", "by", "version", "text"},
        "dms": {"source"},
        "order": {"reference"},
        "interest": {"reference"},
        "notice": {"reference", "reference_on", "own_similar", "version", "text", "in_every_message"},
    }[yes.what]
    fits = {
        "notice": channel in ELECTRONIC and purpose in SIMILAR,
        "order": purpose == "service_reminders",
        "interest": channel == "phone",
    }.get(yes.what, True)
    return fits and needed <= has


def _answers(yes: Said, no: Said) -> bool:
    """Say whether the customer took a no back: with a proved consent given later, and not by hearsay of the DMS."""
    if yes.what not in ("paper", "link", "dms") or not _proved(yes, yes.channel, yes.purpose):
        return False
    if yes.what == "dms" and no.what == "no":
        return False
    if yes.what == "link":
        return bool(yes.proof["confirmed"] > no.at)
    return yes.day is not None and yes.day > (no.at + timedelta(hours=14)).date()


def _carries(about: Sequence[Said], i: int, ask: Question, uses: Sequence[tuple[str, datetime]]) -> bool:
    """Say whether the yes at ``i`` still stands and covers this message."""
    yes = about[i]
    if yes.what not in YES or not _proved(yes, ask.channel, ask.purpose):
        return False
    if any(one.what in NO for one in about[i + 1 :]):
        return False
    before = [(k, one) for k, one in enumerate(about[:i]) if one.what in NO]
    if not all(any(_answers(later, no) for later in about[k + 1 : i + 1]) for k, no in before):
        return False
    return _covers(about, i, ask, uses)


def _covers(about: Sequence[Said], i: int, ask: Question, uses: Sequence[tuple[str, datetime]]) -> bool:
    yes, today = about[i], ask.now.date()
    if (yes.first and today < yes.first) or (yes.last and today > yes.last):
        return False
    if yes.what in ("notice", "interest"):
        return ask.content == "own_similar" and (yes.what == "notice" or ask.is_business)
    if yes.what == "dms":
        newer = [one for one in about[i + 1 :] if one.what == "dms" and _proved(one, ask.channel, ask.purpose)]
        if newer and (newer[-1].day, newer[-1].first, newer[-1].last) != (yes.day, yes.first, yes.last):
            return False
    return yes.what == "order" or ask.channel == "letter" or not _asleep(yes, ask, uses)


def _asleep(yes: Said, ask: Question, uses: Sequence[tuple[str, datetime]]) -> bool:
    """About two years without any use."""
    latest = max([yes.at, *(at for channel, at in uses if channel == ask.channel)])
    return (ask.now.year - latest.year) * 12 + ask.now.month - latest.month - (ask.now.day < latest.day) >= 24
