"""A sum that cannot be true is refused as a whole: somebody uploaded nonsense under the mask.

Two bounds: the interval that the study states for every coordinate; and per table, what as many units can bring as the
contributors' caps allow, with eight standard deviations of room for the noise.
"""

import math
from fractions import Fraction
from typing import Final

from guildpost_shared.errors import Untrusted
from guildpost_shared.studies.coordinates import Integers
from guildpost_shared.studies.layouts import layout_of
from guildpost_shared.studies.noise import summed_variance
from guildpost_shared.studies.spec import StudySpec

ROOM_DEVIATIONS: Final = 8.0


def require_plausible(spec: StudySpec, total: Integers, *, contributors: int, noise: Fraction) -> None:
    """Refuse an implausible sum.

    Args:
        spec: the study.
        total: the unmasked sum.
        contributors: number of dealers in it.
        noise: how many times the promised variance the sum carries.

    Raises:
        Untrusted: ``study_sum_implausible`` with the name of the coordinate or table.
    """
    layout = layout_of(spec)
    for name, value in zip(layout.names, total.tolist(), strict=True):
        if not spec.sanity_min <= value <= spec.sanity_max:
            raise Untrusted("study_sum_implausible", field=name)
    variance = summed_variance(spec, noise)
    units = contributors * spec.cap_customers
    for name, bound in layout.bounds.items():
        chosen = list(bound.places)
        room = ROOM_DEVIATIONS * math.sqrt(variance * len(chosen))
        if not units * bound.low - room <= int(total[chosen].sum()) <= units * bound.high + room:
            raise Untrusted("study_sum_implausible", field=name)
