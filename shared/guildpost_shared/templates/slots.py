"""Typed slots: what the brand has locked, what the dealer may fill, and within which limits.

A price slot is always the dealer's, empty by default (rule R10: the brand sets no price). A price to a consumer is
a total price including VAT, so the form is fixed to an amount with cents and the euro sign, with "ab" only as a
prefix (PAngV).
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from guildpost_shared.errors import Language
from guildpost_shared.problems import Problem
from guildpost_shared.services.fields import Fields
from guildpost_shared.templates.context import clean

_NAME = r"[a-z][a-z0-9_]{1,39}"
_PRICE: Final = {
    "de": re.compile(r"(ab )?[1-9]\d{0,2}(\.\d{3})?,\d{2} €|(ab )?0,\d{2} €"),
    "en": re.compile(r"(from )?€[1-9]\d{0,2}(,\d{3})?\.\d{2}|(from )?€0\.\d{2}"),
}


class SlotKind(StrEnum):
    """What a slot holds."""

    TEXT = "text"
    PRICE = "price"


class SlotOwner(StrEnum):
    """Who writes a slot: the brand's text is locked, the dealer's is free within the limits."""

    BRAND = "brand"
    DEALER = "dealer"


@dataclass(frozen=True)
class SlotSpec:
    """One slot of a template.

    ``text`` is the locked text of a brand slot, or the default of a dealer slot (empty: no default);
    ``sample`` is what previews show.
    """

    name: str
    label: dict[Language, str]
    kind: SlotKind
    owner: SlotOwner
    required: bool
    max_length: int
    text: str
    sample: str

    def problem(self, value: str, language: Language) -> Problem | None:
        """Say what is wrong with a value, or nothing."""
        if len(value) > self.max_length:
            return Problem("too_long", most=self.max_length)
        if value and self.kind is SlotKind.PRICE and not _PRICE[language].fullmatch(value):
            return Problem("no_price")
        return None


def read_slot(fields: Fields, language: Language) -> SlotSpec:
    """Read one slot of a manifest.

    Raises:
        Refused: the reader's code, with the field.
    """
    slot = SlotSpec(
        name=fields.text("name", _NAME),
        label=fields.in_both("label"),
        kind=fields.choice("kind", SlotKind),
        owner=fields.choice("owner", SlotOwner),
        required=fields.boolean("required"),
        max_length=fields.integer("max_length", 1, 600),
        text=clean(fields.words("text", 600, least=0)),
        sample=clean(fields.words("sample", 600, least=0)),
    )
    fields.end()
    if slot.kind is SlotKind.PRICE and (slot.owner is SlotOwner.BRAND or slot.text):
        raise fields.refusal("text", Problem("price_is_the_dealers"))
    if slot.owner is SlotOwner.BRAND and not slot.text:
        raise fields.refusal("text", Problem("brand_slot_empty"))
    for name, value in (("text", slot.text), ("sample", slot.sample)):
        problem = slot.problem(value, language)
        if problem:
            raise fields.refusal(name, problem)
    return slot
