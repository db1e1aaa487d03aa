"""Nothing is written that brings more people than the workshop can take, skill by skill and day by day.

The oracle knows nothing of how the planner spreads visits. A set of visits, each on any day of its fortnight, fits into
days with so many places exactly if each stretch of days has room for the visits that must come within it (Hall, 1935;
for intervals it is enough to look at stretches).
"""

from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from guildpost_agent.domain.appointments import is_cancelled
from guildpost_agent.domain.placing import contact_of
from guildpost_agent.domain.records import Appointment, Touchpoint
from guildpost_agent.domain.working_days import is_holiday
from tests.factories.every_plan import EACH_SIZE, every_plan, planned
from tests.factories.random_dealership import RandomDealership

BERLIN, DAY = ZoneInfo("Europe/Berlin"), timedelta(days=1)
NO_VISIT = {"birthday", "acute_notice", "recall", "thanks", "loyalty"}
Stretch = tuple[date, date]


def skill_of(here: RandomDealership, service: str) -> str:
    """The catalogue's skills have no places here; only what the dealer says counts."""
    own = here.config.services.settings.get(service)
    return own.skill if own is not None and own.skill else "general"


def places(here: RandomDealership, skill: str, day: date) -> int | None:
    """How many there are on a day; None where nobody set a limit."""
    settings, general = here.config.workshop, here.config.figures.workshop_places_per_day
    limited = settings.skills.get(skill)
    if limited is None and not general:
        return None
    weekdays = (1, 2, 3, 4, 5) if limited is None else limited.weekdays
    shut = is_holiday(day, frozenset({here.config.dealer.state})) or day in settings.closed_days
    if shut or day.isoweekday() not in weekdays:
        return 0
    return general if limited is None else limited.places_per_day


def taken(here: RandomDealership, appointments: list[Appointment]) -> Counter[tuple[str, date]]:
    return Counter(
        (skill_of(here, a.occasion), a.starts_at.astimezone(BERLIN).date())
        for a in appointments
        if a.starts_at >= here.now and not is_cancelled(a)
    )


def visits(here: RandomDealership, touchpoint: Touchpoint, carried: dict[str, str]) -> dict[str, tuple[Stretch, float]]:
    """The stretch and the hundredths of a visit that a message brings into each skill."""
    settings, found = here.config.workshop, {}
    start = contact_of(touchpoint, BERLIN).last + settings.visits_after_days * DAY
    for service in (touchpoint.service_id, *(carried[one] for one in touchpoint.bundled)):
        own = here.config.services.settings.get(service)
        percents: dict[str, float] = {str(channel): figure for channel, figure in settings.response_percent.items()}
        percents |= {str(channel): figure for channel, figure in own.response_percent.items()} if own else {}
        if service not in NO_VISIT and (skill := skill_of(here, service)) not in found:
            stretch = (start, start + settings.visits_over_days * DAY)
            found[skill] = stretch, percents.get(touchpoint.channel.value, 10.0)
    return found


@EACH_SIZE
def test_the_workshop_can_take_everybody_who_is_expected(examples: int) -> None:
    def check(here: RandomDealership, folder: Path, _random: Any) -> None:
        with planned(here, folder)() as uow:
            touchpoints, booked = uow.plans.touchpoints(), taken(here, uow.records.appointments())
            carried = {o.occasion_id: o.service_id for o in uow.plans.occasions()}
        expected: dict[str, list[tuple[Stretch, float]]] = defaultdict(list)
        for one in touchpoints:
            for skill, visit in visits(here, one, carried).items():
                expected[skill].append(visit)
        for skill, theirs in expected.items():
            for first in {start for (start, _), _ in theirs}:
                for end in {end for (_, end), _ in theirs if end > first}:
                    days = [first + n * DAY for n in range((end - first).days)]
                    free = [places(here, skill, day) for day in days]
                    room = [n - booked[skill, day] for n, day in zip(free, days, strict=True) if n is not None]
                    within = sum(n for (start, over), n in theirs if first <= start and over <= end)
                    assert not room or within <= 100 * sum(max(0, n) for n in room) + 1e-6

    every_plan(examples, check)
