"""What may stand in a slot, in plain words, for whoever fills it in or approves it."""

from collections.abc import Iterator

from guildpost_shared.catalog import load
from guildpost_shared.errors import Language
from guildpost_shared.templates.slot_values import SlotKind
from guildpost_shared.templates.slots import SlotOwner, SlotSpec

_MEASURED = frozenset({SlotKind.TEXT, SlotKind.LONG_TEXT})


def kind_words(slot: SlotSpec, language: Language) -> str:
    """Name a slot's kind."""
    return load("guildpost_shared.templates", language).text(f"slot.kind.{slot.kind}")


def rule_words(slot: SlotSpec, language: Language) -> tuple[str, ...]:
    """List what holds for a slot, a phrase each: whose it is, whether it must be filled, and its limits."""
    return tuple(_rules(slot, language))


def _rules(slot: SlotSpec, language: Language) -> Iterator[str]:
    texts, limits = load("guildpost_shared.templates", language), slot.limits
    if slot.owner is SlotOwner.BRAND:
        yield texts.text("slot.locked")
        return
    yield texts.text("slot.required" if slot.required and not slot.text else "slot.optional")
    if slot.kind in _MEASURED:
        yield texts.text("slot.most", most=limits.most)
    if limits.least:
        yield texts.text("slot.least", least=limits.least)
    if slot.kind is SlotKind.LONG_TEXT:
        yield texts.text("slot.lines", most=limits.lines)
    if limits.pattern:
        yield texts.text("slot.pattern", pattern=limits.pattern.source)
    if limits.choices:
        yield texts.text("slot.choices", choices=" · ".join(limits.choices))
    if limits.first_day:
        yield texts.text("slot.first_day", day=limits.first_day)
    if limits.last_day:
        yield texts.text("slot.last_day", day=limits.last_day)
