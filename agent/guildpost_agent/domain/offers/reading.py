"""A set of offers out of its file, strictly: what is unknown or out of range is named, and a price is refused.

[[offers]]
id = "battery_check"
service = "winter_check"
label = { de = "…", en = "…" }
pitch = { de = "…", en = "…" }
propensity = 0.12
work = ["batterietest"]                    # words of labour lines, also not_work
interval_days = 330
season = ["09-15", "02-28"]                # left out: the whole year
must = { battery_years = [4, 15] }         # "" for an open end
more = { frost_days = [-30, 45, 1.5] }     # the third number is the weight
fuels = ["diesel"]                         # left out: all
places = ["adviser"]                       # left out: everywhere
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from guildpost_agent.domain.offers.fields import (
    BadOffers,
    read_name,
    read_number,
    read_place,
    read_season,
    read_texts,
    read_words,
)
from guildpost_agent.domain.offers.offer import Condition, Fact, Offer, Place
from guildpost_shared.services.work import Work

MOST_OFFERS: Final = 200
LONGEST_PRICE: Final = 60
_KEYS: Final = frozenset(
    {
        "id",
        "service",
        "label",
        "pitch",
        "propensity",
        "work",
        "not_work",
        "interval_days",
        "season",
        "must",
        "more",
        "fuels",
        "places",
    }
)
_MOST_WEIGHT: Final = 10.0
_LONGEST_INTERVAL: Final = 3_660


def read_offers(document: Mapping[str, object]) -> tuple[Offer, ...]:
    """Read a set.

    Raises:
        BadOffers: it is not in the format, names an offer twice, or names a price (antitrust rule R10).
    """
    listed = document.get("offers")
    if set(document) != {"offers"} or not isinstance(listed, list) or not 0 < len(listed) <= MOST_OFFERS:
        raise BadOffers("offers")
    found = tuple(_offer(one, f"offers[{number}]") for number, one in enumerate(listed))
    if len({offer.offer_id for offer in found}) != len(found):
        raise BadOffers("offers: id twice")
    return found


def fill_prices(offers: Iterable[Offer], prices: Mapping[str, str]) -> tuple[Offer, ...]:
    """Put the dealer's own words into the price slots.

    Raises:
        BadOffers: a price is for an offer that does not exist, or too long.
    """
    known = tuple(offers)
    strange = sorted(set(prices) - {offer.offer_id for offer in known})
    if strange:
        raise BadOffers(f"prices.{strange[0]}")
    for name, price in prices.items():
        if len(price) > LONGEST_PRICE or not price.isprintable():
            raise BadOffers(f"prices.{name}")
    return tuple(replace(offer, price=prices.get(offer.offer_id, "").strip()) for offer in known)


def _offer(one: object, place: str) -> Offer:
    if not isinstance(one, dict):
        raise BadOffers(place)
    unknown = sorted(set(one) - _KEYS)
    if unknown:
        raise BadOffers(f"{place}.{unknown[0]}")
    return Offer(
        offer_id=read_name(one.get("id"), f"{place}.id"),
        service_id=read_name(one.get("service"), f"{place}.service"),
        label=read_texts(one.get("label"), f"{place}.label"),
        pitch=read_texts(one.get("pitch"), f"{place}.pitch"),
        propensity=read_number(one.get("propensity"), 0.001, 1.0, f"{place}.propensity"),
        work=Work(
            tuple(word.casefold() for word in read_words(one.get("work"), f"{place}.work")),
            tuple(word.casefold() for word in read_words(one.get("not_work", []), f"{place}.not_work")),
        ),
        interval_days=int(read_number(one.get("interval_days"), 0, _LONGEST_INTERVAL, f"{place}.interval_days")),
        season=read_season(one.get("season"), f"{place}.season"),
        conditions=(
            *_conditions(one.get("must", {}), f"{place}.must", weighed=False),
            *_conditions(one.get("more", {}), f"{place}.more", weighed=True),
        ),
        fuels=frozenset(read_words(one.get("fuels", []), f"{place}.fuels")),
        places=frozenset(
            read_place(word, f"{place}.places") for word in read_words(one.get("places", []), f"{place}.places")
        )
        or frozenset(Place),
    )


def _places(value: object, place: str) -> frozenset[Place]:
    return frozenset(read_place(word, place) for word in read_words(value, place)) or frozenset(Place)


def _conditions(table: object, place: str, *, weighed: bool) -> Iterator[Condition]:
    if not isinstance(table, dict):
        raise BadOffers(place)
    for name, ends in table.items():
        if name not in list(Fact) or not isinstance(ends, list) or len(ends) != 2 + weighed:
            raise BadOffers(f"{place}.{name}")
        least, most = (None if end == "" else read_number(end, -1e7, 1e7, f"{place}.{name}") for end in ends[:2])
        if (least is None and most is None) or (least is not None and most is not None and least > most):
            raise BadOffers(f"{place}.{name}")
        weight = read_number(ends[2], 0.01, _MOST_WEIGHT, f"{place}.{name}") if weighed else None
        yield Condition(Fact(name), least, most, weight)
