"""What writing a message and the last check before it leaves may ask: the questions alone, no way to change anything.

A unit of work answers them one by one; ``read_ahead`` answers them for a whole group of messages.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol

from guildpost_agent.app.ports.documents import KnownDocuments
from guildpost_agent.app.ports.unit_of_work import OutboxJob
from guildpost_agent.app.ports.vehicle_lists import KeptEntry
from guildpost_agent.domain.call_tasks import CallTask
from guildpost_agent.domain.consent.events import ConsentEvent
from guildpost_agent.domain.consent.state import ConsentState
from guildpost_agent.domain.holds import Hold
from guildpost_agent.domain.records import Appointment, Customer, Job, Occasion, Touchpoint, Vehicle
from guildpost_agent.domain.vehicle_lists import ListEntry


class Records(Protocol):
    """The mirror of the DMS."""

    def customer(self, customer_id: str, /) -> Customer | None: ...  # noqa: D102 — the name says it
    def vehicle(self, vehicle_id: str, /) -> Vehicle | None: ...  # noqa: D102 — see above
    def jobs_of(self, vehicle_id: str, since: date = date.min, /) -> Sequence[Job]:
        """List the labour lines of orders made on or after a day: few of those that a vehicle has."""
        ...

    def appointments_of(self, vehicle_id: str, /) -> Sequence[Appointment]: ...  # noqa: D102 — see above
    def appointments_without_vehicle(self, customer_id: str, /) -> Sequence[Appointment]: ...  # noqa: D102 — see above


class VehicleLists(Protocol):
    """The dealer's lists of vehicles."""

    def open_on(self, vehicle_id: str, /) -> Sequence[ListEntry]: ...  # noqa: D102 — as in the unit of work
    def closed(self, list_ids: Collection[str], vehicle_ids: Collection[str], /) -> Sequence[KeptEntry]:
        """List entries that are done as the unit of work does."""
        ...


class People(Protocol):
    """Who is who."""

    def records_of(self, customer_id: str, /) -> Sequence[str]: ...  # noqa: D102 — as in the unit of work
    def housemates(self, customer_id: str, /) -> Sequence[str]: ...  # noqa: D102 — see above


class Plans(Protocol):
    """What is planned."""

    def occasion(self, occasion_id: str, /) -> Occasion | None: ...  # noqa: D102 — the name says it
    def touchpoint(self, touchpoint_id: str, /) -> Touchpoint | None: ...  # noqa: D102 — see above
    def touchpoints_of(self, customer_id: str, /) -> Sequence[Touchpoint]: ...  # noqa: D102 — see above


class Outbox(Protocol):
    """What was handed over."""

    def get(self, touchpoint_id: str, /) -> OutboxJob | None: ...  # noqa: D102 — the name says it


class Consents(Protocol):
    """The consent ledger."""

    def events_of(self, *customer_ids: str) -> list[ConsentEvent]: ...  # noqa: D102 — as in the unit of work
    def state_of(self, *customer_ids: str) -> ConsentState: ...  # noqa: D102 — see above


class Suppressions(Protocol):
    """The list of addresses nobody may write to."""

    def contains(self, address_hmac: str, channel: str, /) -> bool: ...  # noqa: D102 — the name says it


class Rights(Protocol):
    """Who is set aside."""

    def is_restricted(self, customer_id: str, /) -> bool: ...  # noqa: D102 — the name says it


class Calls(Protocol):
    """Calls that were made."""

    def made_since(self, since: datetime, customer_ids: Collection[str] | None = None, /) -> list[CallTask]:
        """List calls as the unit of work does."""
        ...


class Holds(Protocol):
    """Whom nobody advertises to for now."""

    def of(self, customer_id: str, today: date, /) -> Hold | None: ...  # noqa: D102 — as in the unit of work


class Reading(Protocol):
    """One transaction, for reading."""

    @property
    def documents(self) -> KnownDocuments: ...  # noqa: D102 — the name says it
    @property
    def records(self) -> Records: ...  # noqa: D102 — see above
    @property
    def lists(self) -> VehicleLists: ...  # noqa: D102 — see above
    @property
    def people(self) -> People: ...  # noqa: D102 — see above
    @property
    def plans(self) -> Plans: ...  # noqa: D102 — see above
    @property
    def outbox(self) -> Outbox: ...  # noqa: D102 — see above
    @property
    def consents(self) -> Consents: ...  # noqa: D102 — see above
    @property
    def suppressions(self) -> Suppressions: ...  # noqa: D102 — see above
    @property
    def rights(self) -> Rights: ...  # noqa: D102 — see above
    @property
    def calls(self) -> Calls: ...  # noqa: D102 — see above
    @property
    def holds(self) -> Holds: ...  # noqa: D102 — see above


OpenReading = Callable[[], AbstractContextManager[Reading]]
"""Every ``OpenUnitOfWork`` is one of these."""
