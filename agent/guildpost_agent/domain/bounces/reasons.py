"""Why a server refused: from its words, the status, the reply code, and the command that it answered."""

import re
from dataclasses import dataclass
from typing import Final

from guildpost_agent.domain.bounces.addresses import ADDRESS
from guildpost_agent.domain.bounces.codes import refusal_in, reply_code
from guildpost_agent.domain.bounces.rules import rules

MOST_WORDING: Final = 4_000
UNKNOWN: Final = "onhold"
_VAGUE: Final = frozenset({"", "onhold", "securityerror", "systemerror"})
_STAGE_ORDER: Final = ("rcpt", "mail", "data", "connect")

_PREAMBLE: Final = re.compile(
    r"(?i)smtp error from remote (?:mail )?(?:server|mailer) (?:after|for) [^\n:]{0,80}:?[^\n:]{0,80}:?"
)
_BRACKETED: Final = re.compile(rf"<\s*{ADDRESS.pattern}\s*>")
_PARAGRAPH: Final = re.compile(r"\n[ \t>]*\n")
_CONTINUED: Final = re.compile(r"(?m)(?<=\s)[45]\d\d-(?:[45]\.\d{1,3}\.\d{1,3})?[ \t]*")


@dataclass(frozen=True)
class Refusal:
    """What is known of one recipient's refusal.

    Attributes:
        wording: what was said about this recipient, the most telling text first.
        status: of RFC 3463; empty if unknown.
        notice: the whole notice, where neither wording nor status says enough.
        delayed: the server goes on trying.
        category: the reporting server's own word for it; empty if unknown.
    """

    wording: tuple[str, ...]
    status: str
    notice: str = ""
    delayed: bool = False
    category: str = ""


def reason_of(refusal: Refusal) -> str:
    """Give the reason, one of ``finding.REASONS`` or ``delivered``."""
    said = "\n".join(refusal.wording)
    code = reply_code(said)
    if refusal.status.startswith("2.") or (not refusal.status and code.startswith("2")):
        return "delivered"
    stage = stage_of(said) or assumed_stage(refusal.notice) or ("" if code else "local")
    around = f"{refusal.notice}\n{said}"
    by_status = rules().by_status.get(f"x{refusal.status[1:]}", "")
    tells = by_status not in _VAGUE and not (stage == "mail" and by_status == "userunknown")
    if reason := _by_words(refusal, code, stage):
        return reason
    if tells:
        return by_status
    if not code:
        code = reply_code(refusal.notice)
        if reason := _by_wording(refusal.notice, refusal.status, code, "" if code else stage, around):
            return reason
    if refusal.delayed:
        return "expired"
    return _by_last_words(refusal, code, stage) or rules().by_stage.get(stage, "") or by_status or UNKNOWN


def _by_words(refusal: Refusal, code: str, stage: str) -> str:
    """Judge by what was said: a remote server's own reply, where there is one, counts before what is said about it."""
    around = "\n".join((refusal.notice, *refusal.wording))
    for wording in refusal.wording:
        reply = reply_in(wording)
        if reason := _by_wording(reply or wording, refusal.status, code, stage, around):
            return reason
        if reply:
            break
    return _by_wording(f"category {refusal.category}", "", "", "", "") if refusal.category else ""


def _by_last_words(refusal: Refusal, code: str, stage: str) -> str:
    """Judge by single words of what was said first, the last thing to go by."""
    said = next(iter(refusal.wording), "")
    text = plain(reply_in(said) or said)
    return next((rule.reason for rule in rules().last if text and rule.fits(text, refusal.status, code, stage, "")), "")


def _by_wording(wording: str, status: str, code: str, stage: str, around: str) -> str:
    text = plain(wording)
    fitting = (rule.reason for rule in rules().reasons if text and rule.fits(text, status, code, stage, around))
    return next(fitting, "")


def assumed_stage(notice: str) -> str:
    """Give the command that a known server's notice speaks of without saying so."""
    return next((name for name, pattern in rules().assumed.items() if pattern.search(notice)), "")


def stage_of(text: str) -> str:
    """Give the command that was answered last, as far as the text names one."""
    text = text[-MOST_WORDING:]
    last = {
        name: max((one.start() for one in pattern.finditer(text)), default=-1)
        for name, pattern in rules().stages.items()
    }
    best = max(_STAGE_ORDER, key=lambda name: last[name])
    return best if last[best] >= 0 else ""


def reply_in(wording: str) -> str:
    """Give the server's own reply inside a text, from its code to the next empty line; empty where there is none."""
    found = refusal_in(wording)
    return _PARAGRAPH.split(wording[found.start() :], maxsplit=1)[0] if found else ""


def plain(wording: str) -> str:
    """Bring wording to one line without addresses and the code before every line of a reply."""
    text = _CONTINUED.sub("", _PREAMBLE.sub(" ", f" {wording[:MOST_WORDING]}"))
    text = ADDRESS.sub("<@>", _BRACKETED.sub("<@>", text))
    return re.sub(r"\s+", " ", text).strip()
