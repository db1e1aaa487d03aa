"""The set that ships, and what a file of offers may not say."""

from pathlib import Path
from typing import Any

import pytest

from guildpost_agent.adapters.offers import files
from guildpost_agent.adapters.offers.files import FILE, load_offers, shipped_offers
from guildpost_agent.domain.offers.fields import BadOffers
from guildpost_agent.domain.offers.offer import Condition, Fact, Place, Season
from guildpost_agent.domain.offers.reading import fill_prices, read_offers
from guildpost_shared.errors import ConfigurationError

GOOD: dict[str, Any] = {
    "id": "battery_check",
    "service": "winter_check",
    "label": {"de": "Batterie", "en": "Battery"},
    "pitch": {"de": "Gern.", "en": "Gladly."},
    "propensity": 0.2,
    "work": ["Batterietest"],
    "interval_days": 330,
}


def test_the_shipped_set_speaks_both_languages_and_names_no_price() -> None:
    offers = shipped_offers()
    assert len(offers) >= 15
    assert {""} == {offer.price for offer in offers}
    assert set() == {offer.offer_id for offer in offers if not offer.work.words}
    assert set(Place) == {place for offer in offers for place in offer.places}
    told = " ".join(text for offer in offers for text in (*offer.label.values(), *offer.pitch.values()))
    assert [] == [word for word in ("€", "EUR", "Euro", "%", "gratis", "kostenlos", " free") if word in told]


def test_an_offer_is_read_with_its_ranges() -> None:
    ranges = {
        "season": ["09-15", "02-28"],
        "must": {"battery_years": [4, ""]},
        "more": {"frost_days": [-30, 45, 1.5]},
        "places": ["adviser"],
    }
    (offer,) = read_offers({"offers": [GOOD | ranges]})
    assert (Season((9, 15), (2, 28)), frozenset({Place.ADVISER})) == (offer.season, offer.places)
    assert (Condition(Fact.BATTERY_YEARS, 4, None), Condition(Fact.FROST_DAYS, -30, 45, 1.5)) == offer.conditions
    assert offer.work.fits("BATTERIETEST durchgeführt")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"price": "19,90"}, "price"),
        ({"price_cents": 1990}, "price_cents"),
        ({"discount": 10}, "discount"),
        ({"id": "Batterie!"}, "id"),
        ({"label": {"de": "Batterie"}}, "label"),
        ({"propensity": 0}, "propensity"),
        ({"propensity": True}, "propensity"),
        ({"interval_days": -1}, "interval_days"),
        ({"season": ["2027-01-01", "02-28"]}, "season"),
        ({"season": ["01-01"]}, "season"),
        ({"must": {"colour": [1, 2]}}, "must.colour"),
        ({"must": {"tread_mm": ["", ""]}}, "must.tread_mm"),
        ({"must": {"tread_mm": [4, 3]}}, "must.tread_mm"),
        ({"must": {"tread_mm": [1, 2, 3]}}, "must.tread_mm"),
        ({"more": {"tread_mm": [1, 2]}}, "more.tread_mm"),
        ({"work": "Batterietest"}, "work"),
        ({"places": ["billboard"]}, "places"),
    ],
    ids=[
        "a price", "a price in cents", "a discount", "a name with signs", "one language", "never taken", "no number",
        "a negative interval", "a year in the season", "half a season", "an unknown fact", "a range without an end",
        "a range turned round", "a must with a weight", "a weight missing", "words that are no list", "a strange place",
    ],
)  # fmt: skip
def test_a_file_that_says_something_impossible_is_refused_with_the_place(change: dict[str, Any], place: str) -> None:
    with pytest.raises(BadOffers, match=rf"offers\[0\]\.{place}$"):
        read_offers({"offers": [GOOD | change]})


def test_an_offer_twice_is_refused() -> None:
    with pytest.raises(BadOffers, match="twice"):
        read_offers({"offers": [GOOD, GOOD]})


@pytest.mark.parametrize(
    ("pitch", "rule"),
    [("Batterie prüfen für nur 19 Euro.", "R10.amount"), ("Freie Werkstätten können das nicht.", "R11.disparagement")],
)
def test_words_that_the_linter_refuses_are_named_with_their_line(pitch: str, rule: str, tmp_path: Path) -> None:
    shipped = (Path(files.__file__).parent / FILE).read_text("utf-8")
    told = "Vor der kalten Zeit prüfen wir gern die Batterie."
    assert told in shipped
    (tmp_path / FILE).write_text(shipped.replace(told, pitch), "utf-8")
    with pytest.raises(ConfigurationError) as refused:
        load_offers(tmp_path)
    line = shipped[: shipped.index(told)].count("\n") + 1
    assert f"line {line}: {rule}" in str(refused.value.params["reason"])


def test_a_price_is_the_dealers_own_words() -> None:
    offers = read_offers({"offers": [GOOD, GOOD | {"id": "other"}]})
    assert ["ab 19 €", ""] == [offer.price for offer in fill_prices(offers, {"battery_check": "ab 19 € "})]


@pytest.mark.parametrize(
    "prices",
    [{"unknown": "1 €"}, {"battery_check": "x" * 61}, {"battery_check": "1\n2"}],
    ids=["no such offer", "too long", "two lines"],
)
def test_a_price_for_nothing_or_beyond_its_slot_is_refused(prices: dict[str, str]) -> None:
    with pytest.raises(BadOffers, match="prices"):
        fill_prices(read_offers({"offers": [GOOD]}), prices)


def test_the_dealers_own_set_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    assert shipped_offers() == load_offers(tmp_path)
    own = '[[offers]]\nid = "wash"\nservice = "wash"\nlabel = { de = "W", en = "W" }\npitch = { de = "W", en = "W" }\n'
    (tmp_path / FILE).write_text(f'{own}propensity = 0.5\nwork = ["wäsche"]\ninterval_days = 30\n', "utf-8")
    assert ["wash"] == [offer.offer_id for offer in load_offers(tmp_path)]
    (tmp_path / FILE).write_text(f"{own}price = 5\n", "utf-8")
    with pytest.raises(ConfigurationError, match="offers_invalid"):
        load_offers(tmp_path)
