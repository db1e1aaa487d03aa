"""The layout of a study, whatever its kind."""

from typing import Any

from guildpost_shared.studies.cells import CellLayout
from guildpost_shared.studies.coordinates import Layout
from guildpost_shared.studies.kinds import SLOT_LEAD
from guildpost_shared.studies.layout import VectorLayout
from guildpost_shared.studies.spec import StudySpec


def layout_of(spec: StudySpec) -> Layout[Any]:
    """Lay out a study; its records are ``MaturedReminder`` for slot and lead, ``Cells`` for every other kind."""
    return VectorLayout.of(spec) if spec.kind == SLOT_LEAD else CellLayout.of(spec)
