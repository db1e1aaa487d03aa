"""Write a study of one period of any kind but slot and lead time (``slot_lead``)."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Final

from guildpost_shared.learning.terms import INTEGER_NORM
from guildpost_shared.secagg.cohort import FLOOR_GROUPS
from guildpost_shared.studies.kinds import KINDS, LEARNED_TIMES, PROPENSITY, WHEN_TO_WRITE
from guildpost_shared.studies.propensity.steps import CURVATURE_NORM
from guildpost_shared.studies.propensity.terms import USUAL
from guildpost_shared.studies.slot_lead import DELTA, EPSILON, MATURITY_DAYS, NOISE_ROOM
from guildpost_shared.studies.spec import StudySpec, parse_study
from guildpost_shared.studies.when_to_write import ROUND_DAYS

CONTACT_EDGES: Final = (1, 2, 3, 4, 5, 7, 10)
"""One by one as far as a usual contact cap reaches, wider beyond."""
CAPS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "lift": 2_500,
        "learned-times": 1_500,
        "channel": 1_500,
        "pressure": 1_500,
        "when-to-write": 1_500,
        "propensity": 1_500,
    }
)
"""W by kind: about the 99th percentile of a dealer's customers in a period; the control group has customers besides."""
WINDOWS: Final[Mapping[str, int]] = MappingProxyType({LEARNED_TIMES: 120})
"""Days that count, where they are not those after a message: from the first day on which a service may write on."""
_REACH: Final[Mapping[str, int]] = MappingProxyType({WHEN_TO_WRITE: INTEGER_NORM, PROPENSITY: CURVATURE_NORM**2})
"""By how much one customer moves a coordinate, at most, where it is more than one."""


def counted_study(
    kind: str,
    *,
    brand: str,
    services: Sequence[str],
    period_start: date,
    period_end: date,
    version: int = 1,
    cap_customers: int | None = None,
    expected_dealers: int = 1_000,
    maturity_days: int | None = None,
    epsilon: float = EPSILON,
    columns: Sequence[str] = USUAL,
) -> StudySpec:
    """Write the study for one period.

    Args:
        kind: any but ``slot-lead``.
        brand: whose services are counted.
        services: service ids.
        period_start: first day that counts.
        period_end: last day that counts.
        version: rises with every period.
        cap_customers: W; the kind's own where it is None. A dealer that is the unit itself is one.
        expected_dealers: the most dealers foreseen; with W it bounds every coordinate of the sum.
        maturity_days: attribution window in days, where the kind has one; the kind's usual one where it is None.
        epsilon: privacy budget of the release per unit; of a training, of all its rounds together.
        columns: what a training asks about a customer, where the kind is one.

    Raises:
        Refused: ``document_*`` when the terms are outside what a study may state.
    """
    terms = KINDS[kind]
    cap = (cap_customers or CAPS[kind]) if "cap_customers" in terms.fields else 1
    window = maturity_days if maturity_days is not None else WINDOWS.get(kind, MATURITY_DAYS)
    reach = _REACH.get(kind, 1)
    spec = StudySpec(
        study_id=kind,
        version=version,
        brand=brand,
        purpose=terms.purpose,
        services=tuple(services),
        channels=terms.channels,
        period_start=period_start,
        period_end=period_end,
        maturity_days=window if "maturity_days" in terms.fields else 0,
        lead_edges=(),
        epsilon=epsilon,
        delta=DELTA,
        privacy_unit=terms.unit,
        max_contribution=1,
        cap_customers=cap,
        floor_groups=FLOOR_GROUPS,
        sanity_min=-NOISE_ROOM * reach - (expected_dealers * cap * reach if terms.model else 0),
        sanity_max=(expected_dealers * cap + NOISE_ROOM) * reach,
        kind=kind,
        contact_edges=CONTACT_EDGES if "contact_edges" in terms.fields else (),
        round_days=ROUND_DAYS if "round_days" in terms.fields else 0,
        columns=tuple(columns) if "columns" in terms.fields else (),
    )
    return parse_study(spec.canonical_bytes)
