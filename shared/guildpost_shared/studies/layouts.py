"""The layout of a study, whatever its kind, and what its rounds are bound to."""

import hashlib
from typing import Any, Final

from guildpost_shared.learning.document import PublishedModel
from guildpost_shared.secagg.context import RoundContext
from guildpost_shared.studies.cells import CellLayout
from guildpost_shared.studies.coordinates import Layout
from guildpost_shared.studies.kinds import PROPENSITY, SLOT_LEAD, WHEN_TO_WRITE
from guildpost_shared.studies.layout import VectorLayout
from guildpost_shared.studies.propensity.document import PropensityDocument, ask_of
from guildpost_shared.studies.spec import StudySpec
from guildpost_shared.studies.when_to_write import LearningLayout

Scored = PublishedModel | PropensityDocument
"""What a study that moves a model is scored under: the file in force, which says what a round asks."""
_TRAINING: Final = hashlib.sha256(b"guildpost/propensity/1").digest()
"""What the coordinates of a training mean; which there are is said by the study's part and the file."""


def layout_of(spec: StudySpec) -> Layout[Any]:
    """Lay out a study; its records are ``MaturedReminder``, ``CustomerRow``, or ``Cells`` for every other kind.

    Raises:
        ValueError: for a training: what its coordinates are, each round asks anew (``propensity.asks``).
    """
    if spec.kind == PROPENSITY:
        raise ValueError("a training has no layout of its own")
    if spec.kind == WHEN_TO_WRITE:
        return LearningLayout()
    return VectorLayout.of(spec) if spec.kind == SLOT_LEAD else CellLayout.of(spec)


def context_of(round_id: str, spec: StudySpec, roster_hash: bytes, model: Scored | None = None) -> RoundContext:
    """Say what a round is about; whoever sees another study, roster or model cannot be added up with the others.

    Args:
        round_id: unique for ever.
        spec: the part of the study that the round counts.
        roster_hash: SHA-256 of the signed roster.
        model: under which is scored, where the study moves one.

    Raises:
        Refused: ``training_out_of_step``: the file does not ask this round of a training.
    """
    if bool(spec.model) != (model is not None) or (spec.kind == PROPENSITY) != isinstance(model, PropensityDocument):
        raise ValueError("a model belongs to a study that moves one, and only to it")
    if isinstance(model, PropensityDocument):
        layout_hash, dimension = _TRAINING, ask_of(spec, model).dimension
    else:
        layout = layout_of(spec)
        layout_hash, dimension = layout.layout_hash, layout.dimension
    meaning = layout_hash if model is None else hashlib.sha256(layout_hash + model.sha256).digest()
    return RoundContext(round_id, spec.sha256, roster_hash, meaning, dimension)
