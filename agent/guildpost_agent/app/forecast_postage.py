"""Say what the letters planned for the next days will cost, release by release, and what their waiting saves.

What waiting saves is the same letters in smaller runs, whoever is due first going first: once a week, and every working
day. A run is posted by its own cheapest option. Bookings that waiting may cost are not in it.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final

from guildpost_agent.app.choose_postage import Addressed, Postage, PostageRules, choose_postage
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.domain.postage.pooling import PoolGain, in_runs, pool_gain
from guildpost_agent.domain.records import Channel
from guildpost_agent.domain.touchpoint_states import PLANNED

_WEEK: Final = 7
_WORKING_DAYS: Final = 5


class Apart(StrEnum):
    """How the letters of one release would go out without waiting for it."""

    WEEKLY = "weekly"
    DAILY = "daily"


@dataclass(frozen=True)
class Release:
    """One release day, its letters, how they are best posted, and what pooling gains against smaller runs."""

    day: date
    letters: int
    postage: Postage
    gains: Mapping[Apart, PoolGain]


def forecast_postage(
    open_uow: OpenUnitOfWork, rules: PostageRules, now: datetime, *, days: int, every_days: int, weight_g: int
) -> list[Release]:
    """List the releases of the next days; what is overdue goes today.

    Args:
        open_uow: opens a transaction.
        rules: of the dealer.
        now: the business clock.
        days: how far ahead, today included.
        every_days: the rhythm of release.
        weight_g: of every letter; how many pages one has is known only when it is printed.
    """
    today = now.astimezone(rules.zone).date()
    by_day: defaultdict[date, list[Addressed]] = defaultdict(list)
    with open_uow() as uow:
        planned = [t for t in uow.plans.touchpoints() if t.channel == Channel.LETTER and t.state == PLANNED]
        customers = {one.customer_id: one for one in uow.records.customers_of({t.customer_id for t in planned})}
    for touchpoint in sorted(planned, key=lambda one: (one.due_date, one.touchpoint_id)):
        day = max(touchpoint.planned_at.astimezone(rules.zone).date(), today)
        customer = customers.get(touchpoint.customer_id)
        if customer is not None and (day - today).days < days:
            by_day[day].append(Addressed(touchpoint.touchpoint_id, touchpoint, customer, weight_g))
    return [_release(rules, day, letters, every_days) for day, letters in sorted(by_day.items())]


def _release(rules: PostageRules, day: date, letters: list[Addressed], every_days: int) -> Release:
    postage = choose_postage(rules, letters, datetime.combine(day, time(12), tzinfo=rules.zone))
    runs = {Apart.WEEKLY: every_days // _WEEK, Apart.DAILY: every_days * _WORKING_DAYS // _WEEK}
    gains = {
        apart: pool_gain(in_runs(postage.items, count), postage.prices) for apart, count in runs.items() if count > 1
    }
    return Release(day, len(letters), postage, gains)
