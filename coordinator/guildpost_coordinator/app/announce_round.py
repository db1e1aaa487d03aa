"""Announce a round: store it, then tell the agents when they may join."""

from datetime import date, datetime, timedelta

from guildpost_coordinator.app.ports.rounds import Rounds
from guildpost_coordinator.domain.rounds import Round, RoundState
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import Conflict, Refused
from guildpost_shared.ids import new_id
from guildpost_shared.studies.propensity.terms import FIRST_STEP
from guildpost_shared.studies.spec import StudySpec


def announce_round(
    *, rounds: Rounds, study: StudySpec, today: date, window: timedelta, now: datetime, entropy: Entropy
) -> Round:
    """Store a new round whose window opens now; of a study with several the first that was not held.

    A round that ended before anybody was charged for it was not held. A training's round asks what the one before it
    has taught: it waits for its end, and where it was lost before there was a model, there is nothing left to ask.

    Args:
        rounds: the record.
        study: as published.
        today: business date; before ``release_from`` everybody would be charged for a sum that may not be shown.
        window: how long agents may join.
        now: wall clock, UTC.
        entropy: for the id.

    Raises:
        Refused: ``study_not_ripe``, ``training_failed``.
        Conflict: ``round_exists``: this study and period have a round that is under way, or charged somebody;
            ``training_under_way``.
    """
    held = {one.period: one for one in rounds.all() if one.study_id == study.study_id and not one.may_be_repeated}
    part = next((part for part in study.parts if part.period not in held), study.parts[-1])
    if today < part.release_from:
        raise Refused("study_not_ripe", study=study.study_id, day=part.release_from.isoformat())
    for earlier in study.parts[: part.step - 1] if part.step else ():
        _require_taught(earlier, held[earlier.period])
    round_ = Round(
        round_id=f"{study.study_id}-{new_id(entropy)[:12]}",
        study_path=study.target_path,
        study_id=study.study_id,
        period=part.period,
        state=RoundState.ANNOUNCED,
        opens_at=now,
        closes_at=now + window,
    )
    return rounds.add(round_)


def _require_taught(part: StudySpec, round_: Round) -> None:
    if round_.is_open:
        raise Conflict("training_under_way", study=part.study_id, step=part.step)
    if round_.state is RoundState.ABORTED and part.step <= FIRST_STEP:
        raise Refused("training_failed", study=part.study_id, step=part.step)
