"""Where appointments come from besides the DMS: a workshop planner's exports, each of them a whole calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from guildpost_agent.app.ports.dms_source import RefusedFile
from guildpost_agent.domain.planner.events import PlannedEvent


@dataclass(frozen=True)
class PlannerExport:
    """One planner's calendar as it was written last.

    Attributes:
        name: the file, as a person knows it.
        origin: the planner; a later export of the same origin takes the place of this one.
        events: all of them, each key once.
    """

    name: str
    origin: str
    events: tuple[PlannedEvent, ...]


@dataclass(frozen=True)
class PlannerDelivery:
    """What lies ready: exports, oldest first, and files that cannot be read, none of which counts in part."""

    exports: tuple[PlannerExport, ...] = ()
    refused: tuple[RefusedFile, ...] = ()


class AppointmentSource(Protocol):
    """Give what lies ready, and put it away once its fate is decided."""

    def read(self) -> PlannerDelivery | None:
        """Return everything that lies ready, or None; reading again before ``settle`` gives the same."""
        ...

    def settle(self, taken: Sequence[str], refused: Sequence[RefusedFile]) -> None:
        """Put files away by name: those taken in, and refused ones with their reason beside them."""
        ...
