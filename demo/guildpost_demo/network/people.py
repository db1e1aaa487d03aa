"""Draw people and companies: names by age, addresses around the dealership, contact data and consents.

Shares follow the simulator defaults of the trade (active customers: 60 % with e-mail, 75 % with mobile, 30–40 % with
e-mail consent; about 12 % with consent over the whole file; 15–25 % business customers).
"""

# ruff: noqa: PLR2004 — shares and limits of an invented world are said where they act

from dataclasses import dataclass
from typing import Final

from guildpost_demo.network import lists
from guildpost_demo.network.dice import Dice
from guildpost_demo.network.lists import Place
from guildpost_demo.network.records import Customer

DAYS_PER_YEAR: Final = 365.25
MAIL_DOMAINS: Final = ("post.example", "mail.example", "web.example", "kabel.example", "online.example")
TRADES: Final = (
    "Malerbetrieb", "Elektro", "Sanitär", "Gartenbau", "Bäckerei", "Metzgerei", "Zimmerei", "Dachdeckerei",
    "Pflegedienst", "Ingenieurbüro", "Steuerberatung", "Fahrschule", "Taxi", "Apotheke", "Transporte",
    "Gebäudereinigung",
)  # fmt: skip
FORMS: Final = ("GmbH", "GmbH", "GmbH", "e. K.", "GbR", "GmbH & Co. KG", "OHG", "UG (haftungsbeschränkt)")
SOURCES: Final = ("Werkstattauftrag", "Kaufvertrag", "Datenschutzformular", "Online-Anfrage", "Telefonat")
CONSENT_ACTIVE_OF_EMAIL: Final = 0.58
CONSENT_INACTIVE_OF_EMAIL: Final = 0.085
EMAIL_SHARE: Final = {True: 0.60, False: 0.25}
MOBILE_SHARE: Final = {True: 0.75, False: 0.42}


@dataclass(frozen=True, slots=True)
class Setting:
    """What all people of one dealership share: places with their weights, today, the area code of the town."""

    places: lists.Weighted[Place]
    today: int
    area_code: str


def setting(region: str, today: int, area_code: str) -> Setting:
    """Weigh the places around a dealership: most customers live near (the list starts with its own town)."""
    near = lists.places(region)
    everywhere = lists.places("")
    values = [*near, *everywhere]
    weights = [3.0 / (1 + rank * 0.25) for rank in range(len(near))] + [0.006] * len(everywhere)
    return Setting(lists.Weighted(values, weights), today, area_code)


def _era(age_years: float) -> str:
    return "old" if age_years > 70 else "mid" if age_years > 45 else "young"


def _company(rng: Dice, family: str) -> str:
    return f"{rng.choice(TRADES)} {family} {rng.choice(FORMS)}"


def _ascii(text: str) -> str:
    for umlaut, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), (" ", "")):
        text = text.replace(umlaut, plain)
    return text


def _email(rng: Dice, given: str, family: str, number: int, *, is_business: bool) -> str:
    given, family = _ascii(given.lower()), _ascii(family.lower())
    if is_business:
        return f"{rng.choice(('info', 'kontakt', 'buero'))}@{family}-{number}.example"
    local = rng.choice((f"{given}.{family}", f"{given[0]}.{family}", f"{family}.{given}", f"{given}{family}"))
    return f"{local}{number % 1000}@{rng.choice(MAIL_DOMAINS)}"


def _phone(rng: Dice, area_code: str) -> str:
    return f"{area_code}/{rng.randrange(10_000, 999_999)}"


def _mobile(rng: Dice) -> str:
    return (
        f"{rng.choice(('0151', '0160', '0170', '0171', '0172', '0175', '0176', '0179'))} {rng.randrange(10**6, 10**8)}"
    )


def _house(rng: Dice) -> str:
    number = str(1 + int(rng.expovariate(0.04)))
    return number + rng.choice("abc") if rng.happens(0.06) else number


def make_customer(rng: Dice, common: Setting, number: int, *, active: bool) -> Customer:
    """Draw one customer.

    Args:
        rng: the seeded generator.
        common: the dealership's surroundings and today.
        number: the customer number.
        active: has been in the workshop within the last 24 months.
    """
    is_business = rng.happens(0.18)
    sex = "f" if rng.happens(0.44) else "m"
    age = min(94.0, max(18.5, rng.gauss(52.0, 16.0)))
    given = lists.given_names()[sex, _era(age)].draw(rng)
    family = lists.family_names().draw(rng)
    has_email = rng.happens(EMAIL_SHARE[active])
    consent = has_email and rng.happens(CONSENT_ACTIVE_OF_EMAIL if active else CONSENT_INACTIVE_OF_EMAIL)
    consent_phone = rng.happens(0.20 if active else 0.02)
    created_years = min(28.0, rng.expovariate(1 / (6.0 if active else 9.0)) + 0.05)
    created = common.today - int(created_years * DAYS_PER_YEAR)
    consent_age = int(min(created_years, 8.0) * rng.random() * DAYS_PER_YEAR)
    two = not is_business and rng.happens(0.025)
    other = "m" if sex == "f" else "f"
    return Customer(
        number=number,
        is_business=is_business,
        sex="" if is_business else sex,
        title=("Dr." if rng.happens(0.8) else "Prof. Dr.") if rng.happens(0.02) else "",
        given=given,
        family=family,
        company=_company(rng, family) if is_business else "",
        partner=lists.given_names()[other, _era(age)].draw(rng) if two else "",
        street=lists.streets().draw(rng),
        house=_house(rng),
        place=common.places.draw(rng),
        phone=_phone(rng, common.area_code) if rng.happens(0.55) else "",
        work_phone=_phone(rng, common.area_code) if is_business or rng.happens(0.08) else "",
        mobile=_mobile(rng) if rng.happens(MOBILE_SHARE[active]) else "",
        email=_email(rng, given, family, number, is_business=is_business) if has_email else "",
        born=common.today - int(age * DAYS_PER_YEAR) - rng.randrange(365),
        created=created,
        consent_email=consent,
        consent_phone=consent_phone,
        consent_day=common.today - consent_age if consent or consent_phone else 0,
        consent_source=rng.choice(SOURCES) if consent or consent_phone else "",
        advertising_block=rng.happens(0.03),
        is_supplier=False,
        active=active,
        email_dead=has_email and rng.happens(0.05 if active else 0.18),
        moved_away=rng.happens(0.04 if active else 0.12),
    )
