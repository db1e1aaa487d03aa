"""Choose the version of a study whose round comes next, by the record of rounds and the file in the catalogue."""

from collections.abc import Callable, Sequence

from guildpost_coordinator.app.finish_round import model_scored_under
from guildpost_coordinator.app.ports.rounds import Rounds
from guildpost_coordinator.domain.training_order import version_in_turn
from guildpost_shared.errors import Refused
from guildpost_shared.studies.propensity.document import PropensityDocument, ask_of
from guildpost_shared.studies.spec import StudySpec


def choose_version(versions: Sequence[StudySpec], rounds: Rounds, in_force: Callable[[str], bytes | None]) -> StudySpec:
    """Give the earliest version that still has a round to hold, or that of a training under way.

    Args:
        versions: at least one, all of one study, in ascending order.
        rounds: the record.
        in_force: gives what the catalogue holds under a path.
    """

    def asks(part: StudySpec) -> bool:
        if any(one.study_id == part.study_id and not one.published for one in rounds.releases()):
            return True  # what the last round has left is on its way into the catalogue
        document = model_scored_under(part, in_force)
        try:
            return isinstance(document, PropensityDocument) and bool(ask_of(part, document))
        except Refused:
            return False

    return version_in_turn(versions, rounds.all(), asks)
