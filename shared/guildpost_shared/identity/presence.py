"""The values an agent hears from its coordinator while it is connected."""

from dataclasses import dataclass
from datetime import datetime

from guildpost_shared.identity.enrolment import Endpoint


@dataclass(frozen=True)
class Heartbeat:
    """The coordinator is still there; its wall clock."""

    server_time: datetime


@dataclass(frozen=True)
class CatalogueChanged:
    """A new catalogue may be fetched; what counts is what the agent then verifies itself."""

    version: int


@dataclass(frozen=True)
class RoundWindow:
    """A federated round may be joined between two wall-clock instants.

    Attributes:
        round_id: the round.
        study_path: target of the study in the catalogue, such as ``studies/timing/1.json``.
        period: first and last day of what the round counts, ``2027-01-01_2027-01-14``.
        opens_at: aware, UTC.
        closes_at: aware, UTC.
        flower: the filter in front of Flower.
    """

    round_id: str
    study_path: str
    period: str
    opens_at: datetime
    closes_at: datetime
    flower: Endpoint


PresenceEvent = Heartbeat | CatalogueChanged | RoundWindow
