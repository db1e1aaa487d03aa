"""What belongs to one due cycle: which work answers it, which milestones it has, and whom a person's days concern."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from guildpost_agent.domain.condition_facts import FACTS, Scene, asks_of_others, facts_named
from guildpost_agent.domain.cycles import carried_before, cycle_of
from guildpost_agent.domain.history import NOTHING, histories
from guildpost_agent.domain.keyed import occasion_id
from guildpost_agent.domain.occasions import find
from guildpost_agent.domain.records import Job, Occasion, Triage
from guildpost_agent.domain.service_work import answers, cycle_days, done_within_days, works_of
from guildpost_agent.domain.subjects import Subjects
from guildpost_shared.services.conditions import FIELDS
from tests.factories.agent import NOW, TODAY, a_customer, a_job, a_vehicle
from tests.factories.round_world import a_touchpoint
from tests.factories.standard_services import standard_services

SERVICES = {service.service_id: service for service in standard_services()}
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("service_id", "cycle", "within"),
    [
        pytest.param("wheel_change", 75, 75, id="spring and autumn lie half a year apart"),
        pytest.param("seasonal_check", 23, 23, id="the lights in October are not the winter check in December"),
        pytest.param("recall", 1, 0, id="an earlier recall answers no later one"),
        pytest.param("brake_fluid", 1, 180, id="fluid changed early"),
        pytest.param("hu_au", 150, 180, id="an inspection done early"),
    ],
)
def test_a_cycle_is_as_long_as_the_days_of_its_rule_lie_apart(service_id: str, cycle: int, within: int) -> None:
    assert (cycle, within) == (cycle_days(SERVICES[service_id]), done_within_days(SERVICES[service_id]))


def test_the_repair_that_a_message_follows_does_not_answer_it() -> None:
    service = SERVICES["accident_follow_up"]
    job = a_job(text="Unfallschaden vorn links instandgesetzt")
    history = histories([job], works_of([service]))["V1"]
    assert (job.order_date, None) == (history.done["accident_follow_up"], history.last_of(service))
    assert not answers(service, job)


@pytest.mark.parametrize(
    ("later", "left"),
    [
        pytest.param({}, date(2026, 4, 1), id="not done"),
        pytest.param({"text": "BREMSBELÄGE VORNE"}, None, id="done since, in capitals"),
        pytest.param({"text": "Bremsbeläge vorne", "order_date": date(2026, 3, 1)}, date(2026, 4, 1), id="done before"),
        pytest.param({"text": "Bremsbeläge hinten"}, date(2026, 4, 1), id="other work done since"),
        pytest.param({"text": "Bremsbeläge vorne", "declined": True}, date(2026, 6, 1), id="declined once more"),
    ],
)
def test_declined_work_is_open_until_a_line_names_it_as_done(later: dict[str, object], left: date | None) -> None:
    declined = a_job(text="Bremsbeläge vorne – abgelehnt", declined=True)
    lines = [a_job("A2:0", **{"order_date": date(2026, 6, 1), **later}), declined]
    assert left == histories(lines)["V1"].declined


@pytest.mark.parametrize(
    ("lines", "stored", "expected"),
    [
        pytest.param([], False, False, id="unknown"),
        pytest.param(["4 Ganzjahresreifen montiert"], False, True, id="fitted here"),
        pytest.param(["4 Ganzjahresreifen montiert", "Winterreifen neu"], False, False, id="changed back since"),
        pytest.param(["4 Ganzjahresreifen montiert"], True, False, id="another set lies in the store"),
    ],
)
def test_tyres_for_all_the_year_are_known_from_the_workshop_s_lines(
    lines: list[str],
    stored: bool,  # noqa: FBT001 — a table's column
    expected: bool,  # noqa: FBT001 — see above
) -> None:
    jobs = [a_job(f"A{n}", order_date=date(2026, 1 + n, 1), text=text) for n, text in enumerate(lines)]
    history = histories(reversed(jobs), works_of(SERVICES.values())).get("V1", NOTHING)
    scene = Scene(a_vehicle(), a_customer(), history, TODAY, TODAY, wheels_stored=stored)
    assert facts_named("vehicle.all_season", scene) == {"vehicle": {"all_season": expected}}


def test_somebody_is_of_age_on_the_birthday_itself() -> None:
    history = histories([a_job()])["V1"]
    born = a_customer(birth_date=TODAY.replace(year=TODAY.year - 18))
    scenes = [Scene(a_vehicle(), born, history, TODAY, day) for day in (TODAY - DAY, TODAY)]
    ages = [facts_named("customer.age_years >= 18", scene)["customer"]["age_years"] for scene in scenes]
    assert [17, 18] == ages


def test_every_field_that_a_condition_may_name_is_a_fact() -> None:
    assert {group: set(names) for group, names in FACTS.items()} == {group: set(of) for group, of in FIELDS.items()}


@pytest.mark.parametrize(("group", "name"), [(group, name) for group, names in FACTS.items() for name in names])
def test_what_depends_on_the_keepers_other_vehicles_is_known_as_such(group: str, name: str) -> None:
    alone = Scene(a_vehicle(), a_customer(), NOTHING, TODAY, TODAY)
    among = replace(alone, vehicles=7, last_seen=TODAY - DAY)
    differs = FACTS[group][name](alone) != FACTS[group][name](among)
    assert differs == asks_of_others(f"{group}.{name} == 1")


def subjects(*jobs: Job, **persons: str) -> Subjects:
    """Give two customers' two cars, the second customer's seen here last."""
    born = date(1980, 4, 4)
    customers = {one: a_customer(one, birth_date=born) for one in ("1", "2")}
    vehicles = [a_vehicle("V1"), a_vehicle("V2", customer_id="2")]
    return Subjects(vehicles, histories(jobs), customers, persons={name[1:]: who for name, who in persons.items()})


@pytest.mark.parametrize("service_id", ["birthday", "win_back"])
def test_a_person_with_two_records_has_one_birthday_and_is_missed_once(service_id: str) -> None:
    jobs = [
        a_job("A1", order_date=date(2026, 2, 1)),
        a_job("A2", vehicle_id="V2", customer_id="2", order_date=date(2026, 3, 1)),
    ]
    apart, merged = subjects(*jobs), subjects(*jobs, c1="1", c2="1")
    found = [{o.vehicle_id for o in find(each, [SERVICES[service_id]], TODAY)} for each in (apart, merged)]
    assert [{"V1", "V2"}, {"V2"}] == found


@pytest.mark.parametrize(
    ("born", "born_too", "expected"),
    [
        pytest.param(date(1980, 4, 4), None, {"V1"}, id="one record alone names a birthday"),
        pytest.param(date(1980, 10, 4), date(1980, 4, 4), {"V2"}, id="the record of the car seen last counts"),
        pytest.param(date(1980, 4, 4), date(1980, 10, 4), set(), id="and so it does where its birthday is far off"),
    ],
)
def test_of_two_records_the_car_seen_last_tells_the_birthday(
    born: date, born_too: date | None, expected: set[str]
) -> None:
    jobs = [a_job("A1", order_date=date(2026, 2, 1)), a_job("A2", vehicle_id="V2", order_date=date(2026, 3, 1))]
    customers = {"1": a_customer("1", birth_date=born), "2": a_customer("2", birth_date=born_too)}
    known = replace(subjects(*jobs, c1="1", c2="1"), customers=customers)
    assert expected == {found.vehicle_id for found in find(known, [SERVICES["birthday"]], TODAY)}


def test_who_sold_the_car_that_came_was_here_all_the_same() -> None:
    lately, long_ago = a_job(order_date=TODAY - 30 * DAY), a_job("A2", vehicle_id="V2", order_date=date(2025, 3, 1))
    vehicles = [a_vehicle("V1", sold_on=TODAY - DAY), a_vehicle("V2")]
    known = Subjects(vehicles, histories([lately, long_ago]))
    assert [] == find(known, [SERVICES["win_back"]], TODAY)
    assert find(replace(known, vehicles=vehicles[1:]), [SERVICES["win_back"]], TODAY)


def test_an_earlier_keeper_s_visit_makes_nobody_missed() -> None:
    vehicle = a_vehicle(keeper_since=date(2026, 8, 1))
    assert [] == find(Subjects([vehicle], histories([a_job()])), [SERVICES["win_back"]], TODAY)


def test_what_a_message_carried_along_is_recognised_though_its_month_has_moved() -> None:
    occasion = Occasion("", "1", "V1", "inspection", date(2027, 5, 20), "mileage", 0.5, Triage.ESTIMATED)
    moved = replace(occasion, due_date=date(2027, 6, 3))
    then = occasion_id("V1", "1", "inspection", cycle_of(occasion.due_date, by_month=True))
    carrier = replace(a_touchpoint("t1", "1", NOW), bundled=(then,))
    assert carried_before(carrier, moved, 150)
    assert not carried_before(carrier, replace(moved, due_date=date(2029, 5, 20)), 150)
    assert not carried_before(carrier, replace(moved, vehicle_id="V2"), 150)


def test_the_names_of_cycles_are_those_that_the_planner_gives() -> None:
    (found,) = find(Subjects([a_vehicle()], histories([a_job()])), [SERVICES["hu_au"]], TODAY)
    assert found.occasion_id == occasion_id("V1", "1", "hu_au", cycle_of(found.due_date, by_month=True))
