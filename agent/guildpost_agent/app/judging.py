"""Ask the exclusions about an occasion in their order, on everything that was read once for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from guildpost_agent.app.dealership import Dealership
from guildpost_agent.app.lawful_ways import Lawful, LawfulWays
from guildpost_agent.domain.appointments import open_appointment
from guildpost_agent.domain.cadence import GAP_DAYS
from guildpost_agent.domain.condition_facts import condition_facts, named_in
from guildpost_agent.domain.consent.decide import Rules
from guildpost_agent.domain.consent.terms import Purpose
from guildpost_agent.domain.exclusions import (
    Reason,
    Refusal,
    booked_or_done,
    fleet_managed,
    gone,
    held,
    not_addressable,
    not_meant,
    stale,
)
from guildpost_agent.domain.holds import Hold
from guildpost_agent.domain.legal_basis import Suppressed
from guildpost_agent.domain.placing import contact_of
from guildpost_agent.domain.planning import states_for
from guildpost_agent.domain.records import Channel, Customer, Occasion, Touchpoint, Vehicle
from guildpost_agent.domain.service_work import consent_purpose, done_within_days, is_notice
from guildpost_agent.domain.timing import Candidate, Dealer
from guildpost_agent.domain.touchpoint_states import CONTACTS, OPEN, UNHEARD
from guildpost_shared.services.conditions import Facts as ConditionFacts
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.services.event_rules import AbsenceRule

_OURS = frozenset(channel.value for channel in Channel)


@dataclass(frozen=True)
class _Terms:
    """What is asked about a service.

    Attributes:
        wanted: its channels, as far as this version has them, in its order.
        purpose: of the consent ledger.
        done_within_days: work so many days before the due date answers it.
        absence: it is about those who stay away.
        notice: it carries no advertising.
    """

    service: ServiceDefinition
    wanted: tuple[Channel, ...]
    purpose: Purpose
    done_within_days: int
    absence: bool
    notice: bool


def _terms_of(service: ServiceDefinition) -> _Terms:
    wanted = tuple(Channel(use.channel.value) for use in service.channels if use.channel.value in _OURS)
    absence, notice = isinstance(service.occasion, AbsenceRule), is_notice(service)
    return _Terms(service, wanted, consent_purpose(service), done_within_days(service), absence, notice)


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
    _addresses: dict[str, Refusal | None] = field(default_factory=dict, init=False, repr=False)
    _conditions: dict[tuple[object, ...], Refusal | None] = field(default_factory=dict, init=False, repr=False)
    _gone: dict[str, Refusal | None] = field(default_factory=dict, init=False, repr=False)
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
        house, terms = self.dealership, self._terms_for(occasion.service_id)
        vehicle, customer = house.vehicles.get(occasion.vehicle_id), house.customers.get(occasion.customer_id)
        refusal = self._is_gone(occasion.vehicle_id, vehicle) or self._address(occasion.customer_id, customer)
        if refusal is not None or vehicle is None or customer is None:
            return refusal or Refusal(Reason.NOT_CUSTOMER, {})
        if customer.customer_id in self.restricted and not terms.notice:
            return Refusal(Reason.RESTRICTED, {})
        channels = self.ways.of(customer, terms.wanted, terms.purpose)
        if not channels:
            return Refusal(Reason.NO_LEGAL_BASIS, {"advertising_block": customer.advertising_block})
        refusal = self._by_data(terms, occasion, vehicle, customer)
        if refusal is None and not terms.notice:
            refusal = self._too_often(customer, occasion, touchpoints)
        if occasion.occasion_id in self.declined:
            refusal = refusal or Refusal(Reason.DECLINED, {})
        if refusal is not None:
            return refusal
        states = states_for(customer.postcode, customer.country, self.dealer.state)
        mine = [t for t in touchpoints if t.occasion_id == occasion.occasion_id]
        failed = sum(t.state in UNHEARD for t in mine)
        return Candidate(occasion, terms.service, channels, states, failed, number=len(mine))

    def _too_often(self, customer: Customer, occasion: Occasion, touchpoints: Sequence[Touchpoint]) -> Refusal | None:
        """Refuse more in a year than the customer wishes; what waits for this occasion is no other message."""
        wishes = self.ways.said(customer.customer_id).preferences
        if wishes.most_per_year is None:
            return None
        mine = (t for t in touchpoints if t.customer_id == customer.customer_id and t.state in CONTACTS)
        others = (t for t in mine if not (t.state in OPEN and t.occasion_id == occasion.occasion_id))
        if wishes.wants_another((contact_of(t, self.dealer.zone).last for t in others), self.dealer.today):
            return None
        return Refusal(Reason.FREQUENCY_CAP, {"days": GAP_DAYS, "per_year": wishes.most_per_year})

    def unfit(self, occasion: Occasion) -> Refusal | None:
        """Say why nobody should approach the customer about an occasion, by whatever way; addresses do not matter."""
        house, terms = self.dealership, self._terms_for(occasion.service_id)
        vehicle, customer = house.vehicles.get(occasion.vehicle_id), house.customers.get(occasion.customer_id)
        refusal = self._is_gone(occasion.vehicle_id, vehicle) or self._address(occasion.customer_id, customer)
        if vehicle is None or customer is None or (refusal is not None and refusal.reason != Reason.ADDRESS_INVALID):
            return refusal or Refusal(Reason.NOT_CUSTOMER, {})
        if customer.customer_id in self.restricted and not terms.notice:
            return Refusal(Reason.RESTRICTED, {})
        declined = Refusal(Reason.DECLINED, {}) if occasion.occasion_id in self.declined else None
        return self._by_data(terms, occasion, vehicle, customer) or declined

    def _terms_for(self, service_id: str) -> _Terms:
        """Give what is asked about a service, worked out once."""
        known = self._terms.get(service_id)
        if known is None:
            known = self._terms[service_id] = _terms_of(self.services[service_id])
        return known

    def lawful(self, service: ServiceDefinition, customer: Customer) -> Lawful:
        """List the lawful channels for a service, in its order."""
        terms = self._terms_for(service.service_id)
        return self.ways.of(customer, terms.wanted, terms.purpose)

    def _is_gone(self, vehicle_id: str, vehicle: Vehicle | None) -> Refusal | None:
        """Ask once per vehicle whether the customer still has it."""
        if vehicle_id not in self._gone:
            self._gone[vehicle_id] = gone(vehicle, self.dealer.today)
        return self._gone[vehicle_id]

    def _address(self, customer_id: str, customer: Customer | None) -> Refusal | None:
        """Ask once per customer whether there is anybody to write to."""
        if customer_id not in self._addresses:
            self._addresses[customer_id] = not_addressable(customer, self.suppressed)
        return self._addresses[customer_id]

    def _coming(self, customer: Customer) -> Refusal | None:
        """Refuse to miss somebody who comes soon, whatever for and with whichever vehicle."""
        house = self.dealership
        for vehicle in house.subjects.by_customer.get(customer.customer_id, ()):
            appointments = house.appointments.concerning(vehicle.vehicle_id, customer.customer_id)
            booked = open_appointment(appointments, None, self.dealer.now)
            if booked is not None:
                return Refusal(Reason.ALREADY_BOOKED, {"starts_at": booked.starts_at.isoformat()})
        return None

    def _by_data(self, terms: _Terms, occasion: Occasion, vehicle: Vehicle, customer: Customer) -> Refusal | None:
        """Ask what the vehicle's records say: managed by others, booked, done, stale, not meant."""
        house, today, service = self.dealership, self.dealer.today, terms.service
        refusal = None if terms.notice else fleet_managed(customer)
        if refusal is not None:
            return refusal
        history = house.history(vehicle.vehicle_id)
        appointments = house.appointments.concerning(vehicle.vehicle_id, customer.customer_id)
        refusal = booked_or_done(
            occasion, appointments, history.last_of(service), self.dealer.now, terms.done_within_days
        )
        refusal = refusal or (self._coming(customer) if terms.absence else None)
        refusal = refusal or stale(occasion, vehicle, history, today, service)
        refusal = refusal or (None if terms.notice else held(self.holds.get(customer.customer_id)))
        if refusal is not None or not service.condition.source:
            return refusal
        kept = house.subjects.by_customer.get(customer.customer_id, ())
        seen = [day for one in kept if (day := house.history(one.vehicle_id).last_visit) is not None]
        facts = condition_facts(
            vehicle,
            customer,
            history,
            occasion.due_date,
            today,
            vehicles=len(kept),
            wheels_stored=vehicle.vehicle_id in house.wheels_stored,
            last_seen=max(seen, default=None),
        )
        return self._not_meant(service, facts)

    def _not_meant(self, service: ServiceDefinition, facts: ConditionFacts) -> Refusal | None:
        """Ask a condition once for all whose facts are alike, as far as it names them."""
        named = named_in(service.condition.source, facts).values()
        alike = (service.service_id, *(value for group in named for value in group.values()))
        if alike not in self._conditions:
            self._conditions[alike] = not_meant(service, facts)
        return self._conditions[alike]
