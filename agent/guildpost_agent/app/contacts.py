"""When households were called, so that calls and messages keep one contact cap."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from guildpost_agent.app.ports.reading import Reading
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.domain.cadence import YEAR_DAYS, Contact
from guildpost_agent.domain.call_contacts import call_contact
from guildpost_agent.domain.placing import contact_of
from guildpost_agent.domain.touchpoint_states import CONTACTS


def calls_made(
    uow: Reading, now: datetime, zone: ZoneInfo, customer_ids: Collection[str] | None = None
) -> dict[str, list[Contact]]:
    """Give the calls of the last year that count, by customer.

    Args:
        uow: an open transaction.
        now: the business clock.
        zone: the dealer's time zone.
        customer_ids: of these customers; None for everybody.
    """
    found: defaultdict[str, list[Contact]] = defaultdict(list)
    for task in uow.calls.made_since(now - timedelta(days=YEAR_DAYS), customer_ids):
        contact = call_contact(task, zone)
        if contact is not None:
            found[task.customer_id].append(contact)
    return dict(found)


def called_at_home(calls: Mapping[str, Collection[Contact]], households: Mapping[str, str]) -> dict[str, list[Contact]]:
    """Give to everybody who lives with somebody who was called all calls of the household."""
    if not calls:
        return {}
    by_household: defaultdict[str, list[Contact]] = defaultdict(list)
    for customer_id, contacts in calls.items():
        by_household[households.get(customer_id, customer_id)] += contacts
    at_home = {one: by_household[home] for one, home in households.items() if home in by_household}
    alone = {one: by_household[one] for one in calls if one not in households}
    return at_home | alone


def contacts_of(uow: UnitOfWork, customer_id: str, now: datetime, zone: ZoneInfo) -> list[Contact]:
    """List when a customer's household was or will be met by messages, and when it was called."""
    home = uow.people.housemates(customer_id)
    messages = (t for one in home for t in uow.plans.touchpoints_of(one) if t.state in CONTACTS)
    calls = calls_made(uow, now, zone, home).values()
    return [*(contact_of(t, zone) for t in messages), *(contact for one in calls for contact in one)]
