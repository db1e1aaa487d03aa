"""A brand that says it keeps out of prices: it sets, knows, asks for none; they are the dealer's own (abstains.toml).

Such a sentence is the opposite of a price that is set, though it speaks of nothing else. It excuses talk of prices,
never an amount, a percentage or a gift, and it excuses nothing once it goes on to bind somebody:

    Ihre Preise bestimmen Sie selbst, die Marke gibt keine vor.       keeps out
    Ihre Preise bestimmen Sie selbst, solange sie nicht darunter liegen.    does not
    If customers ask about discounts, answer as you think right.      keeps out: the question is the clause before
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from guildpost_shared.lint.tables import has, words

_CLAUSE: Final = re.compile(r"[,;:]\s|\s(?:and|und|sowie)\s")
_ASKS: Final = re.compile(
    r"\W*(?:and |und )?(?:whether|how|what|which|if|when|asked|ob|wie|was|welche\w*|wenn|wer|fragt|fragen|for|bei)\b",
    re.IGNORECASE,
)
"""How a clause begins that one of the next two answers."""
_REFERS: Final = re.compile(r"\b(?:dazu|hierzu|darüber|dafür|on (?:this|that|them)|about (?:it|this|that|them))\b")
"""What stands for the prices of the clause before."""


@lru_cache(maxsize=1024)
def keeps_out_of_prices(around: str) -> bool:
    """Say whether the brand keeps out of prices in a sentence.

    Args:
        around: the sentence, normalised.
    """
    if has("abstains", "turns", around):
        return False
    starts = [0, *(mark.end() for mark in _CLAUSE.finditer(around))]
    ends = [*starts[1:], len(around)]
    clauses = [around[start:end] for start, end in zip(starts, ends, strict=True)]
    if any(has("abstains", "binds", clause) and has("abstains", "bound", clause) for clause in clauses):
        return False
    said = [at for at, clause in enumerate(clauses) if _knows_nothing(clause)]
    spans = [(at, at) for at in said]
    for match in words("abstains", "keeps_out").finditer(around):
        own = max(at for at, start in enumerate(starts) if start <= match.start())
        spans.append((own, max(at for at, start in enumerate(starts) if start < match.end())))
    return any(_of_prices(clauses, own, last) for own, last in spans)


def _knows_nothing(clause: str) -> bool:
    """Say whether the brand knows nothing, asks for nothing or says nothing, in whatever order."""
    return all(has("abstains", key, clause) for key in ("who", "knows", "nothing")) and not has(
        "abstains", "forbids", clause
    )


def _of_prices(clauses: Sequence[str], own: int, last: int) -> bool:
    """Say whether clauses speak of prices, refer to those of the one before, or one beside them asks about prices."""
    if any(has("abstains", "money", clause) for clause in clauses[own : last + 1]):
        return True
    if own > 0 and _REFERS.search(clauses[own]) and has("abstains", "money", clauses[own - 1]):
        return True
    beside = (*clauses[max(0, own - 2) : own], *clauses[last + 1 : last + 2])
    return any(_ASKS.match(asked) and has("abstains", "money", asked) for asked in beside)
