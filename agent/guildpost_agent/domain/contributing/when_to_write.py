"""When to write: of each customer the first matured reminder, as integers under the published model.

The model is the network's alone. A dealership's own deviations in it would make each customer's integers depend on all
others, and the noise hides one customer (``learning/terms``). What was thought of them in planning a reminder stands
with it, like its lead time, from which it is taken off (``learning/centring``).
"""

from collections.abc import Callable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from guildpost_agent.domain.contributing.units import Counted
from guildpost_agent.domain.contributions import Matured
from guildpost_agent.domain.learning.reading import Recipient, Sent, learned_class, reminders_of, sent_of
from guildpost_agent.domain.records import Touchpoint
from guildpost_shared.learning.model import NetworkModel
from guildpost_shared.learning.vector import customer_rows
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.studies.when_to_write import CustomerRow


def learning_parts(
    matured: Mapping[str, Matured],
    *,
    services: Mapping[str, ServiceDefinition],
    who: Callable[[Touchpoint, date], Recipient | None],
    model: NetworkModel,
    zone: ZoneInfo,
) -> list[Counted[CustomerRow]]:
    """Say what each customer brings.

    Args:
        matured: the reminder that stands for a customer.
        services: by the study's names; what is no longer among them is not counted.
        who: a reminder's recipient as known on the local day of sending; None where the record is gone.
        model: as published for this round.
        zone: the dealer's time zone.
    """
    customers: list[str] = []
    sent: list[Sent] = []
    for customer, one in matured.items():
        service = services.get(one.touchpoint.service_id)
        learning_class = None if service is None else learned_class(service)
        local = one.at.astimezone(zone)
        recipient = None if learning_class is None else who(one.touchpoint, local.date())
        if learning_class is not None and recipient is not None:
            customers.append(customer)
            sent.append(sent_of(one.touchpoint, learning_class, recipient, local, answered=one.booked))
    if not sent:
        return []
    places, integers = customer_rows(reminders_of(sent), model)
    return [Counted(customer, CustomerRow(*row)) for customer, *row in zip(customers, places, integers, strict=True)]
