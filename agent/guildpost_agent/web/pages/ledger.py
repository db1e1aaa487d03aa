"""What left the house: the egress ledger in plain words, and whether its chain is intact."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from guildpost_agent.app.egress.ledger import verify_ledger
from guildpost_agent.app.ports.unit_of_work import LedgerEntry
from guildpost_shared.errors import Untrusted
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
        return pages.page(
            request,
            "ledger.html",
            entries=entries[::-1][:SHOWN],
            total=len(entries),
            broken_at=_broken_at(entries),
            last_hash=entries[-1].hash if entries else "",
        )

    return routes


def _broken_at(entries: Sequence[LedgerEntry]) -> int | None:
    """Give the number of the first entry that does not fit the chain."""
    try:
        verify_ledger(entries)
    except Untrusted as error:
        return int(str(error.params["seq"]))
    return None
