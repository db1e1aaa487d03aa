"""Whom reminders went to, as it was known on the day: customer, vehicle and visits read at once for many of them."""

from collections.abc import Callable, Iterable
from datetime import date

from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.domain.learning.reading import LOYAL_MONTHS, Recipient, recipient
from guildpost_agent.domain.months import add_months
from guildpost_agent.domain.records import Touchpoint


def recipients_of(
    uow: UnitOfWork, touchpoints: Iterable[Touchpoint], since: date
) -> Callable[[Touchpoint, date], Recipient | None]:
    """Read what is known about the recipients of some reminders.

    Args:
        uow: an open transaction.
        touchpoints: which.
        since: the first day on which one of them was sent.

    Returns:
        A reminder's recipient on its local day of sending; None where the customer's record is gone.
    """
    some = list(touchpoints)
    customers = {one.customer_id: one for one in uow.records.customers_of({t.customer_id for t in some})}
    vehicles = {one.vehicle_id: one for one in uow.records.vehicles_of({t.vehicle_id for t in some if t.vehicle_id})}
    visits = uow.reminders.visit_days(customers.keys(), add_months(since, -LOYAL_MONTHS)) if some else {}

    def who(touchpoint: Touchpoint, on: date) -> Recipient | None:
        customer = customers.get(touchpoint.customer_id)
        if customer is None:
            return None
        return recipient(customer, vehicles.get(touchpoint.vehicle_id), visits.get(customer.customer_id, ()), on)

    return who
