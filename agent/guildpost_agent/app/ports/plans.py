"""What is due, what was decided about it, and what is planned and was sent."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.occasions import Inspections
from guildpost_agent.domain.records import Decision, Occasion, Placed, Touchpoint


@frozen
class Move:
    """A change of state, made if the state is still the expected one; an empty response leaves the stored one."""

    touchpoint_id: str
    expected: str
    to: str
    response: str = ""


class Plans(Protocol):
    """Due dates, occasions, decisions and touchpoints."""

    def replace_due_dates(self, found: Inspections, vehicle_ids: Collection[str] | None) -> None:
        """Store when vehicles are due, in place of what was known of all vehicles, or of certain ones."""
        ...

    def triage(self) -> dict[tuple[str, str], int]:
        """Count due dates by service and triage class."""
        ...

    def replace_occasions(
        self,
        rows: Sequence[Occasion],
        vehicle_ids: Collection[str] | None = None,
        stored: Sequence[Occasion] | None = None,
    ) -> None:
        """Store the occasions that hold now; of those that vanished, touchpoints and the control group keep theirs.

        Args:
            rows: what holds now, of all vehicles or certain ones.
            vehicle_ids: these vehicles; None for all.
            stored: what ``occasions`` gives for the same vehicles, where it was read already.
        """
        ...

    def occasions(self, vehicle_ids: Collection[str] | None = None) -> list[Occasion]:
        """List all occasions, or those of certain vehicles."""
        ...

    def occasion(self, occasion_id: str) -> Occasion | None: ...  # noqa: D102 — the name says it
    def record_decisions(self, rows: Sequence[Decision]) -> None: ...  # noqa: D102 — see above
    def decision(self, occasion_id: str) -> Decision | None: ...  # noqa: D102 — see above
    def decisions_for(self, reason: str) -> list[Decision]: ...  # noqa: D102 — see above
    def held_out(self) -> frozenset[str]:
        """Name the occasions that earlier decisions held out."""
        ...

    def proposed(self) -> list[Touchpoint]:
        """List the touchpoints that wait for an approval, oldest first."""
        ...

    def cancel(self, touchpoint_ids: Iterable[str]) -> int:
        """Cancel touchpoints that are not yet handed over; return how many."""
        ...

    def control_group(self) -> frozenset[tuple[str, str]]:
        """Name whom earlier decisions held out: customer and service."""
        ...

    def touchpoints(self) -> list[Touchpoint]: ...  # noqa: D102 — see above
    def contacts_since(self, since: datetime) -> list[Placed]:
        """List the touchpoints that are planned for an instant or later and met, or may be met, oldest first."""
        ...

    def left(self, service_id: str) -> list[Touchpoint]:
        """List the touchpoints of a service whose message left, or may have left, oldest first."""
        ...

    def services_of(self, occasion_ids: Collection[str]) -> dict[str, str]:
        """Name the service of each of these occasions that is known."""
        ...

    def touchpoint(self, touchpoint_id: str) -> Touchpoint | None: ...  # noqa: D102 — see above
    def touchpoints_of(self, customer_id: str) -> list[Touchpoint]: ...  # noqa: D102 — see above
    def some_touchpoints(self, touchpoint_ids: Collection[str]) -> list[Touchpoint]: ...  # noqa: D102 — see above
    def touchpoints_of_all(self, customer_ids: Collection[str]) -> list[Touchpoint]: ...  # noqa: D102 — see above
    def some_occasions(self, occasion_ids: Collection[str]) -> list[Occasion]: ...  # noqa: D102 — see above
    def add_touchpoints(self, rows: Sequence[Touchpoint]) -> None: ...  # noqa: D102 — see above
    def unbundle(self, touchpoint_id: str, kept: Sequence[str]) -> None:
        """Let a planned touchpoint carry along these occasions only."""
        ...

    def to_queue(self, channel: str, until: datetime) -> list[Touchpoint]:
        """List planned touchpoints of a channel whose instant has come and that have no job yet, oldest first."""
        ...

    def move(self, touchpoint_id: str, *, expected: str, to: str) -> bool:
        """Change a touchpoint's state if it is still the expected one; say whether it was."""
        ...

    def move_all(self, moves: Sequence[Move]) -> int:
        """Change states that are still the expected ones; say how many were."""
        ...

    def cancel_planned(self, *, occasion_ids: Iterable[str]) -> int:
        """Cancel what is planned and not yet handed to the outbox; return how many."""
        ...
