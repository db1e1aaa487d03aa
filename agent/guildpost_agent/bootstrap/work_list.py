"""The work list as of now."""

from guildpost_agent.app.dealership import load_dealership
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.domain.columns import day_number
from guildpost_agent.domain.due_dates import garage_of
from guildpost_agent.domain.due_dates.hu import hu_dues
from guildpost_agent.domain.work_list import WorkItem, work_list
from guildpost_shared.services.statutory import statutory_hu_rule


def current_work_list(core: Core) -> list[WorkItem]:
    """List the vehicles whose inspection date is stale or missing, by the intervals that the law sets."""
    rule, now = statutory_hu_rule(), core.business_clock.now()
    today = now.astimezone(core.zone).date()
    with core.open_uow() as uow:
        house = load_dealership(uow)
        booked = frozenset(a.vehicle_id for a in uow.records.appointments() if a.starts_at >= now)
    garage = garage_of(list(house.vehicles.values()), house.histories)
    dues = hu_dues(garage, rule, day_number(today))
    due = {v.vehicle_id: one for at, v in enumerate(garage.vehicles) if (one := dues.at(at)) is not None}
    return work_list(house.vehicles.values(), house.histories, due, today, booked)
