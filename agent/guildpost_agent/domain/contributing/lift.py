"""Two arms drawn by lot: of each customer one trial of the period, in the arm that the draw gave, and who came.

Lift compares those who were written to with the control group, learned times those written to at them with the tenth
that stays at the recommended one (``kinds``); what a trial is, the caller says.

The earliest trial of the period stands for a customer, of whatever service and in whichever arm, so that it does not
depend on how any of them turned out. Every dealer uses the study's window, not its own services', so that the sum adds
up what is alike. What the delivery of the dealer management system does not cover yet is left out in both arms.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date

from guildpost_agent.domain.contributing.units import Counted
from guildpost_agent.domain.lift.trials import Trial, Visit, came, mature
from guildpost_shared.studies.cells import Cells
from guildpost_shared.studies.kinds import KINDS
from guildpost_shared.studies.spec import StudySpec


def eligible(
    study: StudySpec, trials: Iterable[Trial], *, today: date, known_until: date, already_counted: Collection[str]
) -> list[Trial]:
    """Choose each customer's trial.

    Args:
        study: the verified study.
        trials: both arms, under the names of the study.
        today: the dealer's local day.
        known_until: the day of the last delivery; what that day brings is not known yet.
        already_counted: customers who are left out.

    Returns:
        One for each customer, ordered by customer, with the study's window.
    """
    chosen: dict[str, Trial] = {}
    for trial in sorted(trials, key=lambda t: (t.planned_on, t.service_id, t.vehicle_id, t.held_out)):
        if trial.service_id in study.services and study.counts(trial.planned_on, today):
            chosen.setdefault(trial.customer_id, replace(trial, window_days=study.maturity_days))
    ripe = mature(chosen.values(), known_until)
    return sorted((t for t in ripe if t.customer_id not in already_counted), key=lambda t: t.customer_id)


def lift_parts(study: StudySpec, trials: Collection[Trial], visits: Iterable[Visit]) -> list[Counted[Cells]]:
    """Say what each customer brings.

    Args:
        study: of a kind with arms.
        trials: of ``eligible``.
        visits: of these customers, in any order.
    """
    arms = KINDS[study.kind].rows
    return [
        Counted(trial.customer_id, _cells(f"{trial.service_id}/{arms[trial.held_out]}", came=visited))
        for trial, visited in zip(trials, came(trials, visits), strict=True)
    ]


def _cells(cell: str, *, came: bool) -> Cells:
    return (f"{cell}/planned", f"{cell}/came") if came else (f"{cell}/planned",)
