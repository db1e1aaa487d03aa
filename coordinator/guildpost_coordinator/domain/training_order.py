"""Which version of a study has the next round: the newest; but a training that is under way is finished under its own.

Its customers are charged for all of its rounds, so what a newer version wants waits. A training is over when

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
    return next((one for one in versions[:-1] if _is_under_way(one, known, asks)), versions[-1])


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
