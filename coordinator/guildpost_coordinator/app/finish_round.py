"""What a round leaves: figures to show, or a model that was moved. The sum itself is forgotten.

A model is moved by what was scored under it: the one in force, which all dealerships of the sum held (its hash is bound
into their masks). Belief and model are stored together, or neither is. Who takes the model out of the catalogue lets
learning begin anew. A round of a training leaves what the next one asks (``finish_training``).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from guildpost_coordinator.app.finish_training import finish_training_round
from guildpost_coordinator.app.ports.rounds import Finished, ReleaseRecord
from guildpost_coordinator.domain.learning.filter import Belief
from guildpost_coordinator.domain.learning.publishing import moved
from guildpost_coordinator.domain.propensity.training import Memory
from guildpost_coordinator.domain.rounds import Round
from guildpost_shared.learning.document import NEUTRAL, PublishedModel, parse_model
from guildpost_shared.learning.vector import decode
from guildpost_shared.privacy.disclosure import require_releasable
from guildpost_shared.secagg.shard_sums import NetworkSum
from guildpost_shared.studies.kinds import PROPENSITY
from guildpost_shared.studies.layouts import Scored
from guildpost_shared.studies.noise import summed_variance
from guildpost_shared.studies.propensity.document import NOTHING_LEARNED, PropensityDocument, parse_propensity
from guildpost_shared.studies.release import dump_release
from guildpost_shared.studies.releasing import build_release
from guildpost_shared.studies.sanity import require_plausible
from guildpost_shared.studies.spec import StudySpec


def model_scored_under(study: StudySpec, in_force: Callable[[str], bytes | None]) -> Scored | None:
    """Give the model that a round of the study is scored under; None where the study moves none.

    Args:
        study: the study.
        in_force: gives what the catalogue holds under a path.
    """
    if not study.model:
        return None
    body = in_force(study.model)
    if study.kind == PROPENSITY:
        return NOTHING_LEARNED if body is None else parse_propensity(body)
    return NEUTRAL if body is None else parse_model(body)


def finish_round(
    round_: Round,
    study: StudySpec,
    result: NetworkSum,
    *,
    model: Scored | None,
    belief: Belief | Memory | None,
    today: date,
    now: datetime,
) -> Finished:
    """Turn a sum into what the round leaves.

    Args:
        round_: the round.
        study: the part of the study that it counted.
        result: the unmasked, noised sum and who is in it.
        model: under which was scored, where the study moves one.
        belief: held since the last round of the study.
        today: business date.
        now: wall clock, UTC.

    Raises:
        Refused: ``release_too_few_groups``, ``release_too_young``, ``training_out_of_step``.
        Untrusted: ``study_sum_implausible``.
    """
    if isinstance(model, PropensityDocument):
        memory, asked = finish_training_round(
            study, result, model, belief if isinstance(belief, Memory) else None, today
        )
        return Finished(_record(round_, study.model, asked.canonical_bytes, now), memory)
    if model is not None:
        before = belief if isinstance(belief, Belief) else None
        after, moved = _learned(study, result, model, before, today)
        return Finished(_record(round_, study.model, moved.canonical_bytes, now), after)
    release = build_release(
        study,
        result.sum,
        contributors=len(result.contributors),
        groups=result.groups,
        noise=result.noise,
        today=today,
    )
    return Finished(_record(round_, release.target_path, dump_release(release), now))


def _record(round_: Round, path: str, body: bytes, now: datetime) -> ReleaseRecord:
    return ReleaseRecord(round_.study_id, round_.period, round_.round_id, path, body, now)


def _learned(
    study: StudySpec, result: NetworkSum, model: PublishedModel, before: Belief | None, today: date
) -> tuple[Belief, PublishedModel]:
    dealers = len(result.contributors)
    rules = replace(study.disclosure, min_age_days=(study.release_from - study.data_until).days)
    require_releasable(rules, groups=result.groups, youngest=study.data_until, today=today)
    require_plausible(study, result.sum, contributors=dealers, noise=result.noise)
    noise = float(summed_variance(study, result.noise))
    return moved(before, model, decode(result.sum), today, dealers=dealers, noise_variance=noise)
