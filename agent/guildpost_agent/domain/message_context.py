"""From the dealer's records to the values a template may name."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from guildpost_agent.config import Dealer
from guildpost_agent.domain.legal_basis import LEGITIMATE_INTEREST
from guildpost_agent.domain.records import Customer, Touchpoint, Vehicle
from guildpost_agent.domain.timing import FOLLOW_UP_ARM
from guildpost_shared.errors import Language
from guildpost_shared.templates.context import (
    BrandContext,
    DealerContext,
    LinkContext,
    MessageContext,
    VehicleContext,
)
from guildpost_shared.templates.salutation import (
    Gender,
    Household,
    Person,
    Recipient,
    Style,
    Tone,
    address_lines,
    may_be_informal,
    salutation,
)
from guildpost_shared.templates.wording import (
    LegalBasis,
    closing_text,
    due_month_text,
    legal_basis_sentence,
    season_of,
)

APPOINTMENT: Final = "appointment"
"""The ground of a confirmation: an appointment was made (Art. 6 (1) (b) GDPR)."""
_GENDERS: Final = {"Frau": Gender.WOMAN, "Herr": Gender.MAN}
_HOUSEHOLDS: Final = {"Eheleute": Household.COUPLE, "Familie": Household.FAMILY}
_ELECTRIC: Final = frozenset({"elektro", "electric", "bev"})
_BASES: Final = {
    "consent": LegalBasis.CONSENT,
    "uwg_7_3": LegalBasis.EXISTING_CUSTOMER,
    LEGITIMATE_INTEREST: LegalBasis.LEGITIMATE_INTEREST,
    "contract": LegalBasis.CONTRACT,
    "duty": LegalBasis.DUTY,
    APPOINTMENT: LegalBasis.APPOINTMENT,
}
_SOUTH: Final = frozenset({"BY", "BW"})
_NEAR_DAYS: Final = 180
_FACTUAL: Final = Style()


def recipient_of(customer: Customer) -> Recipient:
    """Say who is addressed: one person, both of a record kept for two, or a company; nobody's gender is guessed."""
    first = Person(
        given_name=customer.given_name,
        family_name=customer.family_name,
        gender=_GENDERS.get(customer.salutation, Gender.UNKNOWN),
        title=customer.title,
    )
    second = Person(
        given_name=customer.second_given_name,
        family_name=customer.second_family_name,
        gender=_GENDERS.get(customer.second_salutation, Gender.UNKNOWN),
        title=customer.second_title,
    )
    return Recipient(
        persons=tuple(person for person in (first, second) if person.family_name),
        company=customer.company,
        street=customer.street,
        postcode=customer.postcode,
        town=customer.town,
        country=customer.country,
        care_of=customer.care_of,
        household=_HOUSEHOLDS.get(customer.salutation),
    )


@lru_cache(maxsize=8)
def dealer_context(dealer: Dealer) -> DealerContext:
    """Give the sender with the imprint the law asks for (§ 5 DDG, § 35a GmbHG, § 37a HGB)."""
    return DealerContext(
        name=dealer.name,
        legal_name=dealer.legal_name,
        street=dealer.street,
        postcode=dealer.postcode,
        town=dealer.town,
        phone=dealer.phone,
        email=dealer.email,
        website=dealer.website,
        imprint=(
            dealer.legal_name,
            f"{dealer.street}, {dealer.postcode} {dealer.town}",
            f"{dealer.register_court}, {dealer.register_number}",
            dealer.managing_directors,
            dealer.vat_id,
            dealer.phone,
            dealer.email,
        ),
        return_line=f"{dealer.legal_name} · {dealer.street} · {dealer.postcode} {dealer.town}",
    )


def message_context(
    *,
    touchpoint: Touchpoint,
    customer: Customer,
    vehicle: Vehicle,
    estimated: bool,
    basis: str,
    dealer: Dealer,
    links: LinkContext,
    brand: BrandContext,
    today: date,
    language: Language,
    also_due: tuple[str, ...] = (),
    slots: Mapping[str, str] | None = None,
    style: Style = _FACTUAL,
) -> MessageContext:
    """Fill everything a template may name.

    Args:
        touchpoint: what is sent.
        customer: to whom.
        vehicle: about which vehicle.
        estimated: the due date was worked out, so the text says "voraussichtlich".
        basis: on which ground this person is written to (see ``legal_basis``).
        dealer: who writes.
        links: the message's addresses.
        brand: as the template's manifest names it.
        today: the dealer's local day.
        language: of the message.
        also_due: what else the same visit answers, a line each.
        slots: words for the template's slots.
        style: tone and form of address; "Du" only for whom it is possible.
    """
    recipient = recipient_of(customer)
    style = replace(style, informal=style.informal and may_be_informal(recipient))
    return MessageContext(
        language=language,
        salutation=salutation(recipient, language, style),
        addressee=address_lines(recipient, language),
        vehicle=VehicleContext(
            make=vehicle.make,
            model=vehicle.model,
            plate=vehicle.plate,
            electric=vehicle.fuel.casefold() in _ELECTRIC,
        ),
        due_month=due_month_text(touchpoint.due_date, language),
        estimated=estimated,
        overdue=touchpoint.due_date < today,
        dealer=dealer_context(dealer),
        links=links,
        legal_basis=ground_text(basis, dealer, language, informal=style.informal),
        slots=slots or {},
        brand=brand,
        also_due=also_due,
        reminder=touchpoint.arm == FOLLOW_UP_ARM,
        tone=style.tone,
        informal=style.informal,
        closing=closing_text(style, dealer.town, language),
        warranty_month=_warranty_month(vehicle, today, language),
        season=season_of(today) or "",
    )


def style_of(tone: Tone, dealer: Dealer, *, informal: bool) -> Style:
    """Give the style of a dealer's messages; the south's greeting is only for dealers there."""
    return Style(tone, informal, south=dealer.state in _SOUTH)


def ground_text(basis: str, dealer: Dealer, language: Language, *, informal: bool = False) -> str:
    """Say on which ground somebody is written to (see ``legal_basis``)."""
    return legal_basis_sentence(_BASES[basis], dealer.name, language, informal=informal)


def _warranty_month(vehicle: Vehicle, today: date, language: Language) -> str:
    """Name the month in which the warranty ends; only where that day is known and near."""
    end = vehicle.warranty_end
    near = end is not None and today <= end <= today + timedelta(days=_NEAR_DAYS)
    return due_month_text(end, language) if near and end is not None else ""
