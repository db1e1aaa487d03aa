"""Whom a planner's event concerns, and that it is never guessed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.planner.matching import Directory, Match, Unmatched
from tests.factories.agent import a_customer, a_vehicle
from tests.factories.planner import an_event

VIN = "WVWZZZ1JZXW000001"
CUSTOMERS = [
    a_customer("4711", family_name="Huber", mobile="+491711234567", phone="+4987112345678"),
    a_customer("4712", family_name="Maier", phone="+4987112345678"),
    a_customer("4713", family_name="Schmid-Lang", mobile="+491719999999"),
    a_customer("4714", family_name="Huber"),
    a_customer("4715", family_name="Wirth", mobile="+491718888888"),
]
VEHICLES = [
    a_vehicle("V1", customer_id="4711", plate="LA-AB 12", vin=VIN),
    a_vehicle("V2", customer_id="4711", plate="LA-AB 13"),
    a_vehicle("V3", customer_id="4712", plate="LA-CD 5E"),
    a_vehicle("V4", customer_id="4713", plate="LA-XY 99"),
    a_vehicle("V5", customer_id="4714", plate="LA-XY 99"),
    a_vehicle("V6", customer_id="4715", plate="M-A 1"),
    a_vehicle("V7", customer_id="4711", plate="LA-ZZ 1", in_stock=True),
]
DIRECTORY = Directory(CUSTOMERS, VEHICLES)


@pytest.mark.parametrize(
    ("text", "fields", "expected"),
    [
        ("HU LA-AB 12", {}, Match("4711", "V1")),
        ("Inspektion LA CD 5E, Maier", {}, Match("4712", "V3")),
        (f"Rückruf {VIN}", {}, Match("4711", "V1")),
        ("Kd.-Nr. 4712 HU", {}, Match("4712", "V3")),
        ("Kundennummer: 4711", {}, Match("4711", "")),
        ("KdNr4715", {}, Match("4715", "V6")),
        ("bitte 0171 1234567 anrufen", {}, Match("4711", "")),
        ("Tel. +49 171 8888888", {}, Match("4715", "V6")),
        ("Maier, Tel. 0871 12345678", {}, Match("4712", "V3")),
        ("HU Schmid-Lang LA-XY 99", {}, Match("4713", "V4")),
        ("Huber LA-XY 99", {}, Match("4714", "V5")),
        ("", {"plate": "laab12"}, Match("4711", "V1")),
        ("", {"vehicle_id": "V2", "customer_id": "4711"}, Match("4711", "V2")),
        ("", {"phone": "0171/8888888"}, Match("4715", "V6")),
        ("Huber LA-AB 12 und LA-QQ 1", {}, Match("4711", "V1")),
    ],
    ids=[
        "a plate", "a plate with gaps", "a VIN", "a customer number", "a customer with two vehicles",
        "a short spelling",
        "a phone number",
        "an international phone number", "a shared phone number and the name", "a plate that moved on and the name",
        "the other name of that plate", "a plate in a field of its own", "numbers that agree", "a phone field",
        "a plate that nobody has beside a known one",
    ],
)  # fmt: skip
def test_an_event_is_matched_by_what_identifies(text: str, fields: dict[str, Any], expected: Match) -> None:
    assert expected == DIRECTORY.match(an_event(text, **fields))


@pytest.mark.parametrize(
    ("text", "fields", "expected"),
    [
        ("Huber Inspektion", {}, Unmatched.NO_KEY),
        ("Teambesprechung 10 Uhr", {}, Unmatched.NO_KEY),
        ("HU 24 AU 12", {}, Unmatched.NO_KEY),
        ("4711", {}, Unmatched.NO_KEY),
        ("Kunde 4711 Uhr", {}, Unmatched.NO_KEY),
        ("LA-QQ 1 Huber", {}, Unmatched.UNKNOWN),
        ("LA-ZZ 1", {}, Unmatched.UNKNOWN),
        ("Tel. 0171 7654321", {}, Unmatched.UNKNOWN),
        ("LA-XY 99", {}, Unmatched.AMBIGUOUS),
        ("LA-XY 99 Maier", {}, Unmatched.AMBIGUOUS),
        ("Tel. 0871 12345678", {}, Unmatched.AMBIGUOUS),
        ("LA-AB 12, Kd-Nr 4712", {}, Unmatched.CONFLICT),
        ("LA-AB 12 oder LA-CD 5E", {}, Unmatched.CONFLICT),
        ("LA-AB 12 und LA-AB 13", {}, Unmatched.CONFLICT),
        ("LA-AB 12", {"repeats": True}, Unmatched.SERIES),
    ],
    ids=[
        "a name alone", "no customer at all", "work and numbers", "a bare number", "a number behind a customer",
        "an unknown plate and a known name",
        "the dealer's own vehicle", "an unknown phone number", "a plate of two keepers", "the name of a third",
        "a shared phone number", "a plate and another's number", "plates of two customers",
        "two plates of one customer", "a series",
    ],
)  # fmt: skip
def test_what_does_not_identify_is_left_out_with_its_reason(
    text: str, fields: dict[str, Any], expected: Unmatched
) -> None:
    assert expected == DIRECTORY.match(an_event(text, **fields))


KEYS = st.sampled_from(["LA-AB 12", "LA-CD 5E", "LA-XY 99", VIN, "Kd-Nr 4711", "Kd-Nr 4713", "0171 8888888", "Huber"])


@given(st.lists(KEYS, max_size=4).flatmap(lambda keys: st.tuples(st.just(keys), st.permutations(keys))))
def test_the_order_of_an_events_words_decides_nothing(orders: tuple[list[str], list[str]]) -> None:
    one, other = (DIRECTORY.match(an_event(", ".join(keys))) for keys in orders)
    assert one == other


@given(st.lists(KEYS, max_size=4))
def test_a_match_is_always_a_vehicle_of_its_customer(keys: list[str]) -> None:
    found = DIRECTORY.match(an_event(", ".join(keys)))
    if isinstance(found, Match) and found.vehicle_id:
        assert {found.customer_id} == {v.customer_id for v in VEHICLES if v.vehicle_id == found.vehicle_id}


@given(st.text())
def test_no_text_whatever_breaks_the_matching(text: str) -> None:
    assert DIRECTORY.match(an_event(text)) is not None
