"""The network's level of sharing, as the signed catalogue in force says it; the gate reads it with every message."""

from typing import Final

from guildpost_agent.app.egress.policy import EgressPolicy, coordinator_of
from guildpost_agent.app.ports.catalogue_source import CatalogueSource
from guildpost_agent.app.ports.documents import DocumentsReading
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.domain.brands import FIRST, of_brand
from guildpost_shared.errors import Refused, Untrusted
from guildpost_shared.sharing import TARGET_PATH, Sharing, parse_sharing, tightest

_DOCUMENT: Final = "egress/network_level"


def network_level(transaction: DocumentsReading, brand: str = FIRST) -> Sharing:
    """Give the level of a brand's network; where none is published, the dealer's policy alone decides."""
    body = transaction.documents.get(of_brand(_DOCUMENT, brand))
    return Sharing.STUDIES if body is None else Sharing(body.decode("ascii"))


def shares_studies(policy: EgressPolicy, transaction: DocumentsReading, brand: str) -> bool:
    """Say whether the dealer's policy and a brand's network let contributions to studies out at all."""
    level = tightest(policy.own_level(coordinator_of(brand)), network_level(transaction, brand))
    return level.covers(Sharing.STUDIES)


def note_network_level(source: CatalogueSource, open_uow: OpenUnitOfWork, brand: str = FIRST) -> Sharing:
    """Take over the level that is in force in a brand's catalogue.

    A level that only one of both roles has taken back stays, and so does one whose copy is damaged. What cannot be read
    (a newer program may know more levels) counts as ``membership``.
    """
    with open_uow() as uow:
        before = network_level(uow, brand)
        level = _published(source, before)
        if level is not before:
            uow.documents.put(of_brand(_DOCUMENT, brand), level.value.encode("ascii"))
            uow.commit()
    return level


def _published(source: CatalogueSource, before: Sharing) -> Sharing:
    version = source.current()
    if version is None or TARGET_PATH in version.refused:
        return before
    if TARGET_PATH not in source.list(TARGET_PATH):
        return Sharing.STUDIES
    try:
        return parse_sharing(source.read(TARGET_PATH))
    except Untrusted:
        return before
    except Refused:
        return Sharing.MEMBERSHIP
