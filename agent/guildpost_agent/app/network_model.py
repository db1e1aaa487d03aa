"""The network's models as a brand's catalogue holds them."""

from guildpost_agent.app.list_studies import Reading
from guildpost_shared.learning.document import NEUTRAL, TARGET_PATH, PublishedModel, parse_model
from guildpost_shared.studies.kinds import PROPENSITY
from guildpost_shared.studies.layouts import Scored
from guildpost_shared.studies.propensity.document import NOTHING_LEARNED, PropensityDocument, parse_propensity
from guildpost_shared.studies.propensity.terms import TARGET_PATH as PROPENSITY_PATH
from guildpost_shared.studies.spec import StudySpec


def network_model(source: Reading) -> PublishedModel:
    """Read the model in force; the neutral one where nothing is learned yet, or it was taken back.

    Args:
        source: a brand's catalogue.

    Raises:
        Refused: ``document_*``: it is outside what learning can have given.
    """
    return parse_model(source.read(TARGET_PATH)) if TARGET_PATH in source.list(TARGET_PATH) else NEUTRAL


def propensity_in_force(source: Reading) -> PropensityDocument:
    """Read the propensity model in force, and what a training asks next; nothing where it was taken back.

    Args:
        source: a brand's catalogue.

    Raises:
        Refused: ``document_*``: it is outside what learning can have given.
    """
    held = PROPENSITY_PATH in source.list(PROPENSITY_PATH)
    return parse_propensity(source.read(PROPENSITY_PATH)) if held else NOTHING_LEARNED


def scored_under(study: StudySpec, source: Reading) -> Scored | None:
    """Give what the rounds of a study are scored under; None where it moves no model.

    Raises:
        Refused: ``document_*``.
    """
    if not study.model:
        return None
    return propensity_in_force(source) if study.kind == PROPENSITY else network_model(source)
