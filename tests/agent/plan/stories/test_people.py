"""Birthday, welcome and win-back: days of a person, not of a car."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from guildpost_agent.app.ports.people import Membership
from guildpost_shared.services.event_rules import AnniversaryRule, YearlyDay
from tests.factories.agent import NOW, a_customer, a_vehicle
from tests.factories.planning_story import DAY, SERVICES, TREATED, Story

START = date(2027, 2, 1)
VISIT = START - 200 * DAY


def story(folder: Path, service: str, **customer: Any) -> Story:
    found = Story(folder, START, service)
    found.customer_with_a_car()
    found.becomes(**customer)
    return found


@pytest.mark.parametrize(
    ("born", "met"),
    [
        pytest.param(date(1980, 2, 17), date(2027, 2, 17), id="on a Wednesday"),
        pytest.param(date(1980, 2, 15), date(2027, 2, 15), id="on a Monday"),
        pytest.param(date(1980, 2, 21), date(2027, 2, 22), id="on a Sunday, the day after"),
        pytest.param(date(1980, 2, 29), date(2027, 3, 1), id="on a leap day, 28 February is a Sunday"),
        pytest.param(date(2009, 2, 17), date(2027, 2, 17), id="of age on that very day"),
    ],
)
def test_a_birthday_is_greeted_on_the_day_once_a_year(tmp_path: Path, born: date, met: date) -> None:
    told = story(tmp_path, "birthday", birth_date=born).until(date(2027, 3, 15))
    assert [("birthday", met, "email")] == [(one.service, one.met, one.channel) for one in told]


@pytest.mark.parametrize(
    ("customer", "reason"),
    [
        pytest.param({"is_business": True, "company": "Muster GmbH"}, "NOT_MEANT", id="a company"),
        pytest.param({"birth_date": date(1900, 1, 1)}, "–", id="a date that stands for unknown"),
        pytest.param({"birth_date": date(1900, 2, 17)}, "NOT_MEANT", id="implausibly old"),
        pytest.param({"birth_date": date(2012, 2, 17)}, "NOT_MEANT", id="a child"),
        pytest.param({"second_given_name": "Max"}, "NOT_MEANT", id="a couple's record"),
        pytest.param({"birth_date": None}, "–", id="no date"),
        pytest.param({"advertising_block": True}, "NO_LEGAL_BASIS", id="objected"),
    ],
)
def test_who_is_not_greeted(tmp_path: Path, customer: dict[str, Any], reason: str) -> None:
    found = story(tmp_path, "birthday", **{"birth_date": date(1980, 2, 17), **customer})
    assert [] == found.until(date(2027, 2, 16))
    assert reason == found.why("birthday")


def test_the_day_of_purchase_is_the_same_rule_with_another_day(tmp_path: Path) -> None:
    """A file of the catalogue names it, like any other service."""
    rule = AnniversaryRule(YearlyDay.DELIVERED_ON)
    found = Story(tmp_path, START, replace(SERVICES["birthday"], service_id="purchase_day", occasion=rule))
    found.customer_with_a_car(delivered_on=date(2024, 2, 17))
    found.becomes(birth_date=date(1980, 7, 1))
    assert [date(2027, 2, 17)] == [one.met for one in found.until(date(2027, 3, 15))]


@pytest.mark.parametrize("service", ["birthday", "win_back"])
def test_one_person_with_two_records_is_written_to_once(tmp_path: Path, service: str) -> None:
    found, born = Story(tmp_path, START, service), date(1980, 2, 17)
    for number in range(2):
        found.customer_with_a_car(number=number)
        found.becomes(birth_date=born)
    with found.store() as uow:
        uow.people.store([Membership(one, TREATED[0], one) for one in TREATED[:2]], {}, NOW)
        uow.commit()
    found.today = START if service == "birthday" else date(2027, 8, 10)
    assert 1 == len(found.until(found.today + 60 * DAY))


def test_a_new_car_is_welcomed_once_a_week_after_the_delivery(tmp_path: Path) -> None:
    found = story(tmp_path, "welcome")
    found.drives(delivered_on=START + DAY)
    (told,) = found.until(START + 45 * DAY)
    assert START + 8 * DAY <= told.met <= START + 29 * DAY


@pytest.mark.parametrize(
    "car",
    [
        pytest.param({}, id="no delivery"),
        pytest.param({"delivered_on": date(2026, 6, 1)}, id="delivered long ago"),
        pytest.param({"delivered_on": START + DAY, "vehicle_class": "trailer_to_750kg"}, id="a trailer"),
        pytest.param({"delivered_on": START + DAY, "in_stock": True}, id="still the dealer's own"),
    ],
)
def test_who_is_not_welcomed(tmp_path: Path, car: dict[str, Any]) -> None:
    found = story(tmp_path, "welcome")
    found.drives(**car)
    assert [] == found.until(START + 32 * DAY)


def test_who_stays_away_is_written_to_at_thirteen_and_eighteen_months_and_a_third_time_only_after_a_year(
    tmp_path: Path,
) -> None:
    found = story(tmp_path, "win_back")
    found.today = date(2027, 8, 1)  # last here on 16 July 2026
    first, second, *third = found.until(date(2028, 9, 15))
    assert date(2027, 8, 16) <= first.met <= date(2027, 9, 30)
    assert date(2028, 1, 16) <= second.met <= date(2028, 3, 1)
    assert ["letter", "letter"] == [first.channel, second.channel]
    assert all((one.met - first.met).days >= 365 for one in third)


@pytest.mark.parametrize("happens", ["a visit", "an appointment", "a sale", "a visit with the other car"])
def test_winning_back_ends_when_somebody_comes_or_has_gone(tmp_path: Path, happens: str) -> None:
    found = story(tmp_path, "win_back")
    found.today = date(2027, 8, 17)
    found.plan()
    assert "PLANNED" == found.why("win_back")
    match happens:
        case "a visit":
            found.was_here(found.today, "Ölwechsel")
        case "an appointment":
            found.books("inspection", date(2027, 10, 20))
        case "a sale":
            found.drives(sold_on=found.today)
        case _:
            found.add(a_vehicle("V1", customer_id=found.customer))
            found.was_here(found.today, "Ölwechsel", vehicle_id="V1")
    assert [] == found.until(date(2027, 10, 10))


def test_winning_back_asks_nobody_with_an_open_complaint_or_a_car_that_is_surely_gone(tmp_path: Path) -> None:
    found = story(tmp_path, "win_back")
    found.drives(first_registration=date(2008, 1, 1))
    found.today = date(2027, 8, 17)
    assert [] == found.until(date(2027, 8, 30))
    assert "NOT_MEANT" == found.why("win_back")
    found.add(a_customer(found.customer, deceased=True))
    found.plan()
    assert "DECEASED" == found.why("win_back")
