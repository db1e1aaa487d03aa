"""When the coordinator announces rounds by itself: on a day of the week, from an hour on, what is ripe and not used.

1. The schedule is off unless the operator chooses a day: a round spends every dealership's one upload of a period.
2. A study's parts are announced in order, each when the one before has ended; a part is ripe from ``release_from`` on.
3. A study of which a round was aborted rests until the next slot, so one that finds no quorum is tried once a slot.
4. What another round has used, or is using, is never announced again (``Round.may_be_repeated``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, get_args

from guildpost_coordinator.domain.rounds import Round, RoundState
from guildpost_shared.studies.spec import StudySpec

Day = Literal["never", "daily", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: Final[tuple[str, ...]] = get_args(Day)[2:]


@dataclass(frozen=True)
class Schedule:
    """The day of the slot, its first hour (0 to 23, of the network's zone), and how long agents may join."""

    day: Day
    hour: int
    window: timedelta

    def slot(self, now: datetime) -> datetime | None:
        """Give the beginning of the slot that is open; None outside.

        Args:
            now: wall clock in the network's zone.
        """
        if self.day not in {"daily", WEEKDAYS[now.weekday()]} or now.hour < self.hour:
            return None
        return now.replace(hour=self.hour, minute=0, second=0, microsecond=0)


def due(studies: Iterable[StudySpec], rounds: Iterable[Round], *, slot: datetime, today: date) -> list[StudySpec]:
    """List the studies of which a round is to be announced in this slot.

    Args:
        studies: of each the published version whose round comes next.
        rounds: all that there were.
        slot: when the slot began.
        today: business date.
    """
    known = list(rounds)
    return [
        study
        for study in studies
        if _is_due(study, [one for one in known if one.study_id == study.study_id], slot, today)
    ]


def _is_due(study: StudySpec, rounds: list[Round], slot: datetime, today: date) -> bool:
    if any(one.is_open or (one.state is RoundState.ABORTED and one.opens_at >= slot) for one in rounds):
        return False
    used = {one.period for one in rounds if not one.may_be_repeated}
    following = next((part for part in study.parts if part.period not in used), None)
    return following is not None and today >= following.release_from
