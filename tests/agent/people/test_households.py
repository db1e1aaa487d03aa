"""Who lives together, and which firms have several vehicles here."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.households import Fleet, fleets, households
from guildpost_agent.domain.records import Customer
from tests.factories.agent import a_customer, a_vehicle

HOME: dict[str, Any] = {"street": "Hauptstraße 1", "postcode": "70173", "email": ""}
PAIRS: dict[str, tuple[Customer, Customer, bool]] = {
    "a couple": (a_customer("1", **HOME), a_customer("2", given_name="Max", **HOME), True),
    "the street spelled otherwise": (
        a_customer("1", **HOME), a_customer("2", **{**HOME, "street": "Hauptstr. 1"}), True
    ),
    "a double name": (a_customer("1", **HOME), a_customer("2", **{**HOME, "family_name": "Muster-Mustermann"}), True),
    "other names, one telephone": (
        a_customer("1", phone="+49711123", **HOME),
        a_customer("2", phone="+49711123", **{**HOME, "family_name": "Lang"}),
        True,
    ),
    "neighbours": (a_customer("1", **HOME), a_customer("2", **{**HOME, "family_name": "Lang"}), False),
    "the next house": (a_customer("1", **HOME), a_customer("2", **{**HOME, "street": "Hauptstraße 11"}), False),
    "another town": (a_customer("1", **HOME), a_customer("2", **{**HOME, "postcode": "01067"}), False),
    "no house number": (
        a_customer("1", **{**HOME, "street": "Weg"}), a_customer("2", **{**HOME, "street": "Weg"}), False
    ),
    "a firm and the family above it": (
        a_customer("1", **HOME), a_customer("2", company="Mustermann GmbH", is_business=True, **HOME), False
    ),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other", "together"), PAIRS.values(), ids=PAIRS.keys())
def test_who_lives_together(*, one: Customer, other: Customer, together: bool) -> None:
    found = households([one, other], {"1": "1", "2": "2"})
    assert together is (found["1"] == found["2"])


def test_records_of_one_person_are_one_household_wherever_they_live() -> None:
    moved = a_customer("2", **{**HOME, "postcode": "01067"})
    assert {"1": "1"} == households([a_customer("1", **HOME), moved], {"1": "1", "2": "1"})


@given(st.permutations(range(8)))
def test_households_do_not_depend_on_the_order_of_rows(order: list[int]) -> None:
    names = ("Muster", "Muster", "Lang", "Lang-Muster", "Kurz", "Kurz", "Breit", "Muster")
    people = [a_customer(str(n), **{**HOME, "family_name": name}) for n, name in enumerate(names)]
    persons = {str(n): str(n) for n in range(8)}
    assert households(people, persons) == households([people[n] for n in order], persons)


def test_a_firm_with_several_vehicles_is_a_fleet() -> None:
    firm = a_customer("1", company="Bau GmbH", is_business=True)
    kept = [a_vehicle("V2"), a_vehicle("V1")]
    gone = [a_vehicle("V3", sold_on=date(2027, 1, 1)), a_vehicle("V4", missing_since=date(2027, 1, 1))]
    private = [a_vehicle("V5", customer_id="2"), a_vehicle("V6", customer_id="2")]
    found = fleets([firm, a_customer("2")], [*kept, *gone, *private], {"1": "1", "2": "2"})
    assert [Fleet("1", ("V1", "V2"))] == found
