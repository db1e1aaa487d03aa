"""Who is in the network: membership and last contact, nothing else is known about a dealer."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from guildpost_shared.web.pages import Pages

if TYPE_CHECKING:
    from guildpost_coordinator.web.app import Console


def router(console: "Console", pages: Pages) -> APIRouter:
    """Give the start page."""
    routes = APIRouter()

    @routes.get("/")
    def network(request: Request) -> HTMLResponse:
        members = console.read_model.members()
        return pages.page(
            request,
            "network.html",
            members=members,
            active=sum(member.state == "active" for member in members),
            connected=sum(member.connected for member in members),
            entities=len({member.legal_entity for member in members}),
        )

    return routes
