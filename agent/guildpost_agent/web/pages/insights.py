"""The dealer's own figures beside the network's interval; nothing of another dealership, and nothing leaves."""

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from guildpost_agent.app.say_insights import Speaker
from guildpost_shared.catalog import load
from guildpost_shared.errors import public_text
from guildpost_shared.web.formats import Formats
from guildpost_shared.web.pages import Pages

if TYPE_CHECKING:
    from guildpost_agent.web.app import DealerWeb


def router(web: "DealerWeb", pages: Pages) -> APIRouter:
    """Give the page."""
    routes = APIRouter()
    zone = ZoneInfo(web.config.dealer.timezone)

    @routes.get("/insights")
    def insights(request: Request) -> HTMLResponse:
        language = pages.language(request)
        found = web.insights()
        speaker = Speaker(load("guildpost_agent", language), Formats(language, zone), web.service_names(language))
        return pages.page(
            request,
            "insights.html",
            views=[speaker.comparison(one) for one in found.comparisons],
            awaited=[speaker.awaited(one) for one in found.awaited],
            refused=[public_text(error, language) for error in found.refused],
        )

    return routes
