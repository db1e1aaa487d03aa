"""How the dealership's records become the contexts that are learned from."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from guildpost_agent.domain.learning.reading import (
    Addressed,
    Recipient,
    age_group,
    channel_index,
    contexts_of,
    is_loyal,
    learned_class,
    nearest_slot,
    recipient,
    reminders_of,
    sent_of,
)
from guildpost_agent.domain.records import Channel
from guildpost_shared.learning.bases import LEAD_DAYS, slot_of
from guildpost_shared.learning.contexts import CHANNELS, CLASSES
from tests.factories.agent import a_customer, a_vehicle
from tests.factories.round_world import a_touchpoint
from tests.factories.standard_services import standard_services

TODAY = date(2027, 3, 1)
SENT = datetime(2027, 3, 4, 17, 2, tzinfo=UTC)
SERVICES = {service.service_id: service for service in standard_services()}


@pytest.mark.parametrize(
    ("service_id", "expected"),
    [
        ("hu_au", "inspection"),
        ("inspection", "maintenance"),
        ("brake_fluid", "maintenance"),
        ("wheel_change", "tyres"),
        ("warranty_end", "warranty"),
        ("win_back", "winback"),
        ("birthday", None),
        ("recall", None),
        ("acute_notice", None),
        ("lease_end", None),
        ("seasonal_check", None),
        ("thanks", None),
    ],
)
def test_a_service_is_learned_in_its_class_or_not_at_all(service_id: str, expected: str | None) -> None:
    found = learned_class(SERVICES[service_id])
    assert expected == (None if found is None else CLASSES[found])


@pytest.mark.parametrize(("channel", "name"), [("email", "email"), ("letter", "letter"), ("call", "phone")])
def test_channels_have_their_place(channel: str, name: str) -> None:
    assert name == CHANNELS[channel_index(channel)]


@pytest.mark.parametrize(
    ("registered", "group"),
    [
        (date(2027, 4, 1), 0),
        (date(2023, 3, 2), 0),
        (date(2023, 3, 1), 1),
        (None, 1),
        (date(2019, 3, 2), 1),
        (date(2019, 3, 1), 2),
        (date(1971, 6, 1), 2),
    ],
    ids=["ahead", "a day short of 4", "4 years", "unknown", "a day short of 8", "8 years", "very old"],
)
def test_vehicles_are_of_three_ages(registered: date | None, group: int) -> None:
    assert group == age_group(registered, TODAY)


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        ([], False),
        ([date(2025, 2, 28)], False),
        ([date(2025, 3, 1)], True),
        ([date(2027, 2, 28)], True),
        ([TODAY], False),
        ([date(2020, 1, 1), date(2027, 5, 1)], False),
    ],
    ids=["never", "a day too long ago", "24 months ago", "yesterday", "on the day itself", "before and after"],
)
def test_loyal_is_who_was_here_in_the_two_years_before_the_day(visits: list[date], *, expected: bool) -> None:
    assert expected is is_loyal(visits, TODAY)


@pytest.mark.parametrize(
    ("vehicle", "expected"),
    [
        ({"customer_id": "1", "first_registration": date(2010, 1, 1)}, Recipient(1, 2, 1)),
        ({"customer_id": "2", "first_registration": date(2010, 1, 1)}, Recipient(1, 1, 1)),
        (None, Recipient(1, 1, 1)),
    ],
    ids=["the keeper's own", "somebody else's by now", "gone"],
)
def test_a_vehicle_tells_something_about_its_keeper_only(vehicle: dict[str, Any] | None, expected: Recipient) -> None:
    car = None if vehicle is None else a_vehicle("V1", **vehicle)
    found = recipient(a_customer("1", is_business=True), car, [date(2026, 9, 1)], TODAY)
    assert expected == found


@pytest.mark.parametrize(("hour", "counted"), [(7, 8), (8, 8), (19, 19), (20, 20), (23, 20)])
def test_an_hour_outside_the_grid_counts_as_its_nearest(hour: int, counted: int) -> None:
    assert slot_of(0, counted) == nearest_slot(0, hour)


def test_an_e_mail_counts_when_it_left_and_a_letter_when_it_was_to_arrive() -> None:
    who, due, left = Recipient(0, 1, 1), date(2027, 4, 30), datetime(2027, 3, 4, 18, 2)  # noqa: DTZ001 — local time
    mail = a_touchpoint("1", "1", SENT, channel=Channel.EMAIL, due_date=due, lead_days=60)
    letter = a_touchpoint("2", "2", SENT, channel=Channel.LETTER, due_date=due, lead_days=52)
    found = reminders_of(
        [
            sent_of(mail, 0, who, left, answered=True),
            sent_of(letter, 0, who, left, answered=False),
        ]
    )
    assert [55, 50] == [LEAD_DAYS[at] for at in found.lead]
    assert slot_of(3, 18) == found.slot[0]
    assert [1, 0] == found.answered.tolist()
    assert [True, False] == found.contexts.timed.tolist()


def test_contexts_keep_their_order() -> None:
    rows = [Addressed(0, 0, Recipient(0, 0, 1)), Addressed(4, 1, Recipient(1, 2, 0))]
    found = contexts_of(rows)
    assert [1, 4 * 36 + 12 + 10] == found.cell.tolist()
