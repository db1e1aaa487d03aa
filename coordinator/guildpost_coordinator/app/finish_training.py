"""What a round of a training leaves: the file that asks the next one, and what the coordinator holds in between.

    round 1, 2     the bounds, then the feature map; the model from before stays in force
    round 3 to 6   the newest model is in force, and the next slope is asked under it
    a lost round   1 to 3: nothing can be learned, the training has failed (``announce_round``)
                   4 to 6: one slope less, the next round goes on under the newest model

Nobody may contribute twice, so a lost round is never repeated. Who takes the file out of the catalogue ends the
training.
"""

import math
from dataclasses import replace
from datetime import date
from typing import Final

from guildpost_coordinator.domain.propensity.surveying import Found
from guildpost_coordinator.domain.propensity.training import Memory, Training
from guildpost_shared.errors import Refused
from guildpost_shared.privacy.disclosure import MIN_CELL, require_releasable
from guildpost_shared.secagg.shard_sums import NetworkSum
from guildpost_shared.services.definition import LearningClass
from guildpost_shared.studies.noise import budget_of
from guildpost_shared.studies.propensity.asks import Ask, RangesAsk, StepAsk
from guildpost_shared.studies.propensity.bounds import require_possible
from guildpost_shared.studies.propensity.columns import bucket
from guildpost_shared.studies.propensity.document import NextRound, PropensityDocument, ask_of, parse_propensity
from guildpost_shared.studies.propensity.model import Model
from guildpost_shared.studies.propensity.terms import FIRST_STEP, SERVICE_CLASS, SURVEY
from guildpost_shared.studies.spec import StudySpec

_STANDING_OUT: Final = 4.0
"""Standard deviations of the survey's noise."""


def finish_training_round(
    study: StudySpec, result: NetworkSum, document: PropensityDocument, memory: Memory | None, today: date
) -> tuple[Memory, PropensityDocument]:
    """Learn from a round's sum.

    Args:
        study: the part of the study that the round was about.
        result: the unmasked, noised sum and who is in it.
        document: under which the round was asked.
        memory: what the training held after its last round.
        today: business date.

    Raises:
        Refused: ``release_too_few_groups``, ``release_too_young``; ``training_too_few_answers``: of the first round;
            ``training_out_of_step``: what is held is not of this training; ``document_*``: what came out is no model.
        Untrusted: ``study_sum_implausible``.
    """
    dealers, noise, budget = len(result.contributors), result.noise, budget_of(study)
    rules = replace(study.disclosure, min_age_days=(study.release_from - study.data_until).days)
    require_releasable(rules, groups=result.groups, youngest=study.data_until, today=today)
    ask = ask_of(study, document)
    require_possible(ask, result.sum, budget=budget, cap=study.cap_customers, contributors=dealers, noise=noise)
    training = _training(study, ask, document, memory)
    training.take(result.sum, inflation=float(noise))
    held = training.memory
    if study.step == SURVEY:
        _require_answers(held.found, deviation=math.sqrt(budget.survey * noise))
    moved = _document(study, document, training, classes=_common_classes(held.found, study.columns), today=today)
    return replace(held, published=moved.sha256), parse_propensity(moved.canonical_bytes)


def _training(study: StudySpec, ask: Ask, document: PropensityDocument, memory: Memory | None) -> Training:
    columns, budget = len(study.columns), budget_of(study)
    if study.step == SURVEY:
        return Training(columns, budget)
    if memory is None or memory.published != document.sha256 or (memory.believed is None) != (study.step <= FIRST_STEP):
        raise Refused("training_out_of_step", study=study.study_id, step=study.step)
    return Training.resumed(columns, budget, memory, ask)


def _require_answers(found: Found, *, deviation: float) -> None:
    """Refuse to learn where answers, or customers without one, do not stand out of the noise.

    With hardly any answer a slope is noise alone, and every round would carry the model farther away.
    """
    least = max(MIN_CELL, _STANDING_OUT * deviation)
    answered = found.answered * found.records
    if min(answered, found.records - answered) < least:
        raise Refused("training_too_few_answers", least=math.ceil(least))


def _document(
    study: StudySpec, before: PropensityDocument, training: Training, *, classes: tuple[str, ...], today: date
) -> PropensityDocument:
    learned = Model(study.columns, classes, *training.model) if study.step >= FIRST_STEP else before.learned
    following = NextRound(study.study_id, study.days, study.step + 1, study.columns)
    match training.ask:
        case RangesAsk() as ask:
            asked: NextRound | None = replace(following, bounds=ask.bounds)
        case StepAsk() as ask:
            asked = replace(following, model=Model(study.columns, classes, ask.features, ask.theta))
        case _:
            asked = None
    return PropensityDocument(before.version + 1, today, learned, asked)


def _common_classes(found: Found, columns: tuple[str, ...]) -> tuple[str, ...]:
    """Name the classes of services that the noised survey found common."""
    at = columns.index(SERVICE_CLASS)
    buckets = {one.bucket for one in found.categories if one.column == at}
    return tuple(one.value for one in LearningClass if bucket(SERVICE_CLASS, one.value) in buckets)
