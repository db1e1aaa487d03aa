"""Whom and what occasions are looked for in: the dealer's vehicles with their keepers, histories and lists."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import chain

from guildpost_agent.domain.due_dates import Garage, garage_of
from guildpost_agent.domain.exclusions import gone, never_ours
from guildpost_agent.domain.history import NOTHING, History
from guildpost_agent.domain.records import Customer, Vehicle

FirstFrost = Callable[[str, int], date | None]
"""Gives the first frost of an autumn at a postcode, where a table knows it."""


def no_frost(_postcode: str, _year: int) -> date | None:
    """Know nothing of the weather."""
    return None


@dataclass(frozen=True)
class Subjects:
    """Everything that a rule may ask.

    Attributes:
        vehicles: all vehicles, in any order.
        histories: what the workshop knows, by vehicle.
        customers: by number; empty where only rules of vehicles are asked.
        listed: by list, the vehicles that it names, with the day they were entered.
        first_frost: of a postcode and year.
        persons: who somebody with several records is, by each of the numbers.
    """

    vehicles: Sequence[Vehicle]
    histories: Mapping[str, History]
    customers: Mapping[str, Customer] = field(default_factory=dict)
    listed: Mapping[str, Mapping[str, date]] = field(default_factory=dict)
    first_frost: FirstFrost = no_frost
    persons: Mapping[str, str] = field(default_factory=dict)
    _looked_after: dict[date, list[Vehicle]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _ours: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)

    def history(self, vehicle_id: str) -> History:
        """Give a vehicle's past here."""
        return self.histories.get(vehicle_id, NOTHING)

    def is_ours(self, vehicle: Vehicle, today: date) -> bool:
        """Say whether a vehicle is still with its keeper and looked after here; found out once for each."""
        known = self._ours.get(vehicle.vehicle_id)
        if known is None:
            known = gone(vehicle, today) is None and not never_ours(vehicle, self.history(vehicle.vehicle_id), today)
            self._ours[vehicle.vehicle_id] = known
        return known

    def looked_after(self, today: date) -> list[Vehicle]:
        """List the vehicles that are present and looked after here; found out once for a day."""
        if today not in self._looked_after:
            present, known = chain.from_iterable(self.by_customer.values()), self.histories
            self._looked_after[today] = [
                one for one in present if not never_ours(one, known.get(one.vehicle_id, NOTHING), today)
            ]
        return self._looked_after[today]

    def done(self, service_id: str) -> list[tuple[str, date]]:
        """List the vehicles at which a service's work was done here, with the last day."""
        return [(one, done[service_id]) for one, done in self._works if service_id in done]

    @cached_property
    def _works(self) -> list[tuple[str, dict[str, date]]]:
        """List the vehicles at which work of any service was done that is told by words."""
        return [(one, history.done) for one, history in self.histories.items() if history.done]

    @cached_property
    def garage(self) -> Garage:
        """Give the vehicles in columns."""
        return garage_of(self.vehicles, self.histories)

    @cached_property
    def by_id(self) -> dict[str, Vehicle]:
        """Give the vehicles by number."""
        return {vehicle.vehicle_id: vehicle for vehicle in self.vehicles}

    @cached_property
    def by_customer(self) -> dict[str, list[Vehicle]]:
        """Give each customer's present vehicles, the one seen here last first."""
        kept: dict[str, list[Vehicle]] = {}
        for vehicle in self.vehicles:
            if not (vehicle.sold_on or vehicle.deregistered_on or vehicle.missing_since or vehicle.in_stock):
                kept.setdefault(vehicle.customer_id, []).append(vehicle)
        return self._sorted(kept)

    @cached_property
    def by_person(self) -> dict[str, list[Vehicle]]:
        """Give each person's present vehicles, those of all records together, the one seen here last first."""
        if not self.persons:
            return self.by_customer
        kept, of_customer = dict[str, list[Vehicle]](), self.by_customer
        for customer_id, person in self.persons.items():
            kept.setdefault(person, []).extend(of_customer.get(customer_id, ()))
        alone = {one: vehicles for one, vehicles in of_customer.items() if one not in self.persons}
        return alone | {person: vehicles for person, vehicles in self._sorted(kept).items() if vehicles}

    @cached_property
    def last_seen(self) -> dict[str, date]:
        """Give the day on which each person was here last with any vehicle, kept or given away since."""
        found, known, persons = dict[str, date](), self.histories, self.persons
        for vehicle in self.vehicles:
            history, since = known.get(vehicle.vehicle_id), vehicle.keeper_since
            last = None if history is None else history.last_visit
            if last is not None and (since is None or since <= last):  # an earlier keeper's visit is nobody's here
                person = persons.get(vehicle.customer_id, vehicle.customer_id)
                if last > found.get(person, date.min):
                    found[person] = last
        return found

    def _sorted(self, kept: dict[str, list[Vehicle]]) -> dict[str, list[Vehicle]]:
        for vehicles in kept.values():
            if len(vehicles) > 1:
                vehicles.sort(key=self._lately)
        return kept

    def _lately(self, vehicle: Vehicle) -> tuple[int, str]:
        return -(self.history(vehicle.vehicle_id).last_visit or date.min).toordinal(), vehicle.vehicle_id
