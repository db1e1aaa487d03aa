"""The smooth functions that slots and lead times are described with."""

import numpy as np
import pytest

from guildpost_shared.learning.bases import HOURS, SLOTS, WEEKDAYS, lead_basis, nearest_lead, slot_basis, slot_of


def slot_kernel() -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Build the centred kernel of the docstring, whole."""
    slots = np.arange(SLOTS)
    day, hour = slots // HOURS, slots % HOURS
    days = np.exp(-2 * np.sin(np.pi * (day[:, None] - day) / WEEKDAYS) ** 2)
    hours = np.exp(-((hour[:, None] - hour) ** 2) / 18)
    middle = np.eye(SLOTS) - 1 / SLOTS
    return np.asarray(middle @ (0.35 * days + 0.35 * hours + 0.6 * days * hours) @ middle)


def test_no_row_is_longer_than_one_and_some_row_is_as_long() -> None:
    for basis in (slot_basis(), lead_basis()):
        lengths = np.linalg.norm(basis, axis=1)
        assert lengths.max() == pytest.approx(1.0, abs=1e-12)


def test_slot_functions_say_nothing_about_the_average_slot() -> None:
    assert np.abs(slot_basis().sum(axis=0)).max() < 1e-9


def test_the_slot_basis_spans_the_leading_eigenvectors_of_the_kernel() -> None:
    values, vectors = np.linalg.eigh(slot_kernel())
    leading = vectors[:, -14:] * np.sqrt(values[-14:])
    expected = leading @ leading.T
    assert np.allclose(expected / np.diag(expected).max(), slot_basis() @ slot_basis().T, atol=1e-9)


def test_sunday_and_monday_are_neighbours_at_every_hour() -> None:
    alike = slot_basis() @ slot_basis().T
    for hour in (8, 14, 20):
        to_monday = alike[slot_of(6, hour), slot_of(0, hour)]
        assert to_monday == pytest.approx(alike[slot_of(2, hour), slot_of(3, hour)], abs=1e-9)


def test_the_columns_of_the_slot_basis_are_orthogonal() -> None:
    products = slot_basis().T @ slot_basis()
    assert np.abs(products - np.diag(np.diag(products))).max() < 1e-9


@pytest.mark.parametrize(("days", "index"), [(0, 0), (2, 0), (3, 1), (28, 6), (120, 24), (-7, 0), (400, 24)], ids=str)
def test_a_lead_time_counts_at_the_nearest_step_of_the_grid(days: int, index: int) -> None:
    assert [index] == nearest_lead(np.array([days])).tolist()


@pytest.mark.parametrize(("weekday", "hour"), [(7, 10), (-1, 10), (0, 7), (0, 21)])
def test_slots_outside_the_grid_have_no_number(weekday: int, hour: int) -> None:
    with pytest.raises(ValueError, match="no such slot"):
        slot_of(weekday, hour)
