"""Every vehicle is one brand's: two brands' services about the same occasion never meet on one vehicle."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from guildpost_agent.domain.brands import brand_of, local_service
from guildpost_agent.domain.history import histories
from guildpost_agent.domain.occasions import all_due, find, in_sight
from guildpost_agent.domain.service_work import works_of
from guildpost_agent.domain.subjects import Subjects
from guildpost_agent.domain.territories import EVERYWHERE, Territories
from tests.factories.agent import a_config, a_customer, a_job, a_vehicle
from tests.factories.standard_services import standard_services

TODAY = date(2027, 3, 1)
BRANDS = ("", "skoda", "seat")
SERVICES = [local_service(one, brand) for one, brand in product(standard_services(), BRANDS)]
TERRITORIES = Territories.of({"skoda": ["Skoda"], "seat": ["SEAT", "Cupra"]})
MAKES = ["VW", "ŠKODA", "skoda ", "Seat", "CUPRA", "", "Opel"]
WHOSE = dict(zip(MAKES, ["", "skoda", "skoda", "seat", "seat", "", ""], strict=True))


@pytest.mark.parametrize("make", MAKES)
def test_a_make_is_found_however_it_is_written_and_an_unlisted_one_is_the_first_brands(make: str) -> None:
    assert WHOSE[make] == TERRITORIES.brand_of(a_vehicle(make=make))


@settings(max_examples=15, deadline=None)
@given(makes=st.lists(st.sampled_from(MAKES), min_size=1, max_size=6), listed=st.booleans())
def test_every_occasion_belongs_to_the_brand_of_its_vehicle(makes: list[str], *, listed: bool) -> None:
    vehicles = [
        a_vehicle(
            f"V{n}", customer_id=str(n), make=make, next_hu=date(2027, 2 + n % 3, 28), warranty_end=date(2027, 4, 9)
        )
        for n, make in enumerate(makes)
    ]
    jobs = [a_job(f"{v.vehicle_id}:1", vehicle_id=v.vehicle_id, customer_id=v.customer_id) for v in vehicles]
    subjects = Subjects(
        vehicles,
        histories(jobs, works_of(SERVICES)),
        {v.customer_id: a_customer(v.customer_id) for v in vehicles},
        {"recall": {v.vehicle_id: TODAY for v in vehicles}},
    )
    territories = TERRITORIES if listed else EVERYWHERE
    due = all_due(subjects, SERVICES, TODAY, territories)
    found = in_sight(due, subjects, SERVICES, TODAY, territories=territories)
    by_id = {v.vehicle_id: v for v in vehicles}
    assert {True} == {brand_of(one.service_id) == territories.brand_of(by_id[one.vehicle_id]) for one in found}
    ours = [one for one in SERVICES if not brand_of(one.service_id)]
    alone = find(replace(subjects), ours, TODAY)  # as if there were one brand
    plain = {(one.vehicle_id, one.service_id.rpartition("-")[2], one.due_date) for one in found}
    assert plain == {(one.vehicle_id, one.service_id, one.due_date) for one in alone}


def test_without_further_brands_nobody_is_asked() -> None:
    assert None is EVERYWHERE.meant("hu_au")
    theirs = EVERYWHERE.meant("skoda-hu_au")
    assert theirs is not None
    assert not theirs(a_vehicle())


def test_a_make_is_listed_for_one_brand_and_once() -> None:
    config = a_config(brands={"skoda": {"makes": ["Skoda"]}})
    assert "skoda" == config.territories.brand_of(a_vehicle(make="SKODA"))
    for brands in (
        {"skoda": {"makes": ["Skoda", "ŠKODA"]}},
        {"a1": {"makes": ["VW"]}, "b1": {"makes": ["vw"]}},
        {"a1": {"makes": ["-"]}},
    ):
        with pytest.raises(ValidationError, match="belongs to one brand"):
            a_config(brands=brands)
