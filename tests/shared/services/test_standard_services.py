"""The standard services: whom they are for, what answers them, which one leads, and how notices differ."""

from itertools import pairwise

import pytest

from guildpost_shared.services.conditions import FIELDS, Fact, Facts
from guildpost_shared.services.definition import CapClass, Channel, NetworkStatus, Purpose, ServiceDefinition
from guildpost_shared.services.event_rules import ListRule, NoticeRule
from tests.factories.standard_services import standard_services

SERVICES = {service.service_id: service for service in standard_services()}
NOTICES = {"recall", "acute_notice", "appointment_confirmation"}
EACH = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES.keys())
USUAL: dict[str, Fact] = {
    "vehicle.make": "Arvana", "vehicle.fuel": "petrol", "vehicle.vehicle_class": "car", "vehicle.age_months": 60,
    "vehicle.mileage_km": 70_000, "vehicle.visits": 4, "customer.age_years": 44,
}  # fmt: skip


def _facts(changes: dict[str, Fact]) -> Facts:
    unknown: dict[type[Fact], Fact] = {str: "", int: -1, bool: False}
    known = USUAL | changes
    return {
        group: {name: known.get(f"{group}.{name}", unknown[kind]) for name, kind in of.items()}
        for group, of in FIELDS.items()
    }


def test_the_services_are_ordered_by_strength() -> None:
    assert {
        "recall": 100, "acute_notice": 100, "appointment_confirmation": 100,
        "hu_au": 90, "inspection": 80, "lease_end": 75, "warranty_end": 70,
        "declined_work": 65, "wheel_change": 60, "brake_fluid": 50, "climate": 45, "accident_follow_up": 40,
        "welcome": 35, "seasonal_check": 30, "loyalty": 27, "thanks": 25, "win_back": 20, "birthday": 10,
    } == {name: service.strength for name, service in SERVICES.items()}  # fmt: skip


@EACH
def test_only_recalls_acute_notices_and_confirmations_are_notices(service: ServiceDefinition) -> None:
    notice = service.service_id in NOTICES
    assert (Purpose.NOTICE if notice else Purpose.ADVERTISING) is service.purpose
    assert (CapClass.EXEMPT if notice else CapClass.COMMERCIAL) is service.cap_class
    assert notice is isinstance(service.occasion, ListRule | NoticeRule)


def test_a_recall_goes_by_letter_before_anything_else() -> None:
    recall = SERVICES["recall"]
    assert [(Channel.LETTER, True), (Channel.EMAIL, False)] == [(use.channel, use.mandatory) for use in recall.channels]
    assert ListRule("recall") == recall.occasion
    assert NetworkStatus.MANDATORY is recall.network


def test_a_notice_shares_no_message_with_advertising() -> None:
    groups = {name: service.bundle_group for name, service in SERVICES.items()}
    for notice in NOTICES:
        assert not [name for name, group in groups.items() if name != notice and group == groups[notice]]


@EACH
def test_steps_follow_one_another_and_the_usual_day_lies_inside(service: ServiceDefinition) -> None:
    for touch in service.touches:
        assert touch.first_day >= touch.default_lead >= touch.last_day
    for earlier, later in pairwise(service.touches):
        assert earlier.last_day > later.first_day


@EACH
def test_a_condition_holds_for_the_usual_private_car(service: ServiceDefinition) -> None:
    seldom: dict[str, Fact] = {"customer.visits": 2 if service.service_id == "thanks" else 4}
    assert service.condition.holds(_facts(seldom))


@pytest.mark.parametrize(("visits", "thanked_by"), [(1, "thanks"), (3, "thanks"), (4, "loyalty"), (40, "loyalty")])
def test_a_visit_is_thanked_for_by_one_service(visits: int, thanked_by: str) -> None:
    facts = _facts({"customer.visits": visits})
    assert [thanked_by] == [name for name in ("thanks", "loyalty") if SERVICES[name].condition.holds(facts)]


@pytest.mark.parametrize(
    ("service_id", "changes"),
    [
        pytest.param("wheel_change", {"vehicle.all_season": True}, id="all-season tyres"),
        pytest.param("wheel_change", {"vehicle.visits": 0}, id="wheels not stored and never here"),
        pytest.param("wheel_change", {"vehicle.season_plate": True}, id="registered for part of the year"),
        pytest.param("wheel_change", {"vehicle.vehicle_class": "motorcycle"}, id="wheels of a motorcycle"),
        pytest.param("brake_fluid", {"vehicle.vehicle_class": "trailer_to_3500kg"}, id="brakes of a trailer"),
        pytest.param("climate", {"vehicle.vehicle_class": "motorcycle"}, id="no air conditioning"),
        pytest.param("warranty_end", {"vehicle.make": "Other"}, id="another maker's warranty"),
        pytest.param("birthday", {"customer.business": True}, id="a company has no birthday"),
        pytest.param("birthday", {"customer.couple": True}, id="a record kept for two"),
        pytest.param("birthday", {"customer.age_years": -1}, id="no birth date"),
        pytest.param("birthday", {"customer.age_years": 127}, id="a date that stands for unknown"),
        pytest.param("birthday", {"customer.age_years": 9}, id="a child's date"),
        pytest.param("win_back", {"vehicle.age_months": 200}, id="probably given away"),
        pytest.param("declined_work", {"vehicle.age_months": 240}, id="too old to repair"),
        pytest.param("declined_work", {"vehicle.mileage_km": 320_000}, id="too far driven to repair"),
    ],
)
def test_a_service_leaves_out_whom_it_is_not_for(service_id: str, changes: dict[str, Fact]) -> None:
    assert not SERVICES[service_id].condition.holds(_facts(changes))


def test_stored_wheels_are_a_reason_even_before_the_first_visit() -> None:
    stored = _facts({"vehicle.visits": 0, "vehicle.wheels_stored": True})
    assert SERVICES["wheel_change"].condition.holds(stored)


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        pytest.param("RAEDER UMSTECKEN + EINLAGERN", {"wheel_change"}, id="wheels changed"),
        pytest.param("Radwechsel Sommer/Winter", {"wheel_change"}, id="wheels changed, other word"),
        pytest.param("Reserverad ersetzt, Radwechsel", set(), id="spare wheel"),
        pytest.param("WECHSEL DER BREMSFLÜSSIGKEIT", {"brake_fluid"}, id="brake fluid changed"),
        pytest.param("ENTLEERT U BEFUELLT BREMSKREISLAUF", {"brake_fluid"}, id="brake fluid changed, other words"),
        pytest.param("Bremsflüssigkeit geprüft i. O.", set(), id="brake fluid looked at"),
        pytest.param("Klimaanlage gewartet", {"climate"}, id="air conditioning serviced"),
        pytest.param("Klimaservice empfohlen, nicht durchgeführt", set(), id="air conditioning declined"),
        pytest.param("Rückrufaktion 24V-017 durchgeführt", {"recall"}, id="recall done"),
        pytest.param("Lichttest 2027", {"seasonal_check"}, id="lights tested"),
        pytest.param("Unfallschaden vorn links instandgesetzt", {"accident_follow_up"}, id="accident repaired"),
        pytest.param("Kostenvoranschlag Unfallschaden", set(), id="accident estimated only"),
        pytest.param("Ölwechsel mit Filter", set(), id="other work"),
    ],
)
def test_a_line_of_the_workshop_answers_its_service(text: str, answered: set[str]) -> None:
    assert answered == {name for name, service in SERVICES.items() if service.work and service.work.fits(text)}
