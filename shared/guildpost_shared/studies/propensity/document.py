"""The propensity model as a signed file (``models/propensity.json``), and what the next round of a training asks.

    {"type": "propensity", "version": 4, "learned_on": "2027-05-06",
     "learned":  null, or {"columns": ["service_class", …], "classes": ["hu", …], "norm": 2.4, "constant": -1.9,
                 "numeric": [{"column": "mileage_km", "low": …, "high": …, "mean": …, "deviation": …, "weight": …}, …],
                 "categories": [{"column": "channel", "bucket": 17, "share": 0.4, "weight": 0.1}, …]},
     "training": null, or {"study_id": "propensity", "days": "2027-01-01_2027-03-31", "step": 2,
                 "columns": […], "bounds": [{"column": "mileage_km", "low": …, "high": …}, …]}
                 or, from step 3 on, {…, "step": 4, "model": {… as "learned"}}}

``training`` is what a training's next round asks; before its first one nothing is said, the survey is implied. From the
first step of learning on the newest model is ``learned``, too: it is refined by every further round, and stays where a
later round is lost. Numbers are the shortest decimals of their floats, so that a file has one meaning and one hash,
which is bound into the round's masks. No field says who contributed.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from guildpost_shared import strict_json
from guildpost_shared.errors import Refused
from guildpost_shared.strict_json import Fields
from guildpost_shared.studies.propensity.asks import Ask, RangesAsk, StepAsk, SurveyAsk
from guildpost_shared.studies.propensity.model import Model, model_fields, read_columns, read_model, read_range
from guildpost_shared.studies.propensity.survey import Bounds
from guildpost_shared.studies.propensity.terms import FIRST_STEP, LAST_STEP, RANGES, SURVEY
from guildpost_shared.studies.spec import STUDY_ID, StudySpec

_MAX_BYTES: Final = 128 * 1024
_DAYS: Final = r"\d{4}-\d\d-\d\d_\d{4}-\d\d-\d\d"


@dataclass(frozen=True, eq=False)
class NextRound:
    """What the next round of a training asks: ranges between ``bounds`` (step 2), or a slope under ``model``."""

    study_id: str
    days: str
    step: int
    columns: tuple[str, ...]
    bounds: tuple[Bounds, ...] = ()
    model: Model | None = None


@dataclass(frozen=True, eq=False)
class PropensityDocument:
    """The published file.

    Attributes:
        version: rounds it has learned from; 0 before the first.
        learned_on: business date of the last round.
        learned: the newest model, where there is one.
        training: what the next round asks, while one is expected.
    """

    version: int
    learned_on: date
    learned: Model | None = None
    training: NextRound | None = None

    @cached_property
    def canonical_bytes(self) -> bytes:
        """The document as it is published."""
        return strict_json.canonical(
            {
                "type": "propensity",
                "version": self.version,
                "learned_on": self.learned_on.isoformat(),
                "learned": None if self.learned is None else model_fields(self.learned),
                "training": None if self.training is None else _training_fields(self.training),
            }
        )

    @cached_property
    def sha256(self) -> bytes:
        """Hash of the canonical bytes (32 bytes)."""
        return hashlib.sha256(self.canonical_bytes).digest()


NOTHING_LEARNED: Final = PropensityDocument(0, date(1970, 1, 1))
"""What everybody holds before the first round."""


def ask_of(study: StudySpec, document: PropensityDocument) -> Ask:
    """Say what a round of a training asks.

    A round of learning that was lost taught nothing, so the one after it asks under the same model.

    Args:
        study: the part of the study that the round is about.
        document: in force.

    Raises:
        Refused: ``training_out_of_step``: the document does not ask this round of this training.
    """
    if study.step == SURVEY:
        return SurveyAsk(len(study.columns))
    asked = document.training
    known = asked is not None and (study.study_id, study.days, study.columns) == (
        asked.study_id,
        asked.days,
        asked.columns,
    )
    if asked is None or not known or not (asked.step == study.step or FIRST_STEP < asked.step < study.step):
        raise Refused("training_out_of_step", study=study.study_id, step=study.step)
    if asked.model is None:
        return RangesAsk(asked.bounds)
    at = study.step - FIRST_STEP
    return StepAsk(asked.model.features, asked.model.theta, at, curved=at == 0)


def parse_propensity(data: bytes) -> PropensityDocument:
    """Read the file.

    Args:
        data: the bytes of the catalogue target.

    Raises:
        Refused: ``document_*`` with the field that is missing, unknown or out of bounds; bytes that are not canonical
            are refused, too, so that a hash has one meaning.
    """
    fields = strict_json.read(data, "propensity", max_bytes=_MAX_BYTES)
    fields.text("type", "propensity")
    version, learned_on = fields.integer("version", 0, 10**6), fields.day("learned_on")
    learned, training = fields.optional_child("learned"), fields.optional_child("training")
    document = PropensityDocument(
        version,
        learned_on,
        None if learned is None else read_model(learned),
        None if training is None else _read_training(training),
    )
    fields.end()
    if document.canonical_bytes != data:
        raise Refused("document_unreadable", detail="not canonical", document="propensity")
    return document


def _training_fields(training: NextRound) -> dict[str, object]:
    asked: dict[str, object]
    if training.model is None:
        found = [
            {"column": training.columns[one.column], "low": float(one.low), "high": float(one.high)}
            for one in training.bounds
        ]
        asked = {"columns": list(training.columns), "bounds": found}
    else:
        asked = {"model": model_fields(training.model)}
    return {"study_id": training.study_id, "days": training.days, "step": training.step} | asked


def _read_training(fields: Fields) -> NextRound:
    study_id, days = fields.text("study_id", STUDY_ID), fields.text("days", _DAYS)
    step = fields.integer("step", RANGES, LAST_STEP)
    if step == RANGES:
        columns = read_columns(fields)
        bounds = tuple(_read_bounds(one, columns) for one in fields.children("bounds", most=len(columns)))
        fields.require("bounds", len({one.column for one in bounds}) == len(bounds))
        training = NextRound(study_id, days, step, columns, bounds)
    else:
        model = read_model(fields.child("model"))
        training = NextRound(study_id, days, step, model.columns, model=model)
    fields.end()
    return training


def _read_bounds(fields: Fields, columns: tuple[str, ...]) -> Bounds:
    bounds = read_range(fields, columns)
    fields.end()
    return bounds
