"""What left the house: the egress ledger in plain words, and whether its chain is intact."""

from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from guildpost_shared.errors import public_text
from guildpost_shared.web.pages import Pages

if TYPE_CHECKING:
    from guildpost_agent.web.app import DealerWeb

SHOWN: Final = 200


def router(web: "DealerWeb", pages: Pages) -> APIRouter:
    """Give the ledger page."""
    routes = APIRouter()

    @routes.get("/ledger")
    def ledger(request: Request) -> HTMLResponse:
        with web.open_uow() as uow:
            entries = uow.egress.all()
        trouble = web.ledger_trouble(entries)
        return pages.page(
            request,
            "ledger.html",
            entries=entries[::-1][:SHOWN],
            total=len(entries),
            trouble=None if trouble is None else public_text(trouble, pages.language(request)),
            last_hash=entries[-1].hash if entries else "",
        )

    return routes
