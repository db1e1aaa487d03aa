"""Brands of whose catalogue nothing new was heard for too long: their messages wait, those of the others go on."""

import json
from collections.abc import Set as AbstractSet
from typing import Final

from guildpost_agent.app.ports.documents import DocumentsReading, OpenDocuments

DOCUMENT: Final = "catalogue/resting"


def resting_brands(uow: DocumentsReading) -> frozenset[str]:
    """Give the brands whose messages wait."""
    body = uow.documents.get(DOCUMENT)
    return frozenset() if body is None else frozenset(json.loads(body))


def note_resting(open_documents: OpenDocuments, brands: AbstractSet[str]) -> None:
    """Note whose messages wait from now on."""
    with open_documents() as uow:
        if resting_brands(uow) != brands:
            uow.documents.put(DOCUMENT, json.dumps(sorted(brands)).encode())
            uow.commit()
