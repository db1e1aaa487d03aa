"""The unit of work: one transaction on the dealer's own database, with its repositories.

``with open_uow() as uow: …; uow.commit()`` – leaving without commit rolls back. Each repository is a small port of its
own; one contract suite runs on the encrypted database (there is no second implementation to drift from it).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from guildpost_agent.app.ports.approvals import Approvals
from guildpost_agent.app.ports.calls import Calls
from guildpost_agent.app.ports.consents import Consents
from guildpost_agent.app.ports.documents import Documents
from guildpost_agent.app.ports.found_alive import FoundAliveLines
from guildpost_agent.app.ports.goodwill import Goodwill
from guildpost_agent.app.ports.holds import Holds
from guildpost_agent.app.ports.leases import Leases
from guildpost_agent.app.ports.opt_in_mails import OptInMails
from guildpost_agent.app.ports.outcomes import Outcomes
from guildpost_agent.app.ports.people import People
from guildpost_agent.app.ports.planned import Planned
from guildpost_agent.app.ports.plans import Move, Plans
from guildpost_agent.app.ports.reminders import Reminders
from guildpost_agent.app.ports.replies import Replies
from guildpost_agent.app.ports.rights import RetentionStore, Rights
from guildpost_agent.app.ports.rounds import Rounds
from guildpost_agent.app.ports.segments import Segments
from guildpost_agent.app.ports.staging import Staging
from guildpost_agent.app.ports.suppressions import Suppressions
from guildpost_agent.app.ports.vehicle_lists import VehicleLists
from guildpost_agent.app.ports.wheels import Wheels
from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.records import (
    Appointment,
    Customer,
    Job,
    Vehicle,
)


@dataclass(frozen=True)
class QuarantinedRow:
    """A row that could not be imported: where, which field, why (a reason code)."""

    file: str
    row_number: int
    field: str
    reason: str
    raw: str


@dataclass(frozen=True)
class ImportReport:
    """What one delivery of the DMS brought."""

    import_id: str
    at: datetime
    state: str
    rows_read: int
    rows_imported: int
    rows_quarantined: int
    report: Mapping[str, object]


class Records(Protocol):
    """The mirror of the DMS: bulk in, bulk out, keyed by DMS numbers."""

    def upsert_customers(self, rows: Sequence[Customer]) -> None: ...  # noqa: D102 — the name says it
    def upsert_vehicles(self, rows: Sequence[Vehicle]) -> None: ...  # noqa: D102 — see above
    def upsert_jobs(self, rows: Sequence[Job]) -> None: ...  # noqa: D102 — see above
    def upsert_appointments(self, rows: Sequence[Appointment]) -> None: ...  # noqa: D102 — see above
    def customers(self, *, plain: bool = False) -> list[Customer]:
        """List all customers; ``plain`` without forms of address and provenance, which nobody plans by."""
        ...

    def customers_of(self, customer_ids: Collection[str]) -> list[Customer]: ...  # noqa: D102 — see above
    def vehicles(self, *, plain: bool = False) -> list[Vehicle]:
        """List all vehicles; ``plain`` without papers, plates and provenance."""
        ...

    def appointments_of_vehicles(self, vehicle_ids: Collection[str]) -> list[Appointment]: ...  # noqa: D102 — see above
    def vehicles_of(self, vehicle_ids: Collection[str]) -> list[Vehicle]: ...  # noqa: D102 — see above
    def vehicles_of_customers(self, customer_ids: Collection[str]) -> list[Vehicle]: ...  # noqa: D102 — see above
    def jobs_of_vehicles(self, vehicle_ids: Collection[str], since: date = date.min) -> list[Job]:
        """List the labour lines of some vehicles, of orders made on or after a day."""
        ...

    def vehicles_with_wheels(self) -> list[str]:
        """List the vehicles of which a set of wheels lies in the dealer's store."""
        ...

    def jobs(self, since: date = date.min, *, plain: bool = False) -> list[Job]:
        """List the labour lines of orders made on or after a day."""
        ...

    def appointments(self) -> list[Appointment]: ...  # noqa: D102 — see above
    def appointments_since(self, since: datetime) -> list[Appointment]: ...  # noqa: D102 — see above
    def appointments_concerning(self, vehicle_ids: Collection[str], customer_ids: Collection[str]) -> list[Appointment]:
        """List the appointments of some vehicles, and those of some customers that name no vehicle."""
        ...

    def customer(self, customer_id: str) -> Customer | None: ...  # noqa: D102 — see above
    def vehicle(self, vehicle_id: str) -> Vehicle | None: ...  # noqa: D102 — see above
    def customers_with_email(self, address: str) -> list[str]:
        """List the numbers of the customers with a normalised e-mail address."""
        ...

    def jobs_of(self, vehicle_id: str, since: date = date.min) -> list[Job]: ...  # noqa: D102 — see above
    def appointments_of(self, vehicle_id: str) -> list[Appointment]: ...  # noqa: D102 — see above
    def appointments_without_vehicle(self, customer_id: str) -> list[Appointment]: ...  # noqa: D102 — see above
    def block_advertising(self, customer_id: str) -> None:
        """Set the advertising block (objection under Art. 21(2) GDPR)."""
        ...

    def mark_vehicle_gone(self, vehicle_id: str, on: date) -> None:
        """Note that the customer no longer has the vehicle."""
        ...

    def set_next_hu(self, vehicle_id: str, month: date) -> None:
        """Note a new HU due month (first day of the month)."""
        ...


class Imports(Protocol):
    """The record of deliveries."""

    def start(self, import_id: str, at: datetime) -> None:
        """Note that an import reads; one that broke off loses its quarantine and stays as ``broken_off``."""
        ...

    def put_aside(self, import_id: str, rows: Sequence[QuarantinedRow]) -> None:
        """Put rows into quarantine."""
        ...

    def take_back(self, import_id: str, file: str) -> None:
        """Empty the quarantine of a file that is refused as a whole."""
        ...

    def finish(self, report: ImportReport) -> None:
        """Store the report of an import that ``start`` noted."""
        ...

    def latest(self) -> ImportReport | None: ...  # noqa: D102 — see above
    def all(self) -> list[ImportReport]: ...  # noqa: D102 — see above
    def quarantined(self, import_id: str) -> list[QuarantinedRow]: ...  # noqa: D102 — see above


@frozen
class OutboxJob:
    """One message on its way: ready → sending → sent | bounced | failed | unsure | refused."""

    touchpoint_id: str
    channel: str
    message_id: str
    token: str
    recipient: str
    state: str
    attempts: int
    next_attempt_at: datetime
    changed_at: datetime
    response: str = ""
    batch_id: str | None = None


class Outbox(Protocol):
    """The record of what was handed over; nothing leaves twice."""

    def add(self, job: OutboxJob) -> None: ...  # noqa: D102 — see above
    def get(self, touchpoint_id: str) -> OutboxJob | None: ...  # noqa: D102 — see above
    def some(self, touchpoint_ids: Collection[str]) -> list[OutboxJob]: ...  # noqa: D102 — see above
    def by_token(self, token: str) -> OutboxJob | None: ...  # noqa: D102 — see above
    def by_message_id(self, message_id: str) -> OutboxJob | None: ...  # noqa: D102 — see above
    def in_state(self, channel: str, state: str) -> list[OutboxJob]: ...  # noqa: D102 — see above
    def move(
        self,
        touchpoint_id: str,
        *,
        expected: str,
        to: str,
        now: datetime,
        response: str = "",
        batch_id: str | None = None,
    ) -> bool:
        """Change the state if it is still the expected one; say whether it was."""
        ...

    def move_all(self, moves: Sequence[Move], now: datetime) -> int:
        """Change states that are still the expected ones; say how many were."""
        ...

    def retry_at(self, touchpoint_id: str, *, at: datetime, now: datetime, response: str) -> None:
        """Put a job back to ready for a later attempt (transient refusal before the message was accepted)."""
        ...


@dataclass(frozen=True)
class LedgerEntry:
    """What left the dealer: an item, or a day's ``count`` items of a frequent kind (hash-chained, not personal)."""

    seq: int
    at: datetime
    destination: str
    kind: str
    size: int
    sha256: str
    previous: str
    hash: str
    count: int = 1


class EgressLedger(Protocol):
    """The append-only record of the one gate."""

    def append(self, entry: LedgerEntry) -> None: ...  # noqa: D102 — see above
    def last(self) -> LedgerEntry | None: ...  # noqa: D102 — see above
    def get(self, seq: int, /) -> LedgerEntry | None: ...  # noqa: D102 — see above
    def count_since(self, destination: str, kind: str, since: datetime, /) -> int: ...  # noqa: D102 — see above
    def all(self) -> list[LedgerEntry]: ...  # noqa: D102 — see above


class UnitOfWork(Protocol):
    """One transaction."""

    @property
    def documents(self) -> Documents: ...  # noqa: D102 — see above
    @property
    def leases(self) -> Leases: ...  # noqa: D102 — see above
    @property
    def replies(self) -> Replies: ...  # noqa: D102 — see above
    @property
    def imports(self) -> Imports: ...  # noqa: D102 — see above
    @property
    def people(self) -> People: ...  # noqa: D102 — see above
    @property
    def staging(self) -> Staging: ...  # noqa: D102 — see above
    @property
    def records(self) -> Records: ...  # noqa: D102 — see above
    @property
    def planned(self) -> Planned: ...  # noqa: D102 — see above
    @property
    def goodwill(self) -> Goodwill: ...  # noqa: D102 — see above
    @property
    def wheels(self) -> Wheels: ...  # noqa: D102 — see above
    @property
    def plans(self) -> Plans: ...  # noqa: D102 — see above
    @property
    def approvals(self) -> Approvals: ...  # noqa: D102 — see above
    @property
    def outbox(self) -> Outbox: ...  # noqa: D102 — see above
    @property
    def outcomes(self) -> Outcomes: ...  # noqa: D102 — see above
    @property
    def reminders(self) -> Reminders: ...  # noqa: D102 — see above
    @property
    def consents(self) -> Consents: ...  # noqa: D102 — see above
    @property
    def opt_in_mails(self) -> OptInMails: ...  # noqa: D102 — see above
    @property
    def suppressions(self) -> Suppressions: ...  # noqa: D102 — see above
    @property
    def egress(self) -> EgressLedger: ...  # noqa: D102 — see above
    @property
    def rounds(self) -> Rounds: ...  # noqa: D102 — see above
    @property
    def rights(self) -> Rights: ...  # noqa: D102 — see above
    @property
    def retention(self) -> RetentionStore: ...  # noqa: D102 — see above
    @property
    def segments(self) -> Segments: ...  # noqa: D102 — see above
    @property
    def calls(self) -> Calls: ...  # noqa: D102 — see above
    @property
    def lists(self) -> VehicleLists: ...  # noqa: D102 — see above
    @property
    def holds(self) -> Holds: ...  # noqa: D102 — see above
    @property
    def found_alive(self) -> FoundAliveLines: ...  # noqa: D102 — see above

    def seen(self) -> object:
        """Name the content of the database as this transaction sees it now.

        Two equal names, asked for in two transactions of which the first was committed, say that nobody wrote in
        between. Different names say nothing.
        """
        ...

    def commit(self) -> None:
        """Make everything since the start durable (synchronous=FULL)."""
        ...


OpenUnitOfWork = Callable[[], AbstractContextManager[UnitOfWork]]
