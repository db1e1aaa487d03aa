"""What goes out this week: what is wrong, seven days one by one, what waits, the week behind, who was left out, why."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from guildpost_agent.app.ports.read_model import WeekRow
from guildpost_agent.app.remember_problems import open_problems
from guildpost_agent.app.tell_problems import problem_lines
from guildpost_agent.domain.touchpoint_states import OPEN, WITHDRAWN
from guildpost_shared.catalog import load
from guildpost_shared.web.pages import Pages

if TYPE_CHECKING:
    from guildpost_agent.web.app import DealerWeb

MESSAGES: Final = "guildpost_agent"
DAYS: Final = 7
SHOWN: Final = 12
"""Messages of one day on the start page; the day's own page lists all."""
_OPEN: Final = OPEN | {"ready"}
_YEARS: Final = range(2000, 2200)
"""Days that pages show; at the ends of the calendar the arithmetic of zones fails."""
_NOT_FOUND: Final = 404


@dataclass(frozen=True)
class Day:
    """One local day and its messages, earliest first."""

    day: date
    rows: tuple[WeekRow, ...]

    def count(self, channel: str) -> int:
        """Count the messages of a channel."""
        return sum(row.channel == channel for row in self.rows)


def state_of(row: WeekRow) -> str:
    """Say where a message stands: the outbox knows better once it was handed over."""
    return row.outbox_state or row.state


def by_day(rows: Iterable[WeekRow], days: Iterable[date], zone: ZoneInfo) -> list[Day]:
    """Sort messages into local days; a day without messages stays in the list."""
    sorted_in: dict[date, list[WeekRow]] = {day: [] for day in days}
    for row in rows:
        sorted_in.setdefault(row.planned_at.astimezone(zone).date(), []).append(row)
    return [Day(day, tuple(found)) for day, found in sorted_in.items()]


def router(web: "DealerWeb", pages: Pages) -> APIRouter:
    """Give the start page and the page of one day."""
    routes = APIRouter()
    zone = ZoneInfo(web.config.dealer.timezone)

    @routes.get("/")
    def this_week(request: Request) -> HTMLResponse:
        now = web.business_clock.now()
        today = now.astimezone(zone).date()
        rows = web.read_model.week(now, _midnight(today + timedelta(days=DAYS), zone))
        behind = web.read_model.week(_midnight(today - timedelta(days=DAYS), zone), now)
        coming = [row for row in rows if state_of(row) not in WITHDRAWN]
        with web.open_uow() as uow:
            problems = problem_lines(open_problems(uow), load(MESSAGES, pages.language(request)))
        return pages.page(
            request,
            "week.html",
            now=now,
            problems=problems,
            coming=coming,
            days=by_day(coming, [today + timedelta(days=n) for n in range(DAYS)], zone),
            channels=Counter(row.channel for row in coming),
            waiting=[row for row in behind if state_of(row) in _OPEN],
            behind=Counter(state_of(row) for row in behind if state_of(row) not in _OPEN),
            past=by_day((row for row in behind[::-1] if state_of(row) not in _OPEN), (), zone),
            totals=web.read_model.totals(),
            refusals=web.read_model.refusals(),
            shown=SHOWN,
            state_of=state_of,
        )

    @routes.get("/days/{name}")
    def one_day(request: Request, name: str) -> HTMLResponse:
        try:
            day = date.fromisoformat(name)
        except ValueError:
            return pages.failure(request, _NOT_FOUND)
        if day.year not in _YEARS:
            return pages.failure(request, _NOT_FOUND)
        rows = web.read_model.week(_midnight(day, zone), _midnight(day + timedelta(days=1), zone))
        return pages.page(request, "day.html", shown_day=Day(day, tuple(rows)), state_of=state_of)

    return routes


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
