"""Ask the exclusions about an occasion in their order, on everything that was read once for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from guildpost_agent.app.dealership import Dealership
from guildpost_agent.app.lawful_ways import Lawful, LawfulWays, Way
from guildpost_agent.domain.appointments import open_appointment
from guildpost_agent.domain.cadence import GAP_DAYS
from guildpost_agent.domain.condition_facts import Scene, asks_of_others, facts_named, values_named
from guildpost_agent.domain.consent.decide import Rules
from guildpost_agent.domain.exclusions import (
    Reason,
    Refusal,
    booked_or_done,
    fleet_managed,
    gone,
    held,
    may_grow_stale,
    not_addressable,
    not_meant,
    stale,
)
from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.holds import Hold
from guildpost_agent.domain.legal_basis import Suppressed
from guildpost_agent.domain.placing import contact_of
from guildpost_agent.domain.planning import states_for
from guildpost_agent.domain.records import Channel, Customer, Occasion, Touchpoint, Vehicle
from guildpost_agent.domain.service_work import consent_purpose, done_within_days, is_notice
from guildpost_agent.domain.timing import Candidate, Dealer
from guildpost_agent.domain.touchpoint_states import CONTACTS, OPEN, UNHEARD
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.services.event_rules import AbsenceRule

_OURS = frozenset(channel.value for channel in Channel)


@dataclass(frozen=True)
class _Terms:
    """What is asked about a service.

    Attributes:
        way: its channels, as far as this version has them, in its order, and its purpose in the consent ledger.
        done_within_days: work so many days before the due date answers it.
        absence: it is about those who stay away.
        notice: it carries no advertising.
        grows_stale: it rests on something that grows old.
        condition: the source of its condition; empty where it has none.
        of_others: the condition asks what depends on the keeper's other vehicles.
    """

    service: ServiceDefinition
    way: Way
    done_within_days: int
    absence: bool
    notice: bool
    grows_stale: bool
    condition: str
    of_others: bool


def _terms_of(service: ServiceDefinition) -> _Terms:
    wanted = tuple(Channel(use.channel.value) for use in service.channels if use.channel.value in _OURS)
    absence, notice, condition = isinstance(service.occasion, AbsenceRule), is_notice(service), service.condition.source
    return _Terms(
        service,
        Way(wanted, consent_purpose(service)),
        done_within_days(service),
        absence,
        notice,
        may_grow_stale(service),
        condition,
        asks_of_others(condition),
    )


@frozen
class _Keeper:
    """What is asked about a customer, whatever the occasion.

    Attributes:
        refusal: why there is nobody to write to.
        restricted: set aside (Art. 18 GDPR, or long without contact).
        managed: why a company of this kind is not written to about vehicles that others drive.
        held: what stands against advertising for the time being.
        states: whose holidays count.
    """

    customer: Customer | None
    refusal: Refusal | None
    restricted: bool
    managed: Refusal | None
    held: Refusal | None
    states: frozenset[str]


@dataclass(frozen=True)
class Judge:
    """What the exclusions ask.

    Attributes:
        restricted: customers who are set aside (Art. 18 GDPR, or long without contact).
        rules: the dealer's settings of the consent ledger.
        holds: complaints, disputes and dunning in force, by customer.
        declined: occasions whose message a person declined.
    """

    dealership: Dealership
    dealer: Dealer
    services: dict[str, ServiceDefinition]
    suppressed: Suppressed
    restricted: frozenset[str]
    rules: Rules
    holds: Mapping[str, Hold] = field(default_factory=dict)
    declined: frozenset[str] = frozenset()
    _keepers: dict[str, _Keeper] = field(default_factory=dict, init=False, repr=False)
    _conditions: dict[tuple[object, ...], Refusal | None] = field(default_factory=dict, init=False, repr=False)
    _terms: dict[str, _Terms] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def ways(self) -> LawfulWays:
        """The ledger, as far as it was asked."""
        now = self.dealer.now.astimezone(self.dealer.zone)
        return LawfulWays(self.dealership, self.suppressed, self.rules, now)

    def judge(self, occasion: Occasion, touchpoints: Sequence[Touchpoint]) -> Candidate | Refusal:
        """Refuse an occasion by the first exclusion that holds, or give its lawful channels.

        Args:
            occasion: what is due.
            touchpoints: everything the household was or will be sent.
        """
        terms, keeper = self._terms_for(occasion.service_id), self._keeper(occasion.customer_id)
        vehicle, customer = self.dealership.vehicles.get(occasion.vehicle_id), keeper.customer
        refusal = gone(vehicle, self.dealer.today) or keeper.refusal
        if refusal is not None or vehicle is None or customer is None:
            return refusal or Refusal(Reason.NOT_CUSTOMER, {})
        if keeper.restricted and not terms.notice:
            return Refusal(Reason.RESTRICTED, {})
        channels = self.ways.of(customer, terms.way)
        if not channels:
            return Refusal(Reason.NO_LEGAL_BASIS, {"advertising_block": customer.advertising_block})
        refusal = self._by_data(terms, occasion, vehicle, keeper)
        if refusal is None and not terms.notice:
            refusal = self._too_often(customer, occasion, touchpoints)
        if occasion.occasion_id in self.declined:
            refusal = refusal or Refusal(Reason.DECLINED, {})
        if refusal is not None:
            return refusal
        mine = [t for t in touchpoints if t.occasion_id == occasion.occasion_id]
        failed = sum(t.state in UNHEARD for t in mine)
        return Candidate(occasion, terms.service, channels, keeper.states, failed, number=len(mine))

    def _too_often(self, customer: Customer, occasion: Occasion, touchpoints: Sequence[Touchpoint]) -> Refusal | None:
        """Refuse more in a year than the customer wishes; what waits for this occasion is no other message."""
        wishes = self.ways.wishes(customer.customer_id)
        if wishes.most_per_year is None:
            return None
        mine = (t for t in touchpoints if t.customer_id == customer.customer_id and t.state in CONTACTS)
        others = (t for t in mine if not (t.state in OPEN and t.occasion_id == occasion.occasion_id))
        if wishes.wants_another((contact_of(t, self.dealer.zone).last for t in others), self.dealer.today):
            return None
        return Refusal(Reason.FREQUENCY_CAP, {"days": GAP_DAYS, "per_year": wishes.most_per_year})

    def unfit(self, occasion: Occasion) -> Refusal | None:
        """Say why nobody should approach the customer about an occasion, by whatever way; addresses do not matter."""
        terms, keeper = self._terms_for(occasion.service_id), self._keeper(occasion.customer_id)
        vehicle = self.dealership.vehicles.get(occasion.vehicle_id)
        refusal = gone(vehicle, self.dealer.today) or keeper.refusal
        addressless = refusal is not None and refusal.reason == Reason.ADDRESS_INVALID
        if vehicle is None or keeper.customer is None or (refusal is not None and not addressless):
            return refusal or Refusal(Reason.NOT_CUSTOMER, {})
        if keeper.restricted and not terms.notice:
            return Refusal(Reason.RESTRICTED, {})
        declined = Refusal(Reason.DECLINED, {}) if occasion.occasion_id in self.declined else None
        return self._by_data(terms, occasion, vehicle, keeper) or declined

    def _terms_for(self, service_id: str) -> _Terms:
        """Give what is asked about a service, worked out once."""
        known = self._terms.get(service_id)
        if known is None:
            known = self._terms[service_id] = _terms_of(self.services[service_id])
        return known

    def lawful(self, service: ServiceDefinition, customer: Customer) -> Lawful:
        """List the lawful channels for a service, in its order."""
        return self.ways.of(customer, self._terms_for(service.service_id).way)

    def _keeper(self, customer_id: str) -> _Keeper:
        """Ask once per customer what has nothing to do with the occasion."""
        known = self._keepers.get(customer_id)
        if known is None:
            known = self._keepers[customer_id] = self._ask(customer_id)
        return known

    def _ask(self, customer_id: str) -> _Keeper:
        customer, state = self.dealership.customers.get(customer_id), self.dealer.state
        return _Keeper(
            customer,
            not_addressable(customer, self.suppressed),
            customer_id in self.restricted,
            None if customer is None else fleet_managed(customer),
            held(self.holds.get(customer_id)),
            frozenset() if customer is None else states_for(customer.postcode, customer.country, state),
        )

    def _coming(self, customer: Customer) -> Refusal | None:
        """Refuse to miss somebody who comes soon, whatever for and with whichever vehicle."""
        house = self.dealership
        for vehicle in house.subjects.by_customer.get(customer.customer_id, ()):
            appointments = house.appointments.concerning(vehicle.vehicle_id, customer.customer_id)
            booked = open_appointment(appointments, None, self.dealer.now)
            if booked is not None:
                return Refusal(Reason.ALREADY_BOOKED, {"starts_at": booked.starts_at.isoformat()})
        return None

    def _by_data(self, terms: _Terms, occasion: Occasion, vehicle: Vehicle, keeper: _Keeper) -> Refusal | None:
        """Ask what the vehicle's records say: managed by others, booked, done, stale, not meant."""
        house, today, customer = self.dealership, self.dealer.today, keeper.customer
        if customer is None or (keeper.managed is not None and not terms.notice):
            return keeper.managed
        history = house.history(vehicle.vehicle_id)
        appointments = house.appointments.concerning(vehicle.vehicle_id, customer.customer_id)
        last = history.last_of(terms.service)
        refusal = None
        if appointments or last is not None:
            refusal = booked_or_done(occasion, appointments, last, self.dealer.now, terms.done_within_days)
        if refusal is None and terms.absence:
            refusal = self._coming(customer)
        if refusal is None and terms.grows_stale:
            refusal = stale(occasion, vehicle, history, today)
        if refusal is None and not terms.notice:
            refusal = keeper.held
        if refusal is not None or not terms.condition:
            return refusal
        wheels = vehicle.vehicle_id in house.wheels_stored
        kept, seen = self._others(customer) if terms.of_others else (0, None)
        scene = Scene(vehicle, customer, history, occasion.due_date, today, kept, wheels, seen)
        return self._not_meant(terms, scene)

    def _others(self, customer: Customer) -> tuple[int, date | None]:
        """Count a customer's vehicles, and give the last visit with any of them."""
        house = self.dealership
        kept = house.subjects.by_customer.get(customer.customer_id, ())
        seen = [day for one in kept if (day := house.history(one.vehicle_id).last_visit) is not None]
        return len(kept), max(seen, default=None)

    def _not_meant(self, terms: _Terms, scene: Scene) -> Refusal | None:
        """Ask a condition once for all whose facts are alike, as far as it names them."""
        source, service = terms.condition, terms.service
        alike = (service.service_id, *values_named(source, scene))
        if alike not in self._conditions:
            self._conditions[alike] = not_meant(service, facts_named(source, scene))
        return self._conditions[alike]
