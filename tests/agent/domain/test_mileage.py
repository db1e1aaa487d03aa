from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.mileage import LEAST_KM, MOST_KM, Mileage, Reading, clean, day_of_km, estimate

START = date(2024, 1, 1)


def after(days: int, km: int) -> Reading:
    return START + timedelta(days=days), km


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        pytest.param([after(0, 0), after(10, 500)], [after(10, 500)], id="zero"),
        pytest.param(
            [after(0, 900), after(90, 400), after(200, 1_500)], [after(0, 900), after(200, 1_500)], id="falls"
        ),
        pytest.param([after(0, 100), after(10, 9_000), after(90, 2_000)], [after(0, 100), after(90, 2_000)], id="jump"),
        pytest.param(
            [after(0, 900_000), after(90, 2_000), after(200, 3_000)],
            [after(90, 2_000), after(200, 3_000)],
            id="a wild first reading costs only itself",
        ),
        pytest.param([after(90, 2_000), after(0, 1_000)], [after(0, 1_000), after(90, 2_000)], id="out of order"),
    ],
)
def test_impossible_readings_are_dropped(readings: list[Reading], expected: list[Reading]) -> None:
    assert expected == clean(readings)


@pytest.mark.parametrize(
    ("readings", "fuel", "expected"),
    [
        pytest.param([], "petrol", 13_000.0, id="no reading: what such cars do"),
        pytest.param([], "diesel", 16_400.0, id="no reading, diesel"),
        # One slope of 20,000 km a year and a prior worth two: (1 · 20,000 + 2 · 13,000) / 3.
        pytest.param([(date(2024, 1, 1), 10_000), (date(2025, 1, 1), 30_040)], "petrol", 15_333, id="one slope"),
        pytest.param([(date(2024, 1, 1), 10_000), (date(2024, 2, 1), 11_000)], "petrol", 13_000, id="span too short"),
    ],
)
def test_the_yearly_mileage_follows_the_formula(readings: list[Reading], fuel: str, expected: float) -> None:
    assert estimate(readings, fuel, None).km_per_year == pytest.approx(expected, abs=15)


def test_a_single_reading_speaks_through_the_age_of_the_car() -> None:
    found = estimate([(date(2025, 1, 1), 40_000)], "petrol", date(2023, 1, 1))
    assert found.km_per_year == pytest.approx((19_985 + 26_000) / 3, abs=20)


def test_a_single_reading_says_nothing_about_a_new_keeper() -> None:
    found = estimate([(date(2025, 1, 1), 90_000)], "petrol", date(2023, 1, 1), keeper_since=date(2024, 6, 1))
    assert found.km_per_year == 13_000.0


def test_the_former_keepers_driving_does_not_count() -> None:
    readings = [after(0, 10_000), after(365, 50_000), after(500, 52_000), after(865, 62_000)]
    found = estimate(readings, "petrol", START, keeper_since=START + timedelta(days=400))
    assert found.km_per_year == pytest.approx((10_007 + 26_000) / 3, abs=20)


def test_one_wild_reading_moves_the_rate_little() -> None:
    steady = [after(120 * i, 10_000 + 4_000 * i) for i in range(9)]
    wild = [*steady[:4], after(120 * 4, 10_000 + 4_000 * 4 + 3_900), *steady[5:]]
    assert estimate(wild, "petrol", None).km_per_year == pytest.approx(
        estimate(steady, "petrol", None).km_per_year, rel=0.05
    )


def test_a_mileage_is_reached_when_the_rate_says() -> None:
    assert date(2025, 7, 3) == day_of_km(Mileage(20_000.0, 2, (date(2025, 1, 1), 50_000)), 60_000)


def test_without_a_reading_nobody_knows_when_a_mileage_is_reached() -> None:
    assert day_of_km(Mileage(20_000.0, 0, None), 60_000) is None


@given(
    st.lists(st.tuples(st.dates(date(2015, 1, 1), date(2027, 1, 1)), st.integers(-5, 500_000)), max_size=12),
    st.randoms(),
)
def test_the_rate_is_possible_and_does_not_depend_on_the_order(readings: list[Reading], random: object) -> None:
    found = estimate(readings, "petrol", date(2014, 1, 1))
    shuffled = sorted(readings, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert LEAST_KM <= found.km_per_year <= MOST_KM
    assert found == estimate(shuffled, "petrol", date(2014, 1, 1))
