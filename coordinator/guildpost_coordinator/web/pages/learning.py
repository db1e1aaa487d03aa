"""The last release of each study, always with intervals, and the rounds from which releases come."""

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from guildpost_coordinator.app.insights.study_view import study_views
from guildpost_coordinator.web.rounds_in_words import round_in_words
from guildpost_shared.studies.release import parse_release
from guildpost_shared.web.pages import Pages

if TYPE_CHECKING:
    from guildpost_coordinator.web.app import Console


def router(console: "Console", pages: Pages, zone: ZoneInfo) -> APIRouter:
    """Give the learning page."""
    routes = APIRouter()

    @routes.get("/learning")
    def learning(request: Request) -> HTMLResponse:
        language = pages.language(request)
        return pages.page(
            request,
            "learning.html",
            studies=study_views(map(parse_release, console.read_model.releases()), language, zone),
            rounds=[round_in_words(round_, language) for round_ in console.read_model.rounds()],
        )

    return routes
