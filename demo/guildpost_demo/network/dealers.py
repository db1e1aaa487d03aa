"""Twelve dealerships of twelve legal entities in twelve states, from a two-man workshop to a group's main site."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from guildpost_demo.network.lists import Place, places


@dataclass(frozen=True)
class DealerProfile:
    """Who a dealership is and how its figures look.

    ``base_shift`` and ``lead_shift_days`` make dealers differ as real ones do (log-odds of the booking rate; days by
    which customers book earlier or later than the network).
    """

    key: str
    region: str
    name: str
    legal_name: str
    street: str
    house: str
    place: Place
    phone: str
    email_domain: str
    register_court: str
    register_number: str
    managing_directors: str
    vat_id: str
    customers: int
    weekly_budget_cents: int
    workshop_places_per_day: int
    hourly_rate_cents: int
    base_shift: float
    lead_shift_days: int

    @property
    def legal_entity(self) -> str:
        """The key of the company (legal entity) in the network: each dealership here is one of its own."""
        return self.email_domain.removesuffix(".example")

    @property
    def email(self) -> str:
        """The address that customers may write to."""
        return f"service@{self.email_domain}"

    @property
    def website(self) -> str:
        """The dealer's own pages."""
        return f"https://www.{self.email_domain}"


_ROWS: Final = """
reutlingen|Autohaus Häberle|Autohaus Häberle e. K.|07121|Amtsgericht Stuttgart|HRA 991207|Gerlinde Häberle|500
jena|Autohaus Saaletal|Autohaus Saaletal GmbH|03641|Amtsgericht Jena|HRB 993318|Steffen Wünsche|600
giessen|Autohaus Lahnpark|Autohaus Lahnpark GmbH|0641|Amtsgericht Gießen|HRB 994102|Petra Diehl, Ralf Diehl|700
rosenheim|Autohaus Wendelstein|Autohaus Wendelstein GmbH|08031|Amtsgericht Traunstein|HRB 995521|Josef Obermaier|800
rostock|Autohaus Warnow|Autohaus Warnow GmbH & Co. KG|0381|Amtsgericht Rostock|HRA 992144|Heiko Lüders|1000
luebeck|Autohaus Hansering|Autohaus Hansering GmbH|0451|Amtsgericht Lübeck|HRB 996730|Maren Claußen|1200
potsdam|Autohaus Havelland|Autohaus Havelland GmbH|0331|Amtsgericht Potsdam|HRB 997415|Maik Lehmann|1400
halle|Autohaus Saalekreis|Autohaus Saalekreis GmbH|0345|Amtsgericht Stendal|HRB 998026|Ines Böhme, Jens Noack|1600
koblenz|Autohaus Rheinbogen|Autohaus Rheinbogen KG|0261|Amtsgericht Koblenz|HRA 990853|Armin Schmitz|2000
oldenburg|Autohaus Ammerland|Autohaus Ammerland GmbH|0441|Amtsgericht Oldenburg|HRB 991969|Antje Janssen|2700
dresden|Autohaus Elbflorenz|Autohaus Elbflorenz GmbH|0351|Amtsgericht Dresden|HRB 992277|Uwe Hentschel|3500
muenster|Autohaus Prinzipal|Autohaus Prinzipal AG|0251|Amtsgericht Münster|HRB 993640|Birgit Schulte, Jörg Thiel|8000
"""

_STREETS: Final = ("Industriestraße", "Gewerbestraße", "Daimlerstraße", "Dieselstraße", "Siemensstraße", "Am Bahnhof")


def _ascii(text: str) -> str:
    for plain, umlaut in (("ae", "ä"), ("oe", "ö"), ("ue", "ü"), ("ss", "ß"), ("-", " ")):
        text = text.replace(umlaut, plain)
    return text.lower()


def _profile(position: int, row: str, percent: int) -> DealerProfile:
    region, name, legal_name, area, court, register, directors, customers = row.split("|")
    size = int(customers) * percent // 100
    return DealerProfile(
        key=f"dealer-{position + 1:02d}",
        region=region,
        name=name,
        legal_name=legal_name,
        street=_STREETS[position % len(_STREETS)],
        house=str(3 + position * 4),
        place=places(region)[0],
        phone=f"{area} 990{position + 10}",
        email_domain=f"{_ascii(name)}.example",
        register_court=court,
        register_number=register,
        managing_directors=directors,
        vat_id=f"DE{999000100 + position * 37}",
        customers=size,
        weekly_budget_cents=5_000 + size * 9,
        workshop_places_per_day=3 + size // 220,
        hourly_rate_cents=11_900 + (position * 730) % 5_000,
        base_shift=((position * 7) % 12 - 5.5) / 11.5,
        lead_shift_days=(position * 5) % 11 - 5,
    )


def dealers(count: int = 12, percent: int = 100) -> list[DealerProfile]:
    """List the first dealerships of the sample network, smallest first (the largest is always the twelfth).

    Args:
        count: how many, 1 to 12.
        percent: of their customers.
    """
    rows = _ROWS.strip().splitlines()
    if not 1 <= count <= len(rows):
        message = f"the sample network has 1 to {len(rows)} dealerships, not {count}"
        raise ValueError(message)
    return [_profile(position, row, percent) for position, row in enumerate(rows[:count])]


def benchmark_dealer(customers: int) -> DealerProfile:
    """Make a dealership of any size (up to the 200,000 customers of a large group) for measurements."""
    return replace(dealers()[-1], key=f"bench-{customers}", customers=customers)


DEMO_START: Final = date(2027, 3, 1)  # a Monday; Easter is 28 March 2027, so the ten weeks hold public holidays too
