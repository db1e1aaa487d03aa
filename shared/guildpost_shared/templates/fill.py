"""Fill a message for one recipient, by the same rules for what the agent sends and for what a preview shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from guildpost_shared.errors import Language
from guildpost_shared.templates.context import BrandContext, DealerContext, LinkContext, MessageContext, VehicleContext
from guildpost_shared.templates.salutation import Recipient, Style, address_lines, may_be_informal, salutation
from guildpost_shared.templates.wording import (
    LegalBasis,
    closing_text,
    due_month_text,
    legal_basis_sentence,
    season_of,
)

_NEAR_DAYS: Final = 180
_FACTUAL: Final = Style()


@dataclass(frozen=True)
class Occasion:
    """What a message is about.

    Attributes:
        vehicle: about which vehicle.
        due: the due date.
        estimated: the due date was worked out, so the text says "voraussichtlich".
        reminder: a message of the same sequence went before.
        warranty_end: the last day of the warranty, where it is known.
        also_due: what else the same visit answers, a line each.
    """

    vehicle: VehicleContext
    due: date
    estimated: bool = False
    reminder: bool = False
    warranty_end: date | None = None
    also_due: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sender:
    """Who writes, in which style, with which links, and what the dealer has filled into slots."""

    dealer: DealerContext
    brand: BrandContext
    links: LinkContext
    style: Style = _FACTUAL
    slots: Mapping[str, str] = field(default_factory=dict)


def fill_message(
    recipient: Recipient,
    occasion: Occasion,
    sender: Sender,
    *,
    basis: LegalBasis,
    today: date,
    language: Language,
    addressed: bool = True,
) -> MessageContext:
    """Fill everything a template may name.

    Args:
        recipient: to whom.
        occasion: about what.
        sender: from whom; "Du" is said only to whom it is possible.
        basis: on which ground this person is written to.
        today: the dealer's local day.
        language: of the message.
        addressed: whether the postal address stands in it.

    Raises:
        Refused: ``letter_address_too_long``.
    """
    style, dealer = sender.style, sender.dealer
    if style.informal and not may_be_informal(recipient):
        style = replace(style, informal=False)
    return MessageContext(
        language=language,
        salutation=salutation(recipient, language, style),
        addressee=address_lines(recipient, language) if addressed else (),
        vehicle=occasion.vehicle,
        due_month=due_month_text(occasion.due, language),
        estimated=occasion.estimated,
        overdue=occasion.due < today,
        dealer=dealer,
        links=sender.links,
        legal_basis=legal_basis_sentence(basis, dealer.name, language, informal=style.informal),
        slots=sender.slots,
        brand=sender.brand,
        also_due=occasion.also_due,
        reminder=occasion.reminder,
        tone=style.tone,
        informal=style.informal,
        closing=closing_text(style, dealer.town, language),
        warranty_month=_warranty_month(occasion.warranty_end, today, language),
        season=season_of(today) or "",
    )


def _warranty_month(end: date | None, today: date, language: Language) -> str:
    """Name the month in which the warranty ends; only where that day is known and near."""
    near = end is not None and today <= end <= today + timedelta(days=_NEAR_DAYS)
    return due_month_text(end, language) if near and end is not None else ""
