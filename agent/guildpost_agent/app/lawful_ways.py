"""By which channels a customer may be written to for a service: the ledger asked once per customer and purpose."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from guildpost_agent.app.dealership import Dealership
from guildpost_agent.domain.consent.decide import Rules
from guildpost_agent.domain.consent.preferences import Preferences
from guildpost_agent.domain.consent.state import ConsentState
from guildpost_agent.domain.consent.terms import Purpose
from guildpost_agent.domain.exclusions import lawful_channels
from guildpost_agent.domain.legal_basis import Suppressed, dead_letter_box, reachable
from guildpost_agent.domain.records import Channel, Customer

Lawful = tuple[tuple[Channel, str], ...]


@dataclass(frozen=True)
class Way:
    """The channels that somebody wants to use, in order, and what for."""

    wanted: tuple[Channel, ...]
    purpose: Purpose

    @cached_property
    def name(self) -> str:
        """Tell it from others, cheaply."""
        return " ".join((self.purpose.value, *(channel.value for channel in self.wanted)))


@dataclass(frozen=True)
class LawfulWays:
    """What the ledger says, folded and decided once for all who are alike.

    Attributes:
        dealership: has the ledger and tells who is whom.
        suppressed: asks the suppression list.
        rules: the dealer's settings of the ledger.
        now: the business clock in the dealer's time zone.
    """

    dealership: Dealership
    suppressed: Suppressed
    rules: Rules
    now: datetime
    _states: dict[tuple[str, ...], ConsentState] = field(default_factory=dict, init=False, repr=False)
    _said: dict[Hashable, ConsentState] = field(default_factory=dict, init=False, repr=False)
    _alike: dict[Hashable, Lawful] = field(default_factory=dict, init=False, repr=False)
    _known: dict[tuple[str, str], Lawful] = field(default_factory=dict, init=False, repr=False)

    def of(self, customer: Customer, way: Way) -> Lawful:
        """List the lawful ones of the wanted channels, in their order, with the ground of each."""
        key = (customer.customer_id, way.name)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._ask(customer, way)
        return known

    def wishes(self, customer_id: str) -> Preferences:
        """Give what a customer wishes."""
        return self._state(customer_id).preferences

    def _state(self, *customer_ids: str) -> ConsentState:
        """Give what a person said: one value for all who are alike, so that its entries may name another."""
        known = self._states.get(customer_ids)
        if known is None:
            book, likeness = self.dealership.consents, self.dealership.consents.likeness(*customer_ids)
            known = self._said.get(likeness)
            if known is None:
                known = self._said[likeness] = book.of(*customer_ids)
            self._states[customer_ids] = known
        return known

    def _ask(self, customer: Customer, way: Way) -> Lawful:
        """Ask the ledger: a no on any record of a person holds for all of them, a yes for its own alone."""
        channels = self._ask_alike(customer, way, self._state(customer.customer_id))
        siblings = self.dealership.others_of(customer.customer_id)
        if not siblings:
            return channels
        whole = dict(self._ask_alike(customer, way, self._state(*siblings)))
        return tuple(channel for channel in channels if channel[0] in whole)

    def _ask_alike(self, customer: Customer, way: Way, said: ConsentState) -> Lawful:
        """Ask once for all customers who are alike in what the decision rests on."""
        suppressed = self.suppressed
        ways = [
            (reachable(customer, one) and not dead_letter_box(customer, one, suppressed), suppressed(customer, one))
            for one in way.wanted
        ]
        alike = (way.name, customer.is_business, customer.advertising_block, *ways, id(said))
        known = self._alike.get(alike)
        if known is None:
            known = self._alike[alike] = self._decide(customer, way, said)
        return known

    def _decide(self, customer: Customer, way: Way, said: ConsentState) -> Lawful:
        suppressed, now, rules = self.suppressed, self.now, self.rules
        return lawful_channels(customer, way.wanted, said, suppressed, now, purpose=way.purpose, rules=rules)
