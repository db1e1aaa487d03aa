"""One message: what the customer sees, and the chain of reasons."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from guildpost_shared.web.headers import PREVIEW_POLICY
from guildpost_shared.web.pages import Pages

if TYPE_CHECKING:
    from guildpost_agent.web.app import DealerWeb


def router(web: "DealerWeb", pages: Pages) -> APIRouter:
    """Give the message page and the sandboxed preview inside it."""
    routes = APIRouter()

    @routes.get("/messages/{touchpoint_id}")
    def message(request: Request, touchpoint_id: str) -> HTMLResponse:
        preview = web.preview(touchpoint_id, pages.language(request))
        return pages.page(request, "message.html", preview=preview, touchpoint_id=touchpoint_id)

    @routes.get("/messages/{touchpoint_id}/preview")
    def preview(request: Request, touchpoint_id: str) -> HTMLResponse:
        shown = web.preview(touchpoint_id, pages.language(request))
        return HTMLResponse(shown.html, headers={"Content-Security-Policy": PREVIEW_POLICY})

    return routes
