"""Where one tries while nothing is known, and now and then later: evenly, near what the brand recommends.

A reminder on the brand's default teaches nothing about slots or lead times. Before the first network model every
reminder is therefore spread evenly over the slots that are allowed, and over lead times from a third of the brand's
default to three times of it: near enough not to write when nobody listens, and far enough that a best time beyond can
still be found after the world has changed (up to twice of it, the start was better and the end after a drift worse).
Afterwards half a per cent goes on being spread in this way, so that no time is given up for ever; draws of the belief
try what may be good, and two per cent at random times cost the network two per cent of what it gained.
"""

import math
from typing import Final

FLOOR: Final = 0.005
"""Share of reminders that explore for ever."""
_NEAREST, _FARTHEST = 1 / 3, 3.0


def tried_leads(first_day: int, last_day: int, default_days: int) -> tuple[int, int]:
    """Give the nearest and the farthest day before the due date that are tried, inside a service's window.

    Args:
        first_day: the earliest day still possible (the larger figure).
        last_day: the latest day.
        default_days: the recommended lead time. A third and three times of it have a meaning before the due date only;
            after it, and where none of the days in between is left, all of the window is tried.
    """
    if default_days <= 0:
        return last_day, first_day
    nearest = max(last_day, math.ceil(_NEAREST * default_days))
    farthest = min(first_day, math.floor(_FARTHEST * default_days))
    return (nearest, farthest) if nearest <= farthest else (last_day, first_day)
