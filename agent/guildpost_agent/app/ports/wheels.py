"""The sets of wheels in the dealer's store."""

from collections.abc import Collection
from typing import Protocol

from guildpost_agent.domain.records import WheelSet


class Wheels(Protocol):
    """The mirror of the wheel store."""

    def of_vehicles(self, vehicle_ids: Collection[str]) -> list[WheelSet]:
        """List the sets of some vehicles, historic ones too, by number."""
        ...
