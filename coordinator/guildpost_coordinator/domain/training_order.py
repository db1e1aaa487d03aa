"""Which version of a study has the next round, whatever the order in which versions were handed in.

Of versions whose days overlap only the newest counts. Of the others each keeps its rounds: the next quarter's version
may lie in the catalogue long before this quarter's round, and waits for it. So the next round is that of the earliest
version that still has one to hold; who gives a period up takes its version out of the catalogue.

A training is finished under its own version, for its customers are charged for all of its rounds: what a newer version
wants waits. Of trainings that are not under way the newest begins. A training is over when

1. its last round has ended, or
2. one of its first three was given up after vectors had left, and there is nothing left to learn, or
3. the file in the catalogue does not ask its next round: who takes the file out ends the training.
"""

from collections.abc import Callable, Iterable, Sequence

from guildpost_coordinator.domain.rounds import Round, RoundState
from guildpost_shared.studies.propensity.terms import FIRST_STEP
from guildpost_shared.studies.spec import StudySpec


def version_in_turn(
    versions: Sequence[StudySpec], rounds: Iterable[Round], asks: Callable[[StudySpec], bool]
) -> StudySpec:
    """Choose a version.

    Args:
        versions: at least one, all of one study, in ascending order.
        rounds: all that there were.
        asks: whether the newest file, published or about to be, asks a part of a training.
    """
    known = list(rounds)
    under_way = (one for one in versions[:-1] if _is_under_way(one, known, asks))
    return next(under_way, None) or _earliest_to_hold(versions, known)


def _earliest_to_hold(versions: Sequence[StudySpec], rounds: Iterable[Round]) -> StudySpec:
    """Give the earliest version with a round to hold that no newer one replaces; the newest where there is none."""
    newest = versions[-1]
    if newest.columns:
        return newest
    held = {one.period for one in rounds if one.study_id == newest.study_id and not one.may_be_repeated}
    waiting = [
        one
        for number, one in enumerate(versions)
        if not any(_overlap(one, later) for later in versions[number + 1 :])
        and any(part.period not in held for part in one.parts)
    ]
    return min(waiting, key=lambda one: one.period_start, default=newest)


def _overlap(one: StudySpec, other: StudySpec) -> bool:
    return one.period_start <= other.period_end and other.period_start <= one.period_end


def _is_under_way(study: StudySpec, rounds: Iterable[Round], asks: Callable[[StudySpec], bool]) -> bool:
    held = {one.period: one for one in rounds if one.study_path == study.target_path and not one.may_be_repeated}
    if not study.columns or not held:
        return False
    if any(one.is_open for one in held.values()):
        return True
    begins = [held.get(part.period) for part in study.parts[:FIRST_STEP]]
    failed = any(one is not None and one.state is RoundState.ABORTED for one in begins)
    following = next((part for part in study.parts if part.period not in held), None)
    return not failed and following is not None and asks(following)
