"""What is published, who signed it, and what waits for a signature."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from guildpost_shared.web.pages import Pages

if TYPE_CHECKING:
    from guildpost_coordinator.web.app import Console

SHOWN = 20


def router(console: "Console", pages: Pages) -> APIRouter:
    """Give the catalogue page."""
    routes = APIRouter()

    @routes.get("/catalogue")
    def catalogue(request: Request) -> HTMLResponse:
        return pages.page(
            request,
            "catalogue.html",
            targets=console.targets(),
            publications=console.read_model.publications(SHOWN),
        )

    return routes
