"""Coordinates, counting, noise, and the whole way through the secure sum."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_shared.errors import Untrusted
from guildpost_shared.secagg.context import RoundContext
from guildpost_shared.secagg.stages import Stage
from guildpost_shared.studies.coordinates import Integers
from guildpost_shared.studies.layout import MaturedReminder, VectorLayout
from guildpost_shared.studies.noise import contribution, promised_variance, summed_variance
from guildpost_shared.studies.sanity import require_plausible
from guildpost_shared.studies.slot_lead import slot_lead_study
from tests.factories.secagg_network import network
from tests.fakes.seeded_entropy import SeededEntropy

SPEC = slot_lead_study(
    brand="Arvana",
    services=["hu_au", "inspection"],
    period_start=date(2027, 1, 1),
    period_end=date(2027, 3, 31),
)
LAYOUT = VectorLayout.of(SPEC)


def reminders() -> st.SearchStrategy[MaturedReminder]:
    def build(service: str, day: int, hour: int | None, lead: int, booked: bool) -> MaturedReminder:  # noqa: FBT001 — drawn
        return MaturedReminder(service, "letter" if hour is None else "email", day, hour, lead, booked)

    services, hours = st.sampled_from(LAYOUT.services), st.none() | st.integers(0, 23)
    return st.builds(build, services, st.integers(0, 6), hours, st.integers(-30, 200), st.booleans())


def encode(items: list[MaturedReminder], cap: int = 1_500) -> dict[str, int]:
    vector = LAYOUT.encode(items, cap=cap, entropy=SeededEntropy(b"cap"))
    return {name: value for name, value in zip(LAYOUT.names, vector.tolist(), strict=True) if value}


def test_an_email_that_led_to_a_booking_raises_four_named_coordinates() -> None:
    expected = {
        "inspection/sends/slot/3/18": 1,
        "inspection/bookings/slot/3/18": 1,
        "inspection/sends/lead/42-56": 1,
        "inspection/bookings/lead/42-56": 1,
    }
    assert expected == encode([MaturedReminder("inspection", "email", 3, 18, 42, booked=True)])


def test_a_letter_counts_by_lead_time_only() -> None:
    assert {"hu_au/sends/lead/14-28": 1} == encode([MaturedReminder("hu_au", "letter", 0, None, 27, booked=False)])


@pytest.mark.parametrize("lead", [-1, 121, 400])
def test_a_lead_time_outside_the_edges_counts_in_no_bucket(lead: int) -> None:
    found = encode([MaturedReminder("hu_au", "email", 6, 23, lead, booked=False)])
    assert {"hu_au/sends/slot/6/23": 1} == found


@given(st.lists(reminders(), max_size=30))
def test_one_customer_moves_the_vector_no_further_than_the_stated_sensitivity(items: list[MaturedReminder]) -> None:
    whole = LAYOUT.encode(items, cap=100, entropy=SeededEntropy(b""))
    for at in range(min(3, len(items))):
        change = whole - LAYOUT.encode([*items[:at], *items[at + 1 :]], cap=100, entropy=SeededEntropy(b""))
        assert np.abs(change).sum() <= LAYOUT.sensitivity.l1 == 4
        assert (change**2).sum() <= LAYOUT.sensitivity.l2_squared == 4


@given(st.lists(reminders(), max_size=40))
def test_decoding_gives_back_what_was_counted(items: list[MaturedReminder]) -> None:
    tables = LAYOUT.decode(LAYOUT.encode(items, cap=100, entropy=SeededEntropy(b"")))
    for service, table in tables.items():
        mails = [item for item in items if item.service == service and item.hour is not None]
        assert table.slot is not None
        assert len(mails) == table.slot["sends"].sum()
        assert sum(item.booked for item in mails) == table.slot["bookings"].sum()
        assert all(table.slot["sends"][item.weekday, item.hour] > 0 for item in mails if item.hour is not None)
        inside = [item for item in items if item.service == service and 0 <= item.lead_days < 121]
        assert len(inside) == table.lead["sends"].sum()


def test_at_most_w_customers_are_counted() -> None:
    crowd = [MaturedReminder("hu_au", "letter", 0, None, 20, booked=True)] * 50
    assert {"hu_au/sends/lead/14-28": 7, "hu_au/bookings/lead/14-28": 7} == encode(crowd, cap=7)


@pytest.mark.parametrize(
    "reminder",
    [
        MaturedReminder("tyres", "email", 0, 8, 20, booked=False),
        MaturedReminder("hu_au", "letter", 0, 8, 20, booked=False),
        MaturedReminder("hu_au", "email", 0, None, 20, booked=False),
        MaturedReminder("hu_au", "email", 7, 8, 20, booked=False),
        MaturedReminder("hu_au", "email", 0, 24, 20, booked=False),
    ],
    ids=["foreign service", "letter with an hour", "e-mail without an hour", "eighth day", "hour 24"],
)
def test_a_reminder_that_does_not_belong_to_the_study_is_a_bug(reminder: MaturedReminder) -> None:
    with pytest.raises(ValueError, match=r".+"):
        encode([reminder])


def test_a_study_of_letters_has_no_slots_and_half_the_sensitivity() -> None:
    letters = VectorLayout.of(replace(SPEC, channels=("letter",)))
    assert (28, 2) == (letters.dimension, letters.sensitivity.l1)
    assert letters.decode(np.arange(28))["hu_au"].slot is None


def test_every_change_of_the_coordinates_changes_the_layout_hash() -> None:
    variants = [
        LAYOUT,
        replace(LAYOUT, services=("inspection", "hu_au")),
        replace(LAYOUT, lead_edges=(0, 14, 28)),
        replace(LAYOUT, has_slots=False),
    ]
    assert len(variants) == len({layout.layout_hash for layout in variants})


def test_a_dealer_with_nothing_to_report_sends_pure_noise_of_the_shared_variance() -> None:
    drawn = [contribution(SPEC, [], threshold=10, entropy=SeededEntropy(bytes([n]))) for n in range(100)]
    assert Fraction(84 * 12, 10) == summed_variance(SPEC, Fraction(12, 10))
    assert 84 == promised_variance(SPEC)
    assert 8.4 * 0.97 < np.array(drawn).var() < 8.4 * 1.03


def test_a_threshold_below_the_floor_is_a_bug() -> None:
    with pytest.raises(ValueError, match="threshold"):
        contribution(SPEC, [], threshold=1, entropy=SeededEntropy(b""))


def test_twelve_dealers_counts_arrive_through_the_secure_sum() -> None:
    net = network(12)
    context = RoundContext("study-1", SPEC.sha256, net.roster.sha256, LAYOUT.layout_hash, LAYOUT.dimension)
    net = replace(net, context=context)
    aggregator, participants = net.aggregator(), net.participants()
    sent = {}
    for place, agent in enumerate(net.agents):
        mails = [MaturedReminder("hu_au", "email", 1, 9, 30, booked=True)] * (100 + place)
        entropy = SeededEntropy(agent.encode())
        sent[agent] = (mails, entropy)
    uploads = {}

    def make(agent: str) -> Integers:
        mails, entropy = sent[agent]
        uploads[agent] = contribution(SPEC, mails, threshold=participants[agent].threshold, entropy=entropy)
        return uploads[agent]

    while aggregator.stage < Stage.FINISHED:
        for agent, request in aggregator.requests().items():
            aggregator.receive(agent, participants[agent].handle(request, partial(make, agent)))
        aggregator.advance()
    total = aggregator.result().sum
    assert np.sum(list(uploads.values()), axis=0).tolist() == total.tolist()
    require_plausible(SPEC, total, contributors=12, noise=Fraction(12, 10))
    slot = LAYOUT.decode(total)["hu_au"].slot
    assert slot is not None
    assert abs(int(slot["bookings"][1, 9]) - 1_266) < 8 * 10.04


@pytest.mark.parametrize(
    ("coordinate", "value", "field"),
    [
        (0, -1_001, "hu_au/sends/slot/0/0"),
        (3, 2**40, "hu_au/sends/slot/0/3"),
        (5, 20_000, "sends/slot"),
        (699, 20_000, "bookings/lead"),
    ],
    ids=["too low", "too high", "more sends than the caps allow", "more bookings than the caps allow"],
)
def test_a_grossly_wrong_sum_is_refused_and_named(coordinate: int, value: int, field: str) -> None:
    total = np.zeros(700, dtype=np.int64)
    total[coordinate] = value
    with pytest.raises(Untrusted, match="study_sum_implausible") as refusal:
        require_plausible(SPEC, total, contributors=12, noise=Fraction(12, 10))
    assert field == refusal.value.params["field"]
