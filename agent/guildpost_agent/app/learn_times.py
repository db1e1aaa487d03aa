"""What is learned of lead times and slots, for one plan: the brands' models and what one's own records say to them.

A plan of everybody works out from all final outcomes (``final_outcomes``) what is believed about one's own deviations
under the models in force; the plans of few households that follow take it as it is (``kept_beliefs``). Nothing of it
leaves.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from guildpost_agent.app.dealership import Dealership, zone_of
from guildpost_agent.app.final_outcomes import Mirror, Past, final_outcomes, first_visit
from guildpost_agent.app.kept_beliefs import keep_beliefs, kept_beliefs
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.app.taught import Taught
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.learning.experiment import Learning
from guildpost_agent.domain.learning.own import own_belief
from guildpost_agent.domain.learning.reading import Recipient, recipient
from guildpost_agent.domain.learning.times import Times
from guildpost_agent.domain.timing import LAST_HOUR
from guildpost_shared.services.definition import ServiceDefinition


def learn_times(  # noqa: PLR0917 — what is known, and whom it is asked about
    uow: UnitOfWork,
    taught: Taught,
    house: Dealership,
    services: Mapping[str, ServiceDefinition],
    config: AgentConfig,
    past: Callable[[], Past],
    *,
    now: datetime,
    key: bytes,
    everybody: bool,
) -> Learning:
    """Work out what is learned.

    Args:
        uow: an open transaction.
        taught: what the brands' catalogues teach.
        house: whom is planned for; of everybody, with the visits since ``first_visit``.
        services: what the dealer runs, by id.
        config: the dealer's settings.
        past: gives everything that was or will be sent, and what came back; asked only where it is needed.
        now: the business clock.
        key: behind every draw.
        everybody: the house is all of the dealership, not some households.
    """
    zone, off, models = zone_of(config), config.services.without_learned_times, taught.models
    if not models:
        return Learning(studied=taught.studied, off=off)
    today = now.astimezone(zone).date()
    beliefs = {} if everybody else kept_beliefs(uow, models, today)
    if not beliefs:
        mirror = Mirror(house.customers, house.vehicles, house.visits) if everybody else _mirror(uow, today)
        seen = final_outcomes(uow, mirror, past(), services, models, now=now, zone=zone)
        beliefs = {brand: own_belief(model, seen[brand], today) for brand, model in models.items()}
        keep_beliefs(uow, models, beliefs, today)
    times = {brand: Times(key, model, beliefs[brand], LAST_HOUR) for brand, model in models.items()}
    return Learning(times, taught.studied, off, _Whom(house, today))


def _mirror(uow: UnitOfWork, today: date) -> Mirror:
    """Read all customers and vehicles, and when they were here."""
    customers = {one.customer_id: one for one in uow.records.customers(plain=True)}
    vehicles = {one.vehicle_id: one for one in uow.records.vehicles(plain=True)}
    return Mirror(customers, vehicles, uow.reminders.visit_days(customers.keys(), first_visit(today)))


@dataclass(frozen=True)
class _Whom:
    """Says whom a message of this plan goes to, as far as a context asks."""

    house: Dealership
    today: date

    def __call__(self, customer_id: str, vehicle_id: str) -> Recipient:
        house, visits = self.house, []
        for one in house.subjects.by_customer.get(customer_id, ()):
            last = house.history(one.vehicle_id).last_visit
            if last is not None:
                visits.append(last)
        return recipient(house.customers[customer_id], house.vehicles.get(vehicle_id), visits, self.today)
