"""One trial for each customer and service: the arm that the draw gave, the window, and whether the customer came.

The draw is by customer and service, so that is what counts: several vehicles or years of one customer are no further
draws. Of several occasions the earliest counts, a choice that does not depend on how any of them turned out. A window
that is not over, or not covered by what the dealer management system has delivered, is left out whatever it holds.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from guildpost_agent.domain.lift.intervals import Arm
from guildpost_agent.domain.lift.verdicts import Lift
from guildpost_agent.domain.records import Channel

Subject = tuple[str, str, str]
"""Customer, vehicle, service."""


@dataclass(frozen=True)
class Trial:
    """Somebody who was planned for, or held out.

    Attributes:
        customer_id: who.
        vehicle_id: about which vehicle.
        service_id: about which service.
        channel: by which way, or by which way it would have been.
        held_out: in the control group.
        planned_on: the local day on which the message was first planned, or would have been.
        window_days: how long afterwards a visit counts, the last day included.
    """

    customer_id: str
    vehicle_id: str
    service_id: str
    channel: Channel
    held_out: bool
    planned_on: date
    window_days: int

    @property
    def last_day(self) -> date:
        """The last day on which a visit counts."""
        return self.planned_on + timedelta(days=self.window_days)


@dataclass(frozen=True)
class Visit:
    """Somebody came for a service, or made an appointment for it that was not called off."""

    customer_id: str
    vehicle_id: str
    service_id: str
    on: date


def first_of_each(trials: Iterable[Trial]) -> list[Trial]:
    """Keep each customer's earliest trial of a service."""
    first: dict[tuple[str, str], Trial] = {}
    for trial in sorted(trials, key=lambda t: (t.planned_on, t.vehicle_id, t.held_out)):
        first.setdefault((trial.customer_id, trial.service_id), trial)
    return list(first.values())


def mature(trials: Iterable[Trial], known_until: date) -> list[Trial]:
    """Keep the trials whose window lies wholly before a day; what that day and later ones bring is not known yet."""
    return [trial for trial in trials if trial.last_day < known_until]


def lifts(trials: Collection[Trial], visits: Iterable[Visit]) -> dict[tuple[str, Channel | None], Lift]:
    """Count both arms of each service, over all channels (None) and for each channel alone.

    Args:
        trials: one per customer and service, mature.
        visits: in any order; one without a vehicle may concern every vehicle of its customer.
    """
    days = _days(visits)
    counts: defaultdict[tuple[str, Channel | None], list[Trial]] = defaultdict(list)
    for trial in trials:
        counts[trial.service_id, None].append(trial)
        counts[trial.service_id, trial.channel].append(trial)
    return {
        cell: Lift(
            _arm([t for t in members if not t.held_out], days),
            _arm([t for t in members if t.held_out], days),
        )
        for cell, members in counts.items()
    }


def came(trials: Iterable[Trial], visits: Iterable[Visit]) -> list[bool]:
    """Say of each trial whether its customer came; ``visits`` as for ``lifts``."""
    days = _days(visits)
    return [_came(trial, days) for trial in trials]


def _days(visits: Iterable[Visit]) -> dict[Subject, list[date]]:
    days: defaultdict[Subject, list[date]] = defaultdict(list)
    for visit in visits:
        days[visit.customer_id, visit.vehicle_id, visit.service_id].append(visit.on)
    return dict(days)


def _arm(trials: Collection[Trial], days: dict[Subject, list[date]]) -> Arm:
    return Arm(len(trials), sum(_came(trial, days) for trial in trials))


def _came(trial: Trial, days: dict[Subject, list[date]]) -> bool:
    about = (trial.vehicle_id, "")
    seen = (day for v in about for day in days.get((trial.customer_id, v, trial.service_id), ()))
    return any(trial.planned_on <= day <= trial.last_day for day in seen)
