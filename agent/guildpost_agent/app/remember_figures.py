"""Keep the dealer's own figures with the dealer's data: in the encrypted database, under one backup and one erasure."""

import json
from typing import Final

from guildpost_agent.app.ports.documents import OpenDocuments
from guildpost_agent.config import Figures

DOCUMENT: Final = "settings/figures"


def remember_figures(open_documents: OpenDocuments, figures: Figures) -> None:
    """Mirror the configured figures, if they are not there as they are now.

    Args:
        open_documents: opens a transaction on the dealer's database.
        figures: of ``agent.toml``; they never leave the dealership.
    """
    body = json.dumps(figures.model_dump(), sort_keys=True).encode()
    with open_documents() as uow:
        if uow.documents.get(DOCUMENT) != body:
            uow.documents.put(DOCUMENT, body)
            uow.commit()
