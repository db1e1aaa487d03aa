"""Releases of every kind, built by the product's own code from sums as dealers would give them.

a_release("lift")                  a quarter in which hu_au works, inspection cannot be told apart, tyres is covered
a_release("slot-lead", quarter=2)  the next quarter
every_release()                    one of each kind
"""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import Final

import numpy as np

from guildpost_shared.studies.coordinates import Integers
from guildpost_shared.studies.counted import counted_study
from guildpost_shared.studies.layouts import layout_of
from guildpost_shared.studies.release import Release, dump_release
from guildpost_shared.studies.releasing import build_release
from guildpost_shared.studies.slot_lead import slot_lead_study
from guildpost_shared.studies.spec import StudySpec

BRAND: Final = "Arvana"
SERVICES: Final = ("hu_au", "inspection", "tyres")
KINDS: Final = ("slot-lead", "lift", "learned-times", "channel", "pressure", "adoption")
DEALERS: Final = 200
_DAYS: Final = MappingProxyType({1: ((1, 1), (3, 31)), 2: ((4, 1), (6, 30))})

SUMS: Final[Mapping[str, Mapping[str, int]]] = {
    "lift": {
        "hu_au/treated/planned": 20_000, "hu_au/treated/came": 6_000,
        "hu_au/held_out/planned": 2_000, "hu_au/held_out/came": 400,
        "inspection/treated/planned": 5_000, "inspection/treated/came": 900,
        "inspection/held_out/planned": 500, "inspection/held_out/came": 91,
        "tyres/treated/planned": 4_000, "tyres/treated/came": 900, "tyres/held_out/planned": 11,
    },
    "learned-times": {
        "hu_au/learned/planned": 90_000, "hu_au/learned/came": 27_000,
        "hu_au/recommended/planned": 10_000, "hu_au/recommended/came": 2_800,
        "inspection/learned/planned": 9_000, "inspection/learned/came": 1_800,
        "inspection/recommended/planned": 1_000, "inspection/recommended/came": 199,
        "tyres/learned/planned": 110, "tyres/learned/came": 30, "tyres/recommended/planned": 12,
    },
    "channel": {
        "hu_au/email/delivered": 9_000, "hu_au/email/booked": 900,
        "hu_au/letter/delivered": 4_000, "hu_au/letter/booked": 720,
        "hu_au/call/delivered": 500, "hu_au/call/booked": 250,
        "inspection/email/delivered": 700, "inspection/email/booked": 70,
        "inspection/letter/delivered": 900, "inspection/letter/booked": 92,
        "inspection/call/delivered": 3,
    },
    "pressure": {
        "contacts/1/contacted": 30_000, "contacts/1/answered": 3_300, "contacts/1/objected": 90,
        "contacts/2/contacted": 16_000, "contacts/2/answered": 1_700, "contacts/2/objected": 64,
        "contacts/3/contacted": 8_000, "contacts/3/answered": 760, "contacts/3/objected": 48,
        "contacts/4/contacted": 4_000, "contacts/4/answered": 340, "contacts/4/objected": 36,
        "contacts/5-6/contacted": 2_500, "contacts/5-6/answered": 180, "contacts/5-6/objected": 60,
        "contacts/7-9/contacted": 1_200, "contacts/7-9/answered": 70, "contacts/7-9/objected": 48,
        "contacts/10+/contacted": 9,
    },
    "adoption": {
        "hu_au/dealers/switched_on": 181, "inspection/dealers/switched_on": 96, "tyres/dealers/switched_on": 4,
    },
}  # fmt: skip


@cache
def a_study(kind: str, quarter: int = 1, year: int = 2027) -> StudySpec:
    """Write the study of a kind for a quarter."""
    start, end = (date(year, *day) for day in _DAYS[quarter])
    if kind == "slot-lead":
        return slot_lead_study(
            brand=BRAND, services=SERVICES, period_start=start, period_end=end, version=quarter, expected_dealers=400
        )
    return counted_study(
        kind, brand=BRAND, services=SERVICES, period_start=start, period_end=end, version=quarter, expected_dealers=400
    )


@cache
def a_release(kind: str, quarter: int = 1, year: int = 2027) -> Release:
    """Build the release of a kind for a quarter."""
    study = a_study(kind, quarter, year)
    total = _slot_lead_sum(study) if kind == "slot-lead" else _total(study, SUMS[kind])
    return build_release(
        study,
        total,
        contributors=DEALERS,
        groups=DEALERS - 20,
        noise=Fraction(5, 4),
        today=study.release_from + timedelta(days=2),
    )


def every_release(year: int = 2027) -> list[Release]:
    """Give one release of each kind."""
    return [a_release(kind, year=year) for kind in KINDS]


def released_network() -> dict[str, bytes]:
    """Give what a network signed and released: a quarter of every kind, and the next quarter's lift still to come."""
    studies = [*map(a_study, KINDS), a_study("lift", 2)]
    documents = {study.target_path: study.canonical_bytes for study in studies}
    return documents | {release.target_path: dump_release(release) for release in every_release()}


def _total(study: StudySpec, counts: Mapping[str, int]) -> Integers:
    return np.array([counts.get(name, 0) for name in layout_of(study).names], dtype=np.int64)


def _slot_lead_sum(study: StudySpec) -> Integers:
    """Mails of hu_au leave on working days from 8 to 19, most in the morning; evenings and 28 to 41 days book more.

    Of inspection few leave on Wednesdays; of tyres hardly any at all.
    """
    counts: dict[str, int] = {}
    for service, scale in (("hu_au", 60), ("inspection", 6), ("tyres", 0)):
        for day in range(5):
            for hour in range(8, 20):
                sends = scale * (16 if hour < 12 else 9) * (0 if scale == 6 and day == 2 else 1)
                rate = 0.24 if hour >= 17 else 0.12
                counts[f"{service}/sends/slot/{day}/{hour}"] = sends
                counts[f"{service}/bookings/slot/{day}/{hour}"] = round(sends * rate)
        for low, high in zip(study.lead_edges, study.lead_edges[1:], strict=False):
            sends = scale * 90
            rate = 0.22 if low == 28 else 0.12
            counts[f"{service}/sends/lead/{low}-{high}"] = sends
            counts[f"{service}/bookings/lead/{low}-{high}"] = round(sends * rate)
    return _total(study, counts)
