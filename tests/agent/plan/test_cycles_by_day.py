"""Under any course of days – planned, sent, bounced, answered – each due cycle is entered once, and caps hold."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.domain.cadence import Contact, fits
from guildpost_agent.domain.placing import contact_of
from guildpost_agent.domain.service_work import cycle_days
from guildpost_shared.services.definition import CapClass
from tests.factories.every_plan import PHASES, SLOW
from tests.factories.leaving import leave
from tests.factories.random_dealership import RandomDealership, dealerships

BERLIN = ZoneInfo("Europe/Berlin")
FOLLOW_UP: Final = "follow_up"
FATES = st.lists(st.sampled_from(["sent"] * 5 + ["bounced", "answered", "refused"]), min_size=6, max_size=6)
DAYS = st.lists(st.tuples(st.integers(1, 25), FATES), min_size=3, max_size=7)
Days = list[tuple[int, list[str]]]
Heard = tuple[str, str, date]
"""A vehicle, a service and the due date of what somebody was written to about."""


@pytest.mark.parametrize("examples", [20, pytest.param(1_500, marks=pytest.mark.soak)])
def test_a_due_cycle_is_entered_once_and_nobody_is_met_too_often(examples: int) -> None:
    @settings(max_examples=examples, deadline=None, phases=PHASES, suppress_health_check=SLOW)
    @given(dealerships(), DAYS)
    def ask(here: RandomDealership, days: Days) -> None:
        with TemporaryDirectory() as folder:
            store = here.store(Path(folder))
            now = here.now
            for ahead, fates in days:
                plan_touchpoints(store, here.services, here.config, now, here.key, taught=here.taught)
                now += timedelta(days=ahead)
                live(store, here, now, fates)
            check_cycles(store, here)
            check_contacts(store, here)

    ask()


def live(store: OpenUnitOfWork, here: RandomDealership, now: datetime, fates: list[str]) -> None:
    """Let each message whose hour came meet its fate."""
    services = {service.service_id: service for service in here.services}
    with store() as uow:
        due = [t for t in uow.plans.touchpoints() if t.state == "planned" and t.planned_at <= now]
    for at, one in enumerate(due):
        state, fate = here.config.dealer.state, fates[at % len(fates)]
        leave(store, one, services[one.service_id], one.planned_at, state=state, fate=fate)


def check_cycles(store: OpenUnitOfWork, here: RandomDealership) -> None:
    """Whoever was written to about a due cycle hears of it again only as a later message of its sequence."""
    cycles = {service.service_id: cycle_days(service) for service in here.services}
    entries: defaultdict[tuple[str, str, str], list[date]] = defaultdict(list)
    with store() as uow:
        for one in (t for t in uow.plans.touchpoints() if t.state == "sent"):
            carried = [uow.plans.occasion(name) for name in one.bundled]
            heard = [(o.vehicle_id, o.service_id, o.due_date) for o in carried if o is not None]
            heard += [(one.vehicle_id, one.service_id, one.due_date)] if one.arm != FOLLOW_UP else []
            for vehicle, service, due in heard:
                entries[vehicle, one.customer_id, service].append(due)
    for (_, _, service), dues in entries.items():
        assert all(abs((a - b).days) >= cycles[service] for a, b in pairwise(sorted(dues)))


def check_contacts(store: OpenUnitOfWork, here: RandomDealership) -> None:
    """No household is met more often than the cap allows, over all services, channels and weeks."""
    exempt = {service.service_id for service in here.services if service.cap_class is CapClass.EXEMPT}
    homes = {member.customer_id: member.household_id for member in here.members}
    found: defaultdict[str, list[Contact]] = defaultdict(list)
    with store() as uow:
        live_ones = [t for t in uow.plans.touchpoints() if t.state in {"sent", "planned"}]
    for one in live_ones:
        if one.service_id not in exempt:
            contact, others = contact_of(one, BERLIN), found[homes[one.customer_id]]
            assert fits(contact, others)
            others.append(contact)
