"""The first study: when do reminders lead to bookings, by time of week and by days before the due date?"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from guildpost_shared.studies.kinds import CHANNELS, KINDS, SLOT_LEAD
from guildpost_shared.studies.spec import StudySpec, parse_study

ID: Final = SLOT_LEAD
LEAD_EDGES: Final = (0, 14, 28, 42, 56, 70, 91, 121)
"""Two-week buckets where reminders are usual, wider beyond; days before the due date."""
MATURITY_DAYS: Final = 35
EPSILON: Final = 1.0
DELTA: Final = 1e-6
FLOOR_GROUPS: Final = 10
NOISE_ROOM: Final = 1_000
"""How far below zero noise may take a coordinate: more than a hundred standard deviations at ε = 1."""


def slot_lead_study(
    *,
    brand: str,
    services: Sequence[str],
    period_start: date,
    period_end: date,
    version: int = 1,
    cap_customers: int = 1_500,
    expected_dealers: int = 1_000,
    maturity_days: int = MATURITY_DAYS,
    epsilon: float = EPSILON,
) -> StudySpec:
    """Write the study for one period.

    Args:
        brand: whose services are counted.
        services: service ids.
        period_start: first day of sending that counts.
        period_end: last day of sending that counts.
        version: rises with every period.
        cap_customers: W, about the 99th percentile of a dealer's customers in a period.
        expected_dealers: the most dealers foreseen; with W it bounds every coordinate of the sum.
        maturity_days: attribution window in days.
        epsilon: privacy budget of the release per customer.

    Raises:
        Refused: ``document_*`` when the terms are outside what a study may state.
    """
    spec = StudySpec(
        study_id=ID,
        version=version,
        brand=brand,
        purpose=KINDS[ID].purpose,
        services=tuple(services),
        channels=CHANNELS,
        period_start=period_start,
        period_end=period_end,
        maturity_days=maturity_days,
        lead_edges=LEAD_EDGES,
        epsilon=epsilon,
        delta=DELTA,
        privacy_unit="customer",
        max_contribution=1,
        cap_customers=cap_customers,
        floor_groups=FLOOR_GROUPS,
        sanity_min=-NOISE_ROOM,
        sanity_max=expected_dealers * cap_customers + NOISE_ROOM,
    )
    return parse_study(spec.canonical_bytes)
