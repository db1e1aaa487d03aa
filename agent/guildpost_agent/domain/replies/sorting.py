"""Sort a customer's reply by rules that anybody can read (``sorting.toml``).

What a reply is about is decided in the order of ``ORDER``: an objection is never overlooked, nor a demand for access or
erasure, nor a death, whatever else is said. It counts as certain only when a "certain" rule fits, the reply is
short, asks nothing, and is about nothing else; an objection that is certain is heard at once, also beside something
else that a person has to read. Whatever is negated or fits no rule is a question: a person reads it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from guildpost_agent.domain.bounces.rules import any_of, read
from guildpost_agent.domain.replies.reply import ReplyKind

ORDER: Final = (
    ReplyKind.OBJECTION,
    ReplyKind.RIGHTS,
    ReplyKind.DECEASED,
    ReplyKind.SOLD,
    ReplyKind.MOVED,
    ReplyKind.BOOKING,
)
MOST_CERTAIN: Final = 400
"""Characters; who writes more has more to say than one rule can know."""


class Doubt(StrEnum):
    """Why a reply is not beyond doubt."""

    RIGHTS = "rights"
    """Access or erasure is demanded, alone or beside something else: that is a person's to do within a month."""
    UNKNOWN = "unknown"
    """No rule fits, or what fits is negated."""
    SEVERAL = "several"
    ASKS = "asks"
    LONG = "long"
    LIKELY = "likely"
    """Only the words of a "likely" rule stand there."""


@dataclass(frozen=True)
class Sorted:
    """What a reply is about, and what stands against being sure of that; None where it is beyond doubt.

    Attributes:
        kind: what comes first.
        doubt: why a person has to read it.
        objects: it objects beyond doubt, and says something else besides.
    """

    kind: ReplyKind
    doubt: Doubt | None = None
    objects: bool = False

    @property
    def certain(self) -> bool:
        """Say whether it is beyond doubt."""
        return self.doubt is None


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
        return Sorted(ReplyKind.QUESTION, Doubt.UNKNOWN)
    sure = _rules()[found[0]].certain
    against = {
        Doubt.RIGHTS: ReplyKind.RIGHTS in found,
        Doubt.SEVERAL: len(found) > 1,
        Doubt.ASKS: "?" in written,
        Doubt.LONG: len(written) > MOST_CERTAIN,
        Doubt.LIKELY: not (sure and sure.search(written)),
    }
    doubt = next((doubt for doubt, holds in against.items() if holds), None)
    alone = not (against[Doubt.ASKS] or against[Doubt.LONG] or against[Doubt.LIKELY])
    return Sorted(found[0], doubt, objects=alone and doubt is not None and found[0] is ReplyKind.OBJECTION)


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
