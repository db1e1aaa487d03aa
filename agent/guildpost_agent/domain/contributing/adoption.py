"""Adoption: the dealer's own part, one yes or no for each service.

A service is switched on when the agent planned a message of it on a day of the period, whatever became of it: a fact of
the past, so that what is released is as old as the period and nobody learns what a dealer switches on today.
"""

from collections.abc import Collection, Iterable
from zoneinfo import ZoneInfo

from guildpost_agent.domain.contributing.units import DEALER, Counted
from guildpost_agent.domain.records import Touchpoint
from guildpost_shared.studies.cells import Cells
from guildpost_shared.studies.kinds import DEALERS
from guildpost_shared.studies.spec import StudySpec


def adoption_part(
    study: StudySpec, touchpoints: Iterable[Touchpoint], *, zone: ZoneInfo, already_counted: Collection[str]
) -> list[Counted[Cells]]:
    """Say what the dealer brings: one part, or none where it was counted before.

    Args:
        study: the verified study.
        touchpoints: under the study's names.
        zone: the dealer's time zone.
        already_counted: holds ``DEALER`` where the dealer is left out.
    """
    if DEALER in already_counted:
        return []
    used = {
        touchpoint.service_id
        for touchpoint in touchpoints
        if study.period_start <= touchpoint.planned_at.astimezone(zone).date() <= study.period_end
    }
    return [Counted(DEALER, tuple(f"{name}/{DEALERS}/switched_on" for name in study.services if name in used))]
