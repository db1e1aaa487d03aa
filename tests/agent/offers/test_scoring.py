"""Which offers are eligible, how they are ordered, and why."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.offers.learned import Chance
from guildpost_agent.domain.offers.offer import Condition, Fact, Offer, Place, Season
from guildpost_agent.domain.offers.scoring import VehicleFacts, is_eligible, rank
from tests.factories.offers import an_offer, facts

TODAY = date(2027, 11, 2)
FROST, BATTERY = Condition(Fact.FROST_DAYS, -30, 45, 1.0), Condition(Fact.BATTERY_YEARS, 4, None)


@pytest.mark.parametrize(
    ("offer", "known", "expected"),
    [
        (an_offer(), facts(), True),
        (an_offer(conditions=(BATTERY,)), facts(values={Fact.BATTERY_YEARS: 4.0}), True),
        (an_offer(conditions=(BATTERY,)), facts(values={Fact.BATTERY_YEARS: 3.9}), False),
        (an_offer(conditions=(BATTERY,)), facts(), False),
        (an_offer(conditions=(FROST,)), facts(), True),
        (an_offer(fuels=frozenset({"diesel"})), facts(fuel="diesel"), True),
        (an_offer(fuels=frozenset({"diesel"})), facts(fuel="electric"), False),
        (an_offer(), facts(done={"battery_check": TODAY - timedelta(days=364)}), False),
        (an_offer(), facts(done={"battery_check": TODAY - timedelta(days=365)}), True),
        (an_offer(), facts(done={"climate_service": TODAY}), True),
        (an_offer(), facts(booked=frozenset({"winter_check"})), False),
        (an_offer(), facts(booked=frozenset({"hu_au"})), True),
        (
            an_offer(conditions=(Condition(Fact.DECLINED_DAYS, 0, 365),)),
            facts(declined={"battery_check": TODAY - timedelta(days=30)}),
            True,
        ),
        (
            an_offer(conditions=(Condition(Fact.DECLINED_DAYS, 0, 365),)),
            facts(declined={"brake_fluid": TODAY - timedelta(days=30)}),
            False,
        ),
    ],
    ids=[
        "nothing asked", "a must at its end", "a must just missed", "a must of which nothing is known",
        "only a weight is unknown", "the right fuel", "the wrong fuel", "done within its interval",
        "done before its interval", "another offer done", "booked already", "another service booked",
        "its own work declined", "another's work declined",
    ],
)  # fmt: skip
def test_an_offer_is_eligible_when_nothing_speaks_against_it(
    offer: Offer,
    known: VehicleFacts,
    expected: bool,  # noqa: FBT001 — a table's column
) -> None:
    assert expected == is_eligible(offer, known, TODAY)


@pytest.mark.parametrize(
    ("first", "last", "day", "expected"),
    [
        ((9, 15), (2, 28), date(2027, 12, 31), True),
        ((9, 15), (2, 28), date(2028, 2, 28), True),
        ((9, 15), (2, 28), date(2028, 2, 29), False),
        ((9, 15), (2, 28), date(2027, 9, 14), False),
        ((4, 1), (8, 15), date(2027, 4, 1), True),
        ((4, 1), (8, 15), date(2027, 8, 16), False),
        ((1, 1), (12, 31), date(2028, 2, 29), True),
    ],
    ids=["over the turn", "its last day", "the day after", "the day before", "its first day", "over", "the whole year"],
)
def test_a_season_holds_from_its_first_day_to_its_last(
    first: tuple[int, int],
    last: tuple[int, int],
    day: date,
    expected: bool,  # noqa: FBT001 — a table's column
) -> None:
    assert expected == Season(first, last).holds(day)


def _scores(
    *offers: Offer,
    known: VehicleFacts | None = None,
    place: Place = Place.ADVISER,
    learned: dict[str, float] | None = None,
) -> dict[str, float]:
    chances = {("V1", offer): Chance(chance, 0.2) for offer, chance in (learned or {}).items()}
    found = rank(offers, [known or facts()], TODAY, place=place, most=10, learned=chances)
    return {one.offer.offer_id: round(one.score, 6) for one in found}


def test_the_score_is_propensity_times_weight() -> None:
    weighed = an_offer(conditions=(FROST, Condition(Fact.TREAD_MM, 4, None, 3.0)))
    assert {"battery_check": 0.1} == _scores(weighed)
    assert {"battery_check": 0.2} == _scores(weighed, known=facts(values={Fact.FROST_DAYS: 10.0}))
    assert {"battery_check": 0.4} == _scores(weighed, known=facts(values={Fact.TREAD_MM: 5.0}))


def test_what_was_learned_takes_the_place_of_what_was_assumed() -> None:
    found = _scores(an_offer("a1"), an_offer("b1"), an_offer("c1"), learned={"a1": 0.1, "b1": 0.9})
    assert [("b1", 0.9), ("c1", 0.5), ("a1", 0.1)] == list(found.items())


def test_reasons_are_named_the_musts_first() -> None:
    offer = an_offer(season=Season((9, 15), (2, 28)), conditions=(FROST, BATTERY))
    known = facts(values={Fact.BATTERY_YEARS: 5.0, Fact.FROST_DAYS: 3.0})
    chance = Chance(0.3, 0.2)
    (one,) = rank([offer], [known], TODAY, place=Place.MESSAGE, most=3, learned={("V1", "battery_check"): chance})
    assert (("battery_years", "frost_days", "season", "learned"), chance) == (one.reasons, one.learned)


def test_what_was_learned_of_one_vehicle_says_nothing_of_another() -> None:
    learned = {("V2", "battery_check"): Chance(0.9, 0.2)}
    found = rank([an_offer()], [facts("V1"), facts("V2")], TODAY, place=Place.ADVISER, most=5, learned=learned)
    assert [("V2", 0.9), ("V1", 0.5)] == [(one.vehicle_id, one.score) for one in found]


def test_an_offer_is_shown_in_its_places_only() -> None:
    offer = an_offer(places=frozenset({Place.ADVISER}))
    shown = {place: list(_scores(offer, place=place)) for place in Place}
    assert {Place.MESSAGE: [], Place.CONFIRMATION: [], Place.ADVISER: ["battery_check"]} == shown


def test_equal_scores_stand_in_the_order_of_their_names() -> None:
    assert ["a1", "b1", "c1"] == list(_scores(an_offer("c1"), an_offer("a1"), an_offer("b1")))


CONDITIONS = st.builds(
    Condition,
    st.sampled_from(list(Fact)),
    st.none() | st.floats(-100, 100),
    st.none() | st.floats(-100, 100),
    st.none() | st.floats(0.01, 10),
)
SEASONS = st.sampled_from([Season(), Season((9, 15), (2, 28)), Season((4, 1), (8, 15))])
NAMES = st.sampled_from(["a1", "b1", "c1", "d1", "e1"])
SETS = st.lists(
    st.builds(
        an_offer,
        NAMES,
        propensity=st.floats(0.001, 1),
        conditions=st.lists(CONDITIONS, max_size=3).map(tuple),
        season=SEASONS,
        places=st.frozensets(st.sampled_from(list(Place)), min_size=1),
        interval_days=st.integers(0, 400),
    ),
    max_size=5,
    unique_by=lambda offer: offer.offer_id,
)
VEHICLES = st.lists(
    st.builds(
        facts,
        st.sampled_from(["V1", "V2", "V3"]),
        values=st.dictionaries(st.sampled_from(list(Fact)), st.floats(-200, 200)),
        done=st.dictionaries(NAMES, st.dates(date(2026, 1, 1), TODAY)),
        booked=st.frozensets(st.sampled_from(["winter_check", "hu_au"])),
    ),
    max_size=3,
    unique_by=lambda one: one.vehicle_id,
)
LEARNED = st.dictionaries(
    st.tuples(st.sampled_from(["V1", "V2", "V3"]), NAMES), st.builds(Chance, st.floats(0, 1), st.floats(0, 1))
)
Learned = dict[tuple[str, str], Chance]


@given(SETS, VEHICLES, LEARNED, st.sampled_from(list(Place)), st.integers(0, 6))
def test_no_rule_is_ever_broken(
    offers: list[Offer], vehicles: list[VehicleFacts], learned: Learned, place: Place, most: int
) -> None:
    found = rank(offers, vehicles, TODAY, place=place, most=most, learned=learned)
    known = {one.vehicle_id: one for one in vehicles}
    assert len(found) <= most
    assert sorted(-one.score for one in found) == [-one.score for one in found]
    assert len({(one.offer.offer_id, one.vehicle_id) for one in found}) == len(found)
    for one in found:
        done = known[one.vehicle_id].done.get(one.offer.offer_id, date.min)
        assert TODAY >= done + timedelta(days=one.offer.interval_days)
        assert one.offer.service_id not in known[one.vehicle_id].booked
        assert place in one.offer.places
        assert one.offer.season.holds(TODAY)
        assert 0 <= one.score <= 1


@given(SETS, VEHICLES, LEARNED, st.randoms(use_true_random=False))
def test_the_order_of_what_is_asked_decides_nothing(
    offers: list[Offer], vehicles: list[VehicleFacts], learned: Learned, chance: Any
) -> None:
    first = rank(offers, vehicles, TODAY, place=Place.ADVISER, most=5, learned=learned)
    chance.shuffle(offers)
    chance.shuffle(vehicles)
    assert first == rank(offers, vehicles, TODAY, place=Place.ADVISER, most=5, learned=learned)
