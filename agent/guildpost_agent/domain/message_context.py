"""From the dealer's records to the values a template may name."""

from collections.abc import Mapping
from datetime import date
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
from guildpost_shared.templates.fill import Occasion, Sender, fill_message
from guildpost_shared.templates.salutation import Gender, Household, Person, Recipient, Style, Tone
from guildpost_shared.templates.wording import LegalBasis, legal_basis_sentence

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
def dealer_context(dealer: Dealer, own_domains: tuple[str, ...] = ()) -> DealerContext:
    """Give the sender with the imprint the law asks for (§ 5 DDG, § 35a GmbHG, § 37a HGB).

    Args:
        dealer: who writes.
        own_domains: domains of the dealer's besides that of the website.
    """
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
        own_domains=own_domains,
    )


def vehicle_context(vehicle: Vehicle) -> VehicleContext:
    """Give what a message says about a vehicle."""
    return VehicleContext(
        make=vehicle.make,
        model=vehicle.model,
        plate=vehicle.plate,
        electric=vehicle.fuel.casefold() in _ELECTRIC,
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
    own_domains: tuple[str, ...] = (),
    addressed: bool = True,
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
        own_domains: where the dealer's own pages are, besides the website.
        addressed: whether the postal address stands in it; what has none can be longer than a letter's window.
    """
    occasion = Occasion(
        vehicle_context(vehicle),
        touchpoint.due_date,
        estimated=estimated,
        reminder=touchpoint.arm == FOLLOW_UP_ARM,
        warranty_end=vehicle.warranty_end,
        also_due=also_due,
    )
    sender = Sender(dealer_context(dealer, own_domains), brand, links, style, slots or {})
    return fill_message(
        recipient_of(customer),
        occasion,
        sender,
        basis=_BASES[basis],
        today=today,
        language=language,
        addressed=addressed,
    )


def style_of(tone: Tone, dealer: Dealer, *, informal: bool) -> Style:
    """Give the style of a dealer's messages; the south's greeting is only for dealers there."""
    return Style(tone, informal, south=dealer.state in _SOUTH)


def ground_text(basis: str, dealer: Dealer, language: Language, *, informal: bool = False) -> str:
    """Say on which ground somebody is written to (see ``legal_basis``)."""
    return legal_basis_sentence(_BASES[basis], dealer.name, language, informal=informal)
