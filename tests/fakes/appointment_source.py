"""A workshop planner in memory, to be used wherever an ``AppointmentSource`` is.

source = FakeAppointmentSource()
source.deliver("halle", PlannedEvent("1", 1, starts_at, "LA-AB 12 Inspektion"))
source.refuse("kaputt.ics", Refused("planner_file_broken", file="kaputt.ics"))
take_planner_in(open_uow, source, now, zone)
source.done                          # names of what was put away
"""

from collections.abc import Sequence

from guildpost_agent.app.ports.appointment_source import PlannerDelivery, PlannerExport
from guildpost_agent.app.ports.dms_source import RefusedFile
from guildpost_agent.domain.planner.events import PlannedEvent
from guildpost_shared.errors import Refused


class FakeAppointmentSource:
    """Keeps what was delivered until it is settled."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.refused: list[str] = []
        self._exports: dict[str, PlannerExport] = {}
        self._refusals: dict[str, RefusedFile] = {}

    def deliver(self, origin: str, *events: PlannedEvent) -> None:
        """Lay a planner's whole calendar ready."""
        name = f"{origin}.ics"
        self._exports[name] = PlannerExport(name, origin, events)

    def refuse(self, name: str, error: Refused) -> None:
        """Lay a file ready that cannot be read."""
        self._refusals[name] = RefusedFile(name, error)

    def read(self) -> PlannerDelivery | None:
        """Return what lies ready."""
        if not self._exports and not self._refusals:
            return None
        return PlannerDelivery(tuple(self._exports.values()), tuple(self._refusals.values()))

    def settle(self, taken: Sequence[str], refused: Sequence[RefusedFile]) -> None:
        """Put away what was named."""
        for name in taken:
            if self._exports.pop(name, None):
                self.done.append(name)
        for file in refused:
            self._refusals.pop(file.name, None)
            self.refused.append(file.name)
