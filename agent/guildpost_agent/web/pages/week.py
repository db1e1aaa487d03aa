"""What goes out this week: the next seven days, the past seven, and who was left out and why."""

from datetime import timedelta
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from guildpost_shared.web.pages import Pages

if TYPE_CHECKING:
    from guildpost_agent.web.app import DealerWeb

WEEK = timedelta(days=7)


def router(web: "DealerWeb", pages: Pages) -> APIRouter:
    """Give the start page."""
    routes = APIRouter()

    @routes.get("/")
    def this_week(request: Request) -> HTMLResponse:
        now = web.business_clock.now()
        return pages.page(
            request,
            "week.html",
            now=now,
            coming=web.read_model.week(now, now + WEEK),
            past=web.read_model.week(now - WEEK, now)[::-1],
            totals=web.read_model.totals(),
            refusals=web.read_model.refusals(),
        )

    return routes
