"""Sort a customer's reply by rules that anybody can read (``sorting.toml``).

What a reply is about decides the order objection, sold, moved, booking: an objection is never overlooked. It counts as
certain only when a "certain" rule fits, the reply is short, asks nothing, and is about nothing else. Whatever is
negated or fits no rule is a question: a person reads it.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from guildpost_agent.domain.bounces.rules import any_of, read
from guildpost_agent.domain.replies.reply import ReplyKind

ORDER: Final = (ReplyKind.OBJECTION, ReplyKind.SOLD, ReplyKind.MOVED, ReplyKind.BOOKING)
MOST_CERTAIN: Final = 400
"""Characters; who writes more has more to say than one rule can know."""


@dataclass(frozen=True)
class Sorted:
    """What a reply is about, and whether that is beyond doubt."""

    kind: ReplyKind
    certain: bool


@dataclass(frozen=True)
class _Rule:
    certain: re.Pattern[str] | None
    likely: re.Pattern[str]
    never: re.Pattern[str]


def sort_reply(text: str, subject: str = "") -> Sorted:
    """Sort a reply.

    Args:
        text: what the customer wrote, without quotes.
        subject: counts only where the text is empty, and unless it answers ours (``Re:``, ``AW:``).
    """
    written = _plain(text) or _plain("" if re.match(r"(?i)\s*(?:re|aw|antw|wg|fwd?)\s*:", subject) else subject)
    found = [kind for kind in ORDER if _likely(_rules()[kind], written)]
    if not found:
        return Sorted(ReplyKind.QUESTION, certain=False)
    kind = found[0]
    sure = _rules()[kind].certain
    alone = len(found) == 1 and "?" not in written and len(written) <= MOST_CERTAIN
    return Sorted(kind, certain=bool(alone and sure and sure.search(written)))


def _likely(rule: _Rule, written: str) -> bool:
    fits = rule.likely.search(written) or (rule.certain and rule.certain.search(written))
    return bool(fits) and not rule.never.search(written)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.casefold().replace("’", "'")).strip()


@cache
def _rules() -> dict[ReplyKind, _Rule]:
    table = read("sorting.toml", package=__package__)
    return {
        kind: _Rule(any_of(row["certain"]) if row["certain"] else None, any_of(row["likely"]), any_of(row["never"]))
        for kind in ORDER
        for row in (table[kind.value],)
    }
