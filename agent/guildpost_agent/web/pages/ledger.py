"""What left the house: the egress ledger in plain words, and whether its chain is intact."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from guildpost_agent.app.egress.ledger import verify_ledger
from guildpost_shared.errors import GuildpostError
from guildpost_shared.web.pages import Pages

if TYPE_CHECKING:
    from guildpost_agent.web.app import DealerWeb

SHOWN = 200


def router(web: "DealerWeb", pages: Pages) -> APIRouter:
    """Give the ledger page."""
    routes = APIRouter()

    @routes.get("/ledger")
    def ledger(request: Request) -> HTMLResponse:
        with web.open_uow() as uow:
            entries = uow.egress.all()
        try:
            verify_ledger(entries)
            intact = True
        except GuildpostError:
            intact = False
        return pages.page(request, "ledger.html", entries=entries[::-1][:SHOWN], total=len(entries), intact=intact)

    return routes
