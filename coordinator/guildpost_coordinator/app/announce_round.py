"""Announce a round: store it, then tell the agents when they may join."""

from datetime import datetime, timedelta

from guildpost_coordinator.app.ports.rounds import Rounds
from guildpost_coordinator.domain.rounds import Round, RoundState
from guildpost_shared.entropy import Entropy
from guildpost_shared.ids import new_id
from guildpost_shared.studies.spec import StudySpec


def announce_round(
    *, rounds: Rounds, study: StudySpec, study_path: str, window: timedelta, now: datetime, entropy: Entropy
) -> Round:
    """Store a new round whose window opens now.

    Raises:
        Conflict: ``round_exists``: this study and period already have a round.
    """
    round_ = Round(
        round_id=f"{study.study_id}-{new_id(entropy)[:12]}",
        study_path=study_path,
        study_id=study.study_id,
        period=f"{study.period_start.isoformat()}/{study.period_end.isoformat()}",
        state=RoundState.ANNOUNCED,
        opens_at=now,
        closes_at=now + window,
    )
    rounds.add(round_)
    return round_
