"""Rates, intervals, suppression, and the published document."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from guildpost_shared.errors import Refused, Untrusted
from guildpost_shared.studies.coordinates import Integers
from guildpost_shared.studies.figures import Estimate, too_little_data
from guildpost_shared.studies.layout import VectorLayout
from guildpost_shared.studies.release import Release, dump_release, parse_release
from guildpost_shared.studies.releasing import build_release
from guildpost_shared.studies.slot_lead import slot_lead_study

SPEC = slot_lead_study(
    brand="Arvana", services=["hu_au", "inspection"], period_start=date(2027, 1, 1), period_end=date(2027, 3, 31)
)
LAYOUT = VectorLayout.of(SPEC)
TODAY = date(2027, 6, 4)


def noised_sum(per_cell: int, evening: float) -> Integers:
    """Sums as twelve dealers give them: mails on working days from 8 to 19 h, booked at 10 % or, evenings, more."""
    rng = np.random.default_rng(1)
    total = np.zeros(LAYOUT.dimension, dtype=np.int64)
    for at, name in enumerate(LAYOUT.names):
        service, measure, kind, *cell = name.split("/")
        if measure == "bookings" and kind == "slot":
            sends = total[LAYOUT.names.index(f"{service}/sends/slot/{cell[0]}/{cell[1]}")]
            total[at] = rng.binomial(sends, evening if int(cell[1]) >= 17 else 0.1)
        elif measure == "bookings":
            total[at] = rng.binomial(total[LAYOUT.names.index(f"{service}/sends/lead/{cell[0]}")], 0.1)
        elif kind == "lead":
            total[at] = per_cell * 8
        elif int(cell[0]) < 5 and 8 <= int(cell[1]) < 20:
            total[at] = per_cell
    return total + rng.normal(0, np.sqrt(84 * 1.2), LAYOUT.dimension).round().astype(np.int64)


def released(per_cell: int = 60, evening: float = 0.1, dealers: int = 12) -> Release:
    total, noise = noised_sum(per_cell, evening), Fraction(dealers, max(10, dealers * 4 // 5))
    return build_release(SPEC, total, contributors=dealers, groups=dealers, noise=noise, today=TODAY)


def test_a_release_survives_writing_and_reading() -> None:
    release = released()
    assert release == parse_release(dump_release(release))
    assert "releases/slot-lead/2027-01-01_2027-03-31.json" == release.target_path


def test_no_count_leaves_with_a_release() -> None:
    fields: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            fields.update(value)
            for item in value.values():
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    walk(json.loads(dump_release(released())))
    assert not fields & {"sends", "bookings", "customers", "agent_id", "dealers"}
    assert {"rate", "low", "high", "contributors", "groups"} <= fields


def test_small_cells_are_suppressed_and_the_margins_remain() -> None:
    slot = released(per_cell=15).services[0].slot
    assert slot is not None
    assert sum(figure is not None for row in slot.grid for figure in row) <= 20, "of 168, of which 60 have 15 customers"
    assert sum(figure is not None for figure in slot.days) >= 4
    assert slot.overall is not None


def test_a_total_that_could_be_noise_alone_is_covered_like_any_cell() -> None:
    """All 168 cells carry noise: two deviations of their sum are some 280 customers, far above the floor of 20."""
    for per_cell, shown in ((2, False), (3, False), (15, True)):
        slot = released(per_cell=per_cell).services[0].slot
        assert slot is not None
        assert shown is (slot.overall is not None)


def test_twelve_dealers_teach_too_little_and_the_release_says_so() -> None:
    assert released(evening=0.12).too_little_data


def test_a_clear_difference_is_not_called_too_little_data() -> None:
    release = released(per_cell=800, evening=0.5, dealers=200)
    slot = release.services[0].slot
    assert slot is not None
    assert not slot.too_little_data
    assert not release.too_little_data
    evening, morning = slot.hours[18], slot.hours[9]
    assert evening is not None
    assert morning is not None
    assert evening.low > morning.high
    assert release.services[0].lead.too_little_data


@pytest.mark.parametrize(
    ("groups", "today", "code"),
    [(9, TODAY, "release_too_few_groups"), (12, date(2027, 6, 3), "release_too_young")],
    ids=["nine legal entities", "a day too early"],
)
def test_a_release_is_refused_for(groups: int, today: date, code: str) -> None:
    with pytest.raises(Refused, match=code):
        build_release(SPEC, noised_sum(60, 0.1), contributors=12, groups=groups, noise=Fraction(12, 10), today=today)


def test_an_implausible_sum_is_not_released() -> None:
    total = noised_sum(60, 0.1)
    total[3] = 10**9
    with pytest.raises(Untrusted, match="study_sum_implausible"):
        build_release(SPEC, total, contributors=12, groups=12, noise=Fraction(12, 10), today=TODAY)


@pytest.mark.parametrize("variance", [0.0, 100.8, 2_419.0], ids=["no noise", "a cell's", "a day's"])
@pytest.mark.parametrize(("sends", "rate"), [(150, 0.15), (150, 0.02), (1_000, 0.5), (20, 0.1)])
def test_ninety_five_per_cent_intervals_hold_the_truth(variance: float, sends: int, rate: float) -> None:
    rng = np.random.default_rng(11)
    size, held = 1_500, 0
    noise = rng.normal(0, np.sqrt(variance), (2, size)).round()
    bookings = rng.binomial(sends, rate, size)
    for one in range(size):
        estimate = Estimate(int(sends + noise[0, one]), int(bookings[one] + noise[1, one]), variance)
        figure = estimate.figure()
        assert 0 <= figure.low <= figure.rate <= figure.high <= 1
        held += figure.low <= rate <= figure.high
    assert held / size > 0.93


def test_equal_rates_are_rarely_called_different() -> None:
    rng = np.random.default_rng(5)
    alarms = 0
    for _ in range(300):
        sends = 200 + rng.normal(0, 10, 12).round()
        bookings = rng.binomial(200, 0.15, 12) + rng.normal(0, 10, 12).round()
        alarms += not too_little_data([Estimate(int(s), int(b), 100.0) for s, b in zip(sends, bookings, strict=True)])
    assert alarms <= 25


def test_nothing_to_compare_is_too_little_data() -> None:
    assert too_little_data([])
    assert too_little_data([Estimate(100, 10, 1.0)])
    assert too_little_data([Estimate(0, 0, 1.0), Estimate(100, 10, 1.0)])


def damaged_release() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(dump_release(released()))
    return loaded


DAMAGES: dict[str, tuple[Callable[[dict[str, Any]], object], str, str]] = {
    "an unknown field": (lambda r: r.update(revenue=1), "document_field_unknown", "revenue"),
    "an unknown field deep inside": (
        lambda r: r["services"][0]["lead"]["figures"][0].update(sends=3),
        "document_field_unknown",
        "services[0].lead.figures[0].sends",
    ),
    "a missing day": (
        lambda r: r["services"][0]["slot"]["grid"].pop("6"),
        "document_field_missing",
        "services[0].slot.grid.6",
    ),
    "23 hours": (lambda r: r["services"][1]["slot"]["hours"].pop(), "document_field_invalid", "services[1].slot.hours"),
    "a rate above one": (
        lambda r: r["services"][0]["slot"]["overall"].update(rate=1.5),
        "document_field_invalid",
        "services[0].slot.overall.rate",
    ),
    "a rate outside its interval": (
        lambda r: r["services"][0]["slot"]["overall"].update(rate=0.99, high=0.2),
        "document_field_invalid",
        "services[0].slot.overall.rate",
    ),
    "more groups than dealers": (lambda r: r.update(groups=13), "document_field_invalid", "groups"),
    "a service twice": (lambda r: r["services"].append(r["services"][0]), "document_field_invalid", "services"),
    "buckets that run backwards": (
        lambda r: r["services"][0]["lead"]["edges"].reverse(),
        "document_field_invalid",
        "services[0].lead.edges",
    ),
    "released before its end": (lambda r: r.update(released_on="2027-03-01"), "document_field_invalid", "period"),
}


@pytest.mark.parametrize("case", DAMAGES)
def test_a_published_release_is_refused_with(case: str) -> None:
    damage, code, field = DAMAGES[case]
    damaged = damaged_release()
    damage(damaged)
    with pytest.raises(Refused) as refusal:
        parse_release(json.dumps(damaged).encode())
    assert (code, field) == (refusal.value.code, refusal.value.params["field"])


def test_a_study_without_slots_is_released_by_lead_time_only() -> None:
    letters = replace(SPEC, channels=("letter",))
    total = np.full(28, 300, dtype=np.int64)
    release = build_release(letters, total, contributors=12, groups=12, noise=Fraction(12, 10), today=TODAY)
    assert all(service.slot is None for service in release.services)
    assert release == parse_release(dump_release(release))
