"""Say of a learned time what the network found, what one's own customers say to it, and whether it is a trial."""

from collections.abc import Mapping
from typing import Final

from guildpost_shared.catalog import Catalog

Value = str | int | float | bool
PARTS: Final[Mapping[str, str]] = {"plan.reason.lead_learned": "lead", "plan.reason.slot_learned": "slot"}
"""Sentences that have such words in them, and what they are about."""


def learned_words(message_id: str, facts: Mapping[str, Value], catalog: Catalog) -> dict[str, str]:
    """Give the words that the sentence of a learned time needs; none for any other sentence.

    Args:
        message_id: of the sentence.
        facts: of the reason: ``percent``, ``group``, ``own``, ``trial``.
        catalog: the language.
    """
    part = PARTS.get(message_id)
    if part is None:
        return {}
    return {
        "group": catalog.text(f"plan.learned.group.{facts['group']}"),
        "difference": difference(part, int(facts["percent"]), catalog),
        "own": catalog.text(f"plan.learned.own.{facts['own']}"),
        "trial": f" {catalog.text('plan.learned.trial')}" if facts["trial"] else "",
    }


def difference(part: str, percent: int, catalog: Catalog) -> str:
    """Say by how many per cent ``lead`` or ``slot`` differs from the recommended one."""
    which = "same" if percent == 0 else "more" if percent > 0 else "less"
    return catalog.text(f"plan.learned.{part}.{which}", percent=abs(percent))
