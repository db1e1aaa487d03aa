"""How many customers it takes until an effect of a given size shows (Fleiss, Levin & Paik 2003, section 4.2-4.4)."""

from math import ceil, sqrt
from statistics import NormalDist
from typing import Final

from guildpost_agent.domain.lift.intervals import CONFIDENCE, z_of
from guildpost_agent.domain.lift.verdicts import LEAST_PER_ARM, Lift

POWER: Final = 0.80
_UNKNOWN_RATE: Final = 0.5  # the rate with the largest variance: the careful guess


def held_out_needed(
    base: float, effect: float, ratio: float = 1.0, *, power: float = POWER, confidence: float = CONFIDENCE
) -> int:
    """Say how many held-out customers it takes to find an effect; of the treated it takes ``ratio`` times as many.

    Args:
        base: the visit rate without a message, 0 to 1.
        effect: the difference to be found, as a rate (0.05: five points); not 0. One that would lead out of [0, 1]
            is cut there.
        ratio: treated for each held-out customer, more than 0.
        power: how often an effect of this size is to be found.
        confidence: of the interval, two-sided.

    Raises:
        ValueError: no effect, or no room for one.
    """
    other = min(1.0, max(0.0, base + effect))
    if other == base or ratio <= 0:
        raise ValueError(f"effect {effect} on {base}, ratio {ratio}")
    mean = (base + ratio * other) / (1 + ratio)
    noise_without = (1 + 1 / ratio) * mean * (1 - mean)
    noise_with = base * (1 - base) + other * (1 - other) / ratio
    reach = z_of(confidence) * sqrt(noise_without) + NormalDist().inv_cdf(power) * sqrt(noise_with)
    return ceil(reach * reach / (other - base) ** 2 - 1e-9)


def customers_missing(lift: Lift, effect: float, share: float) -> int:
    """Say how many more customers, treated and held out together, it takes until an effect of this size would show.

    Args:
        lift: what is known so far; its held-out rate is the base once there are enough of them.
        effect: the difference to be found, as a rate.
        share: the control group's share among the customers to come, between 0 and 1.

    Returns:
        0 when there are enough already.
    """
    held_out = lift.held_out
    base = held_out.rate if held_out.customers >= LEAST_PER_ARM else _UNKNOWN_RATE
    if not 0 <= base + effect <= 1:
        effect = -effect
    ratio = (1 - share) / share
    needed = max(held_out_needed(base, effect, ratio), LEAST_PER_ARM)
    by_control = (needed - held_out.customers) / share
    by_treated = (needed * ratio - lift.treated.customers) / (1 - share)
    return max(0, ceil(max(by_control, by_treated) - 1e-9))
