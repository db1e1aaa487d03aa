"""The layout of a study, whatever its kind, and what its rounds are bound to."""

import hashlib
from typing import Any

from guildpost_shared.secagg.context import RoundContext
from guildpost_shared.studies.cells import CellLayout
from guildpost_shared.studies.coordinates import Layout
from guildpost_shared.studies.kinds import SLOT_LEAD, WHEN_TO_WRITE
from guildpost_shared.studies.layout import VectorLayout
from guildpost_shared.studies.spec import StudySpec
from guildpost_shared.studies.when_to_write import LearningLayout


def layout_of(spec: StudySpec) -> Layout[Any]:
    """Lay out a study; its records are ``MaturedReminder``, ``CustomerRow``, or ``Cells`` for every other kind."""
    if spec.kind == WHEN_TO_WRITE:
        return LearningLayout()
    return VectorLayout.of(spec) if spec.kind == SLOT_LEAD else CellLayout.of(spec)


def context_of(round_id: str, spec: StudySpec, roster_hash: bytes, model_hash: bytes | None = None) -> RoundContext:
    """Say what a round is about; whoever sees another study, roster or model cannot be added up with the others.

    Args:
        round_id: unique for ever.
        spec: the part of the study that the round counts.
        roster_hash: SHA-256 of the signed roster.
        model_hash: SHA-256 of the model under which is scored, where the study has one.
    """
    layout = layout_of(spec)
    if bool(spec.model) != (model_hash is not None):
        raise ValueError("a model belongs to a study that moves one, and only to it")
    meaning = layout.layout_hash if model_hash is None else hashlib.sha256(layout.layout_hash + model_hash).digest()
    return RoundContext(round_id, spec.sha256, roster_hash, meaning, layout.dimension)
