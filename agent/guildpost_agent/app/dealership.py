"""Everything about the dealer's customers that finding and planning need, read once and sorted by who it belongs to."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from guildpost_agent.app.ports.people import Membership
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.appointments import AppointmentBook
from guildpost_agent.domain.brands import brand_of
from guildpost_agent.domain.consent.book import ConsentBook
from guildpost_agent.domain.consent.decide import Rules
from guildpost_agent.domain.dealer_version import dealer_version
from guildpost_agent.domain.history import NOTHING, History, histories
from guildpost_agent.domain.legal_basis import Suppressed
from guildpost_agent.domain.records import Customer, Job, Vehicle
from guildpost_agent.domain.service_work import works_of
from guildpost_agent.domain.subjects import FirstFrost, Subjects, no_frost
from guildpost_agent.domain.suppression import suppression_entries
from guildpost_agent.domain.vehicle_lists import contract_lists
from guildpost_shared.errors import ConfigurationError
from guildpost_shared.problems import Problem
from guildpost_shared.services.definition import ServiceDefinition

SUPPRESSION_KEY = "keys/suppression"


@dataclass(frozen=True)
class Dealership:
    """The mirror of the DMS by customer and vehicle.

    Attributes:
        visits: by customer, the days of orders, whichever vehicle they were for; only where they were asked for.
    """

    customers: dict[str, Customer]
    vehicles: dict[str, Vehicle]
    histories: dict[str, History]
    consents: ConsentBook[Any]
    appointments: AppointmentBook
    persons: dict[str, tuple[str, ...]]
    households: Mapping[str, str] = field(default_factory=dict)
    first_frost: FirstFrost = no_frost
    wheels_stored: frozenset[str] = frozenset()
    listed: Mapping[str, Mapping[str, date]] = field(default_factory=dict)
    visits: Mapping[str, Sequence[date]] = field(default_factory=dict)

    def history(self, vehicle_id: str) -> History:
        """Give what the workshop knows of a vehicle."""
        return self.histories.get(vehicle_id, NOTHING)

    @cached_property
    def subjects(self) -> Subjects:
        """Give what occasions are looked for in."""
        persons = {customer_id: numbers[0] for customer_id, numbers in self.persons.items()}
        return Subjects(
            list(self.vehicles.values()),
            self.histories,
            self.customers,
            self.listed,
            first_frost=self.first_frost,
            persons=persons,
        )

    def others_of(self, customer_id: str) -> tuple[str, ...]:
        """List all customer numbers of a person with several records; nothing for everybody else."""
        return self.persons.get(customer_id, ())


def load_dealership(
    uow: UnitOfWork,
    services: Iterable[ServiceDefinition] = (),
    scope: Collection[str] | None = None,
    *,
    plain: bool = False,
    first_frost: FirstFrost = no_frost,
    visits_since: date | None = None,
) -> Dealership:
    """Read it, or what concerns certain customers.

    Args:
        uow: an open transaction.
        services: tell by which words their work is recognised.
        scope: customer numbers, whole households; None for everybody.
        first_frost: of a postcode and year.
        plain: without plates, papers, forms of address, invoices and provenance, for whom everybody is read.
        visits_since: keep the days of orders from this one on; None: they are not asked for.
    """
    records = uow.records
    customers = records.customers(plain=plain) if scope is None else records.customers_of(scope)
    vehicles = records.vehicles(plain=plain) if scope is None else records.vehicles_of_customers(scope)
    keepers, kept = {one.customer_id: one for one in customers}, {one.vehicle_id: one for one in vehicles}
    jobs = records.jobs(plain=True) if scope is None else records.jobs_of_vehicles(kept)
    planned = records.appointments() if scope is None else records.appointments_concerning(kept, keepers)
    members, offered = _members(uow, scope), tuple(services)
    known = histories(jobs, works_of(offered))
    _note_signed(uow, offered, known)
    return Dealership(
        customers=keepers,
        vehicles=kept,
        histories=known,
        consents=uow.consents.book(scope),
        appointments=AppointmentBook(planned),
        persons=_several_records(members),
        households={member.customer_id: member.household_id for member in members},
        wheels_stored=frozenset(uow.records.vehicles_with_wheels()),
        listed=_listed(uow),
        first_frost=first_frost,
        visits={} if visits_since is None else visits_of(jobs, visits_since),
    )


def visits_of(jobs: Iterable[Job], since: date) -> dict[str, list[date]]:
    """Give by customer the days of orders from a day on, one for each of their lines."""
    found: defaultdict[str, list[date]] = defaultdict(list)
    for job in jobs:
        if job.order_date >= since:
            found[job.customer_id].append(job.order_date)
    return dict(found)


def _members(uow: UnitOfWork, scope: Collection[str] | None) -> list[Membership]:
    """List all memberships, or those of some households and of every record of the persons who live there."""
    if scope is None:
        return uow.people.all()
    return uow.people.in_persons({member.person_id for member in uow.people.of(scope)})


def _note_signed(uow: UnitOfWork, services: Iterable[ServiceDefinition], known: dict[str, History]) -> None:
    """Add to the histories which contracts the dealer's lists say were signed: that is the work their end asks for."""
    lists = contract_lists(services)
    for kept in uow.lists.closed(lists) if lists else ():
        if kept.done_on is not None:
            done = known.setdefault(kept.entry.vehicle_id, History()).done
            done[kept.entry.list_id] = max(kept.done_on, done.get(kept.entry.list_id, kept.done_on))


def _listed(uow: UnitOfWork) -> dict[str, dict[str, date]]:
    """Give by list the vehicles that stand on it, with the day of their newest entry."""
    found: dict[str, dict[str, date]] = {}
    for entry in uow.lists.open():
        vehicles = found.setdefault(entry.list_id, {})
        vehicles[entry.vehicle_id] = max(entry.entered_on, vehicles.get(entry.vehicle_id, date.min))
    return found


def _several_records(members: Iterable[Membership]) -> dict[str, tuple[str, ...]]:
    """Give all numbers of a person for each record that has siblings."""
    known = list(members)
    counts = Counter(map(attrgetter("person_id"), known))
    grouped: defaultdict[str, list[str]] = defaultdict(list)
    for member in known if len(counts) < len(known) else ():
        if counts[member.person_id] > 1:
            grouped[member.person_id].append(member.customer_id)
    return {one: tuple(sorted(ids)) for ids in grouped.values() for one in ids}


def suppression_check(uow: UnitOfWork) -> Suppressed:
    """Give the question whether a customer's address stands on the suppression list as it is now."""
    listed, key = uow.suppressions.all(), uow.documents.get(SUPPRESSION_KEY)

    channels = {channel for _, channel in listed}

    def suppressed(customer: Customer, channel: str) -> bool:
        if channel not in channels or key is None:
            return False
        return any((entry, str(channel)) in listed for entry in suppression_entries(key, customer, channel))

    return suppressed


def dealer_services(services: Iterable[ServiceDefinition], config: AgentConfig) -> dict[str, ServiceDefinition]:
    """Give all services of the catalogue by id, each as this dealer runs it.

    Raises:
        ConfigurationError: ``service_settings_invalid``; a service that neither the catalogue has nor the dealer runs,
            too. One that the dealer runs may have been recalled by the brand, which is no mistake of the dealer's.
    """
    found, settings = {service.service_id: service for service in services}, config.services.settings
    brands = {brand_of(name) for name in found}  # of a brand that was never fetched nothing can be said
    for unknown in sorted(settings.keys() - found.keys() - set(config.services.enabled)):
        if brand_of(unknown) not in brands:
            continue
        known = Problem("catalogue_services", known=", ".join(sorted(found)))
        raise ConfigurationError("service_settings_invalid", field=f"services.settings.{unknown}", problem=known)
    return {name: dealer_version(service, settings.get(name)) for name, service in found.items()}


def enabled_services(services: Iterable[ServiceDefinition], config: AgentConfig) -> tuple[ServiceDefinition, ...]:
    """List the services that this dealer runs, as this dealer runs them.

    Raises:
        ConfigurationError: ``service_settings_invalid``.
    """
    ours = dealer_services(services, config).values()
    return tuple(service for service in ours if service.service_id in config.services.enabled)


def consent_rules(config: AgentConfig) -> Rules:
    """Give the dealer's settings of the consent ledger."""
    return Rules(dormant_after_months=config.consents.dormant_after_months)


def zone_of(config: AgentConfig) -> ZoneInfo:
    """Give the dealer's time zone."""
    return ZoneInfo(config.dealer.timezone)
