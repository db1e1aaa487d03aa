from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from guildpost_agent.domain.attribution import Sent, attribute, bookings_of
from guildpost_agent.domain.records import Channel, Touchpoint
from guildpost_agent.domain.work_kinds import appointment_occasion, job_kind
from tests.factories.agent import a_job, a_service, an_appointment

BERLIN = ZoneInfo("Europe/Berlin")
LEFT = datetime(2027, 3, 1, 9, tzinfo=UTC)
TOUCHPOINT = Touchpoint(
    "t1", "o", "1", "V1", "hu_au", 1, Channel.EMAIL, LEFT, LEFT, date(2027, 4, 30), 60, 0, 10, "default", "sent"
)
SERVICES = (a_service("hu_au"), a_service("inspection"))


@pytest.mark.parametrize(
    ("appointment", "expected"),
    [
        pytest.param({}, True, id="booked on the same day"),
        pytest.param({"created_on": date(2027, 3, 22)}, True, id="on the last day of the window"),
        pytest.param({"created_on": date(2027, 3, 23)}, False, id="a day too late"),
        pytest.param({"created_on": date(2027, 2, 28)}, False, id="before the message"),
        pytest.param({"status": "storniert"}, False, id="called off"),
        pytest.param({"status": "nicht erschienen"}, True, id="did not come, but had booked"),
        pytest.param({"occasion": "inspection"}, False, id="for something else"),
        pytest.param({"customer_id": "2"}, False, id="another customer"),
        pytest.param({"vehicle_id": "V2"}, False, id="another vehicle"),
    ],
)
def test_a_booking_answers_a_message_of_its_customer_vehicle_and_service(
    *, appointment: dict[str, Any], expected: bool
) -> None:
    bookings = bookings_of([an_appointment(**appointment)], [], SERVICES, BERLIN)
    assert expected is bool(attribute([Sent(TOUCHPOINT, LEFT, 21)], bookings, BERLIN))


def test_somebody_who_simply_comes_has_booked_too() -> None:
    bookings = bookings_of(
        [], [a_job(kind="hu", order_date=date(2027, 3, 9)), a_job("A1:1", kind="other")], SERVICES, BERLIN
    )
    ((_, booking),) = attribute([Sent(TOUCHPOINT, LEFT, 21)], bookings, BERLIN)
    assert (booking.made_on, booking.reference) == (date(2027, 3, 9), "order A1")


def test_a_booking_answers_the_last_message_before_it_and_each_message_counts_once() -> None:
    second = Sent(replace(TOUCHPOINT, touchpoint_id="t2"), LEFT.replace(day=10), 21)
    bookings = bookings_of(
        [an_appointment(created_on=date(2027, 3, 12)), an_appointment("T2", created_on=date(2027, 3, 14))],
        [],
        SERVICES,
        BERLIN,
    )
    pairs = attribute([second, Sent(TOUCHPOINT, LEFT, 21)], bookings, BERLIN)
    assert [("t2", "appointment T1")] == [(sent.touchpoint.touchpoint_id, booking.reference) for sent, booking in pairs]


@pytest.mark.parametrize(
    ("operation", "text", "expected"),
    [
        ("HU0100", "irgendwas", "hu"),
        ("IN0200", "INSPEKTION GROSS", "inspection"),
        ("OL0210", "Motoröl und Filter gewechselt", "other"),
        ("", "HAUPTUNTERSUCHUNG", "hu"),
        ("", "TÜV / AU", "hu"),
        ("", "Hauptuntersuchung nach § 29 StVZO", "hu"),
        ("", "HU-Vorbereitung", "other"),
        ("", "Mängelbeseitigung nach HU", "other"),
        ("", "Wartung nach Herstellervorgabe", "inspection"),
        ("", "Service klein", "inspection"),
        ("", "Jahresinspektion", "inspection"),
        ("", "Klimaanlage gewartet", "other"),
        ("", "Urlaubsinspektion", "other"),
        ("", "Räderwechsel", "other"),
        ("", "WECHSEL DER BREMSFLÜSSIGKEIT", "other"),
    ],
)
def test_a_labour_line_is_classified_by_code_then_by_words(operation: str, text: str, expected: str) -> None:
    assert expected == job_kind(operation, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("HU", "hu_au"), ("HU/AU + Inspektion", "hu_au"), ("Inspektion", "inspection"), ("Reparatur", ""), ("", "")],
)
def test_an_appointment_names_the_strongest_service_it_is_for(text: str, expected: str) -> None:
    assert expected == appointment_occasion(text)
