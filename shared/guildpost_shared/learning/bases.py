"""Smooth functions of the hour of the week and of the days before the due date, as few numbers.

A sum of basis functions with independent normal weights is a Gaussian process; the leading eigenvectors of its kernel,
scaled by the roots of the eigenvalues, carry most of its variance in the fewest numbers (Karhunen–Loève; C. Rasmussen,
C. Williams, *Gaussian Processes for Machine Learning*, 2006, section 4.3). Hours of neighbouring days and
neighbouring hours answer alike; the week closes upon itself.
"""

import math
from functools import cache
from typing import Final

import numpy as np

from guildpost_shared.learning.contexts import Floats, Ints

WEEKDAYS: Final = 7
FIRST_HOUR: Final = 8
HOURS: Final = 13
"""Hours 8 to 20: the grid is wider than what the law and the customer allow; a mask takes the rest away."""
SLOTS: Final = WEEKDAYS * HOURS
LEAD_STEP: Final = 5
LEAD_DAYS: Final = tuple(range(0, 121, LEAD_STEP))
LEADS: Final = len(LEAD_DAYS)
SLOT_RANK: Final = 14
LEAD_RANK: Final = 5
_HOUR_REACH: Final = 3.0
_LEAD_REACH: Final = 28.0  # days
_DAY_PART, _HOUR_PART, _BOTH_PART = 0.35, 0.35, 0.6


def slot_of(weekday: int, hour: int) -> int:
    """Number a slot; weekday 0 is Monday, hour 8 to 20."""
    if not (0 <= weekday < WEEKDAYS and FIRST_HOUR <= hour < FIRST_HOUR + HOURS):
        raise ValueError("no such slot")
    return weekday * HOURS + hour - FIRST_HOUR


def nearest_lead(days: Ints) -> Ints:
    """Give the nearest step of the lead grid, as an index; what lies outside the grid counts as its end."""
    steps = np.rint(days / LEAD_STEP).astype(np.int64)
    nearest: Ints = np.clip(steps, 0, LEADS - 1)
    return nearest


@cache
def slot_basis() -> Floats:
    """Give φ, float64[91, 14]: columns sum to zero, no row is longer than 1.

    The kernel ``.35·k_day + .35·k_hour + .6·k_day·k_hour``, centred, with ``k_day = exp(−2·sin²(πΔ/7))`` and
    ``k_hour = exp(−Δ²/18)``. Over the days it is circulant: its eigenvectors are waves of 0 to 3 periods a week, times
    those of one 13×13 matrix per wave. Taken whole, every wave's two phases would share an eigenvalue and any library
    could turn them differently; so each is built from its wave.
    """
    days, hours = np.arange(WEEKDAYS), np.arange(HOURS)
    alike = np.exp(-2 * np.sin(np.pi * days / WEEKDAYS) ** 2)
    near = np.exp(-((hours[:, None] - hours) ** 2) / (2 * _HOUR_REACH**2))
    found: list[tuple[float, Floats]] = []
    for wave in range(WEEKDAYS // 2 + 1):
        angles = 2 * np.pi * wave * days / WEEKDAYS
        strength = float((alike * np.cos(angles)).sum())
        kernel = _DAY_PART * strength + _BOTH_PART * strength * near
        if wave == 0:
            kernel = _centred(kernel + _HOUR_PART * WEEKDAYS * near)
        values, vectors = _eigen(kernel)
        for phase in (np.cos(angles),) if wave == 0 else (np.cos(angles), np.sin(angles)):
            found += [
                (value, np.outer(phase / np.linalg.norm(phase), vector).ravel())
                for value, vector in zip(values.tolist(), vectors.T, strict=True)
            ]
    leading = sorted(found, key=lambda pair: -round(pair[0], 9))[:SLOT_RANK]
    return _within_one(np.stack([math.sqrt(value) * vector for value, vector in leading], axis=1))


@cache
def lead_basis() -> Floats:
    """Give ψ, float64[25, 5], of the kernel ``exp(−Δ²/(2·28²))``, Δ in days: no row is longer than 1."""
    days = np.array(LEAD_DAYS, dtype=np.float64)
    values, vectors = _eigen(np.exp(-((days[:, None] - days) ** 2) / (2 * _LEAD_REACH**2)))
    return _within_one((vectors * np.sqrt(np.maximum(values, 0)))[:, :LEAD_RANK])


def _centred(kernel: Floats) -> Floats:
    middle = np.eye(len(kernel)) - 1 / len(kernel)
    centred: Floats = middle @ kernel @ middle
    return centred


def _eigen(kernel: Floats) -> tuple[Floats, Floats]:
    """Give eigenvalues, falling, and vectors; the largest entry of each is positive, whatever the library does."""
    values, vectors = np.linalg.eigh(kernel)
    values, vectors = values[::-1], vectors[:, ::-1]
    largest = np.abs(vectors.round(9)).argmax(axis=0)
    return values, vectors * np.sign(vectors[largest, np.arange(len(values))])


def _within_one(basis: Floats) -> Floats:
    scaled: Floats = basis / np.sqrt((basis**2).sum(axis=1).max())
    scaled.setflags(write=False)
    return scaled
