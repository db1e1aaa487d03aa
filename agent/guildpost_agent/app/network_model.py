"""The network's model as a brand's catalogue holds it."""

from guildpost_agent.app.list_studies import Reading
from guildpost_shared.learning.document import NEUTRAL, TARGET_PATH, PublishedModel, parse_model


def network_model(source: Reading) -> PublishedModel:
    """Read the model in force; the neutral one where nothing is learned yet, or it was taken back.

    Args:
        source: a brand's catalogue.

    Raises:
        Refused: ``document_*``: it is outside what learning can have given.
    """
    return parse_model(source.read(TARGET_PATH)) if TARGET_PATH in source.list(TARGET_PATH) else NEUTRAL
