"""The contract between whoever fills a message and the templates: every value a template may name.

The agent fills a ``MessageContext``; ``values`` turns it into the plain mapping that Liquid reads. On the way each
value loses what could do harm in a mail header, a text part or a letter: control characters, line breaks and the
invisible characters that reorder or hide text. HTML escaping happens later, when Liquid writes into HTML.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from guildpost_shared.errors import Language

Value = str | bool | list[str]
Values = dict[str, "Value | dict[str, Value]"]

# Bidirectional overrides, zero-width characters, BOM reorder or hide text; lone surrogates are no text at all.
_INVISIBLE: Final = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200b-\u200f\u2060\ufeff\ud800-\udfff]")
# C0 and C1 controls, line and paragraph separators, and runs of spaces.
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+| {2,}")


@dataclass(frozen=True)
class VehicleContext:
    """The vehicle the message is about; ``electric`` (battery only) turns "HU/AU" into "HU" (no emissions test)."""

    make: str
    model: str
    plate: str
    electric: bool = False


@dataclass(frozen=True)
class DealerContext:
    """The sender. ``imprint`` holds the lines that the law asks for (§ 5 DDG, § 35a GmbHG, § 37a HGB).

    ``return_line`` is the one-line sender above the address of a letter, ``own_domains`` are domains of the dealer's
    besides that of the website.
    """

    name: str
    legal_name: str
    street: str
    postcode: str
    town: str
    phone: str
    email: str
    website: str
    imprint: tuple[str, ...]
    return_line: str
    own_domains: tuple[str, ...] = ()


@dataclass(frozen=True)
class LinkContext:
    """Absolute ``https`` addresses: two with an opaque token, and the dealer's own pages, the same for everybody.

    ``answer`` may be empty in a letter, ``payment`` and ``invoice`` are empty where the dealer has set none.
    """

    answer: str
    unsubscribe: str
    payment: str = ""
    invoice: str = ""


@dataclass(frozen=True)
class BrandContext:
    """The brand as the manifest names it; ``colour`` is ``#rrggbb``."""

    name: str
    colour: str


@dataclass(frozen=True)
class FleetRow:
    """One line of the list in a fleet's letter, in words."""

    plate: str
    vehicle: str
    work: str
    month: str


@dataclass(frozen=True)
class MessageContext:
    """Everything one message needs.

    ``salutation`` is the whole opening line (see ``salutation.py``), ``addressee`` the address lines of a letter,
    ``due_month`` a month in words ("März 2027"), ``estimated`` says that the due date is worked out and not known,
    ``overdue`` that it has passed, ``legal_basis`` is the sentence why this person is written to, ``slots`` holds
    the dealer's texts, ``also_due`` names in a line each what else falls due and is answered by the same visit,
    ``reminder`` says that a message of the same sequence went before. ``offers`` are the dealer's offers that fit,
    a line each, with ``offers_basis`` as their ground where the message itself is no advertising; ``appointments``
    and ``cancelled`` name appointments, a line each. ``tone`` is ``factual``, ``warm``, ``premium`` or
    ``regional``, ``informal`` says "Du", ``closing`` is the line above the signature. ``warranty_month`` names the
    month in which the warranty ends where that is near and known, ``season`` is ``winter``, ``summer`` or empty.
    ``fleet`` lists everything that is due, the message's own occasion first, where it is too much for a sentence: a
    letter then encloses a list of vehicles.
    """

    language: Language
    salutation: str
    addressee: tuple[str, ...]
    vehicle: VehicleContext
    due_month: str
    estimated: bool
    overdue: bool
    dealer: DealerContext
    links: LinkContext
    legal_basis: str
    slots: Mapping[str, str]
    brand: BrandContext
    also_due: tuple[str, ...] = ()
    reminder: bool = False
    offers: tuple[str, ...] = ()
    offers_basis: str = ""
    appointments: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()
    tone: str = "factual"
    informal: bool = False
    closing: str = ""
    warranty_month: str = ""
    season: str = ""
    fleet: tuple[FleetRow, ...] = ()


def clean(text: str) -> str:
    """Make a value one harmless line: invisible characters go, breaks and runs of spaces become one space."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return _BREAKS.sub(" ", _BREAKS.sub(" ", _INVISIBLE.sub("", text))).strip()


def values(context: MessageContext) -> Values:
    """Give Liquid its variables, cleaned, without the slots (the manifest decides about those)."""
    vehicle, dealer, links, brand = context.vehicle, context.dealer, context.links, context.brand
    return {
        "language": context.language,
        "salutation": clean(context.salutation),
        "addressee": [clean(line) for line in context.addressee],
        "vehicle": {
            "make": clean(vehicle.make),
            "model": clean(vehicle.model),
            "plate": clean(vehicle.plate),
            "electric": vehicle.electric,
        },
        "due_month": clean(context.due_month),
        "estimated": context.estimated,
        "overdue": context.overdue,
        "reminder": context.reminder,
        "also_due": [clean(line) for line in context.also_due],
        "offers": [clean(line) for line in context.offers],
        "offers_basis": clean(context.offers_basis),
        "appointments": [clean(line) for line in context.appointments],
        "cancelled": [clean(line) for line in context.cancelled],
        "tone": context.tone,
        "informal": context.informal,
        "closing": clean(context.closing),
        "warranty_month": clean(context.warranty_month),
        "season": context.season,
        "dealer": dict(_dealer_values(dealer)),
        "links": {
            "answer": clean(links.answer),
            "unsubscribe": clean(links.unsubscribe),
            "payment": clean(links.payment),
            "invoice": clean(links.invoice),
        },
        "legal_basis": clean(context.legal_basis),
        "brand": {"name": clean(brand.name), "colour": brand.colour},
    }


@lru_cache(maxsize=8)
def _dealer_values(dealer: DealerContext) -> dict[str, Value]:
    """Clean the sender's values once for all of its messages."""
    return {
        "name": clean(dealer.name),
        "legal_name": clean(dealer.legal_name),
        "street": clean(dealer.street),
        "postcode": clean(dealer.postcode),
        "town": clean(dealer.town),
        "phone": clean(dealer.phone),
        "phone_link": re.sub(r"[^+0-9]", "", dealer.phone.replace("(0)", "")),
        "email": clean(dealer.email),
        "website": clean(dealer.website),
        "imprint": [clean(line) for line in dealer.imprint],
        "return_line": clean(dealer.return_line),
    }


NAMES: Final = frozenset(
    {
        *(
            "language",
            "salutation",
            "addressee",
            "due_month",
            "estimated",
            "overdue",
            "reminder",
            "also_due",
            "legal_basis",
            "offers",
            "offers_basis",
            "appointments",
            "cancelled",
            "tone",
            "informal",
            "closing",
            "warranty_month",
            "season",
        ),
        *(f"vehicle.{name}" for name in ("make", "model", "plate", "electric")),
        *(f"dealer.{name}" for name in ("name", "legal_name", "street", "postcode", "town", "phone", "phone_link")),
        *(f"dealer.{name}" for name in ("email", "website", "imprint", "return_line")),
        *(f"links.{name}" for name in ("answer", "unsubscribe", "payment", "invoice")),
        *("brand.name", "brand.colour"),
    }
)
"""Every dotted name that ``values`` offers."""


def look_up(variables: Values, name: str) -> Value:
    """Read a dotted name from the variables.

    Raises:
        KeyError: the name is not offered.
    """
    head, _, tail = name.partition(".")
    found = variables[head]
    if isinstance(found, dict):
        return found[tail]
    if tail:
        raise KeyError(name)
    return found
