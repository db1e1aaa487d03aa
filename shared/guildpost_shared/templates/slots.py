"""Typed slots: what the brand has locked, what the dealer may fill, and within which limits.

A slot of the brand's is locked: whatever a dealer fills in under its name is not looked at. A slot of the dealer's is
free within its kind and limits (``slot_values``). Everything else of a template – imprint, legal basis, unsubscribe
link, the brand's words – is no slot at all, so that no filling can reach it.

A price slot is always the dealer's, empty by default and without limits of its amount (rule R10: the brand sets no
price, nor a least or a most). A price to a consumer is a total price including VAT, so the form is fixed to an amount
with cents and the euro sign, with "ab" only as a prefix (PAngV).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from guildpost_shared.errors import Language
from guildpost_shared.problems import Problem
from guildpost_shared.services.fields import Fields
from guildpost_shared.templates.context import Value
from guildpost_shared.templates.slot_pattern import SlotPattern
from guildpost_shared.templates.slot_values import MOST_RAW, Limits, SlotKind, problem_of, shown, tidy

_NAME = r"[a-z][a-z0-9_]{1,39}"
_LINE: Final = r"[^\x00-\x1f\x7f]{1,200}"
_MOST: Final = {SlotKind.LONG_TEXT: 2_000}
_USUAL: Final = {SlotKind.DATE: 20, SlotKind.PHONE: 30, SlotKind.LINK: 300, SlotKind.CHOICE: 200}
"""How long a value may be where the manifest does not say."""
_ONLY: Final = {
    "min_length": (SlotKind.TEXT, SlotKind.LONG_TEXT),
    "pattern": (SlotKind.TEXT,),
    "lines": (SlotKind.LONG_TEXT,),
    "choices": (SlotKind.CHOICE,),
    "first_day": (SlotKind.DATE,),
    "last_day": (SlotKind.DATE,),
}
"""Which limits which kinds have."""


class SlotOwner(StrEnum):
    """Who writes a slot: the brand's text is locked, the dealer's is free within the limits."""

    BRAND = "brand"
    DEALER = "dealer"


@dataclass(frozen=True)
class SlotSpec:
    """One slot of a template.

    ``text`` is the locked text of a brand slot, or the default of a dealer slot (empty: no default);
    ``sample`` is what previews show, in the template's language.
    """

    name: str
    label: dict[Language, str]
    kind: SlotKind
    owner: SlotOwner
    required: bool
    limits: Limits
    text: str
    sample: str

    def problem(self, value: str, language: Language, own: Iterable[str] | None = None) -> Problem | None:
        """Say what is wrong with what somebody filled in, or nothing.

        Args:
            value: as it was filled in.
            language: of the template.
            own: the dealer's own hosts; None where no dealer is known.
        """
        if len(value) > MOST_RAW:
            return Problem("too_long", most=self.limits.most)
        return problem_of(self.kind, self.limits, tidy(self.kind, value), language, own)

    def filled(self, value: str) -> str:
        """Give what stands in the slot: the brand's text, what the dealer filled in, or the default; tidied."""
        given = "" if self.owner is SlotOwner.BRAND else tidy(self.kind, value)
        return given or self.text

    def shown(self, value: str, language: Language) -> Value:
        """Give what the template reads of a filled value."""
        return shown(self.kind, value, language)


def read_slot(fields: Fields, language: Language) -> SlotSpec:
    """Read one slot of a manifest.

    Raises:
        Refused: the reader's code, with the field.
    """
    name, label = fields.text("name", _NAME), fields.in_both("label")
    kind, owner = fields.choice("kind", SlotKind), fields.choice("owner", SlotOwner)
    required = fields.boolean("required")
    limits = _read_limits(fields, kind)
    most = _MOST.get(kind, 600)
    text, sample = (tidy(kind, fields.passage(each, most)) for each in ("text", "sample"))
    slot = SlotSpec(name, label, kind, owner, required, limits, text, sample)
    fields.end()
    _check(slot, fields, language)
    return slot


def _check(slot: SlotSpec, fields: Fields, language: Language) -> None:
    if slot.kind is SlotKind.PRICE and (slot.owner is SlotOwner.BRAND or slot.text):
        raise fields.refusal("text", Problem("price_is_the_dealers"))
    if slot.owner is SlotOwner.BRAND and not slot.text:
        raise fields.refusal("text", Problem("brand_slot_empty"))
    if slot.owner is SlotOwner.DEALER and not slot.sample:
        raise fields.refusal("sample", Problem("sample_needed"))
    for name, value in (("text", slot.text), ("sample", slot.sample)):
        problem = slot.problem(value, language)
        if problem:
            raise fields.refusal(name, problem)


def _read_limits(fields: Fields, kind: SlotKind) -> Limits:
    given = set(fields.names())
    for name in sorted(_ONLY.keys() & given):
        if kind not in _ONLY[name]:
            raise fields.refusal(name, Problem("limit_not_of_kind", kind=kind.value))
    usual = _USUAL.get(kind)
    most = usual if usual and "max_length" not in given else fields.integer("max_length", 1, _MOST.get(kind, 600))
    first, last = (_day(fields, name, given) for name in ("first_day", "last_day"))
    if first and last and first > last:
        raise fields.refusal("last_day", Problem("inconsistent"))
    return Limits(
        most=most,
        least=fields.integer("min_length", 1, most) if "min_length" in given else 0,
        lines=fields.integer("lines", 1, 20) if kind is SlotKind.LONG_TEXT else 1,
        pattern=_pattern(fields) if "pattern" in given else None,
        choices=fields.texts("choices", _LINE, least=2, most=20) if kind is SlotKind.CHOICE else (),
        first_day=first,
        last_day=last,
    )


def _day(fields: Fields, name: str, given: set[str]) -> date | None:
    return fields.day(name) if name in given else None


def _pattern(fields: Fields) -> SlotPattern:
    try:
        return SlotPattern(fields.text("pattern", _LINE))
    except ValueError:
        raise fields.refusal("pattern", Problem("pattern_unreadable")) from None
