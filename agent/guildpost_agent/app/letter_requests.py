"""What the printing child is asked for, and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from guildpost_agent.domain.links import Links
from guildpost_agent.domain.records import Customer, Touchpoint, Vehicle


@dataclass(frozen=True)
class LetterRequest:
    """What one letter is made from; ``document_id`` is random and may be printed as a control mark."""

    touchpoint: Touchpoint
    customer: Customer
    vehicle: Vehicle
    document_id: str
    links: Links
    now: datetime


@dataclass(frozen=True)
class RenderedBatch:
    """A part's letters as one PDF in the order asked for, the pages of each, and what could not be filled and why."""

    pdf: bytes
    pages: Mapping[str, int]
    refused: Mapping[str, str] = field(default_factory=dict)
