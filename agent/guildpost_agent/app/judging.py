"""Ask the exclusions about an occasion in their order, on everything that was read once for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from guildpost_agent.app.dealership import Dealership
from guildpost_agent.domain.appointments import open_appointment
from guildpost_agent.domain.cadence import GAP_DAYS
from guildpost_agent.domain.condition_facts import condition_facts
from guildpost_agent.domain.consent.decide import Rules
from guildpost_agent.domain.consent.state import NOTHING_STORED, ConsentState
from guildpost_agent.domain.consent.terms import Purpose
from guildpost_agent.domain.exclusions import (
    Reason,
    Refusal,
    booked_or_done,
    fleet_managed,
    gone,
    held,
    lawful_channels,
    not_addressable,
    not_meant,
    stale,
)
from guildpost_agent.domain.holds import Hold
from guildpost_agent.domain.legal_basis import Suppressed, reachable
from guildpost_agent.domain.placing import contact_of
from guildpost_agent.domain.planning import states_for
from guildpost_agent.domain.records import Channel, Customer, Occasion, Touchpoint, Vehicle
from guildpost_agent.domain.service_work import consent_purpose, done_within_days, is_notice
from guildpost_agent.domain.timing import Candidate, Dealer
from guildpost_agent.domain.touchpoint_states import CONTACTS, OPEN, UNHEARD
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.services.event_rules import AbsenceRule

Lawful = tuple[tuple[Channel, str], ...]
_OURS = frozenset(channel.value for channel in Channel)


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
    _states: dict[tuple[str, ...], ConsentState] = field(default_factory=dict, init=False, repr=False)
    _alike: dict[object, Lawful] = field(default_factory=dict, init=False, repr=False)
    _addresses: dict[str, Refusal | None] = field(default_factory=dict, init=False, repr=False)
    _asked: dict[str, tuple[tuple[Channel, ...], Purpose]] = field(default_factory=dict, init=False, repr=False)
    _lawful: dict[tuple[str, tuple[Channel, ...], Purpose], Lawful] = field(
        default_factory=dict, init=False, repr=False
    )

    def judge(self, occasion: Occasion, touchpoints: Sequence[Touchpoint]) -> Candidate | Refusal:
        """Refuse an occasion by the first exclusion that holds, or give its lawful channels.

        Args:
            occasion: what is due.
            touchpoints: everything the household was or will be sent.
        """
        house, service = self.dealership, self.services[occasion.service_id]
        vehicle, customer = house.vehicles.get(occasion.vehicle_id), house.customers.get(occasion.customer_id)
        refusal = gone(vehicle, self.dealer.today) or self._address(occasion.customer_id, customer)
        if refusal is not None or vehicle is None or customer is None:
            return refusal or Refusal(Reason.NOT_CUSTOMER, {})
        if customer.customer_id in self.restricted and not is_notice(service):
            return Refusal(Reason.RESTRICTED, {})
        channels = self.channels(service, customer)
        if not channels:
            return Refusal(Reason.NO_LEGAL_BASIS, {"advertising_block": customer.advertising_block})
        refusal = self._by_data(service, occasion, vehicle, customer)
        if refusal is None and not is_notice(service):
            refusal = self._too_often(customer, occasion, touchpoints)
        if occasion.occasion_id in self.declined:
            refusal = refusal or Refusal(Reason.DECLINED, {})
        if refusal is not None:
            return refusal
        states = states_for(customer.postcode, customer.country, self.dealer.state)
        mine = [t for t in touchpoints if t.occasion_id == occasion.occasion_id]
        failed = sum(t.state in UNHEARD for t in mine)
        return Candidate(occasion, service, channels, states, failed, number=len(mine))

    def _too_often(self, customer: Customer, occasion: Occasion, touchpoints: Sequence[Touchpoint]) -> Refusal | None:
        """Refuse more in a year than the customer wishes; what waits for this occasion is no other message."""
        wishes = self._said(customer.customer_id).preferences
        if wishes.most_per_year is None:
            return None
        mine = (t for t in touchpoints if t.customer_id == customer.customer_id and t.state in CONTACTS)
        others = (t for t in mine if not (t.state in OPEN and t.occasion_id == occasion.occasion_id))
        if wishes.wants_another((contact_of(t, self.dealer.zone).last for t in others), self.dealer.today):
            return None
        return Refusal(Reason.FREQUENCY_CAP, {"days": GAP_DAYS, "per_year": wishes.most_per_year})

    def unfit(self, occasion: Occasion) -> Refusal | None:
        """Say why nobody should approach the customer about an occasion, by whatever way; addresses do not matter."""
        house, service = self.dealership, self.services[occasion.service_id]
        vehicle, customer = house.vehicles.get(occasion.vehicle_id), house.customers.get(occasion.customer_id)
        refusal = gone(vehicle, self.dealer.today) or self._address(occasion.customer_id, customer)
        if vehicle is None or customer is None or (refusal is not None and refusal.reason != Reason.ADDRESS_INVALID):
            return refusal or Refusal(Reason.NOT_CUSTOMER, {})
        if customer.customer_id in self.restricted and not is_notice(service):
            return Refusal(Reason.RESTRICTED, {})
        declined = Refusal(Reason.DECLINED, {}) if occasion.occasion_id in self.declined else None
        return self._by_data(service, occasion, vehicle, customer) or declined

    def _address(self, customer_id: str, customer: Customer | None) -> Refusal | None:
        """Ask once per customer whether there is anybody to write to."""
        if customer_id not in self._addresses:
            self._addresses[customer_id] = not_addressable(customer)
        return self._addresses[customer_id]

    def channels(self, service: ServiceDefinition, customer: Customer) -> Lawful:
        """List the lawful channels in the service's order; asked once per customer and purpose."""
        known = self._asked.get(service.service_id)
        if known is None:
            wanted = tuple(Channel(use.channel.value) for use in service.channels if use.channel.value in _OURS)
            known = self._asked[service.service_id] = (wanted, consent_purpose(service))
        key = (customer.customer_id, *known)
        if key not in self._lawful:
            self._lawful[key] = self._ask(*known, customer)
        return self._lawful[key]

    def _ask(self, wanted: tuple[Channel, ...], purpose: Purpose, customer: Customer) -> Lawful:
        """Ask the ledger: a no on any record of a person holds for all of them, a yes for its own alone."""
        said, siblings = self._said(customer.customer_id), self.dealership.others_of(customer.customer_id)
        if said is NOTHING_STORED and not siblings:
            return self._ask_alike(wanted, purpose, customer)
        channels = self._lawful_for(customer, wanted, said, purpose)
        if not siblings:
            return channels
        whole = dict(self._lawful_for(customer, wanted, self._said(*siblings), purpose))
        return tuple(channel for channel in channels if channel[0] in whole)

    def _ask_alike(self, wanted: tuple[Channel, ...], purpose: Purpose, customer: Customer) -> Lawful:
        """Ask once for all customers who never said anything and are alike in what the decision rests on."""
        ways = tuple((reachable(customer, one), self.suppressed(customer, one)) for one in wanted)
        alike = (wanted, purpose, customer.is_business, customer.advertising_block, ways)
        if alike not in self._alike:
            self._alike[alike] = self._lawful_for(customer, wanted, NOTHING_STORED, purpose)
        return self._alike[alike]

    def _lawful_for(
        self, customer: Customer, wanted: tuple[Channel, ...], said: ConsentState, purpose: Purpose
    ) -> Lawful:
        now, rules = self.local_now, self.rules
        return lawful_channels(customer, wanted, said, self.suppressed, now, purpose=purpose, rules=rules)

    def _said(self, *customer_ids: str) -> ConsentState:
        """Give what a person said, folded once."""
        known = self._states.get(customer_ids)
        if known is None:
            known = self._states[customer_ids] = self.dealership.consents.of(*customer_ids)
        return known

    def _coming(self, customer: Customer) -> Refusal | None:
        """Refuse to miss somebody who comes soon, whatever for and with whichever vehicle."""
        house = self.dealership
        for vehicle in house.subjects.by_customer.get(customer.customer_id, ()):
            appointments = house.appointments.concerning(vehicle.vehicle_id, customer.customer_id)
            booked = open_appointment(appointments, None, self.dealer.now)
            if booked is not None:
                return Refusal(Reason.ALREADY_BOOKED, {"starts_at": booked.starts_at.isoformat()})
        return None

    @cached_property
    def local_now(self) -> datetime:
        """Give the business clock in the dealer's time zone."""
        return self.dealer.now.astimezone(self.dealer.zone)

    def _by_data(
        self, service: ServiceDefinition, occasion: Occasion, vehicle: Vehicle, customer: Customer
    ) -> Refusal | None:
        """Ask what the vehicle's records say: managed by others, booked, done, stale, not meant."""
        house, today = self.dealership, self.dealer.today
        refusal = None if is_notice(service) else fleet_managed(customer)
        if refusal is not None:
            return refusal
        history = house.history(vehicle.vehicle_id)
        appointments = house.appointments.concerning(vehicle.vehicle_id, customer.customer_id)
        done = history.last_of(service)
        refusal = booked_or_done(occasion, appointments, done, self.dealer.now, done_within_days(service))
        refusal = refusal or (self._coming(customer) if isinstance(service.occasion, AbsenceRule) else None)
        refusal = refusal or stale(occasion, vehicle, history, today, service)
        refusal = refusal or (None if is_notice(service) else held(self.holds.get(customer.customer_id)))
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
        return not_meant(service, facts)
