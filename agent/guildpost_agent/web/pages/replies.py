"""What customers wrote back and a person has to look at, each with its context, and the button that closes it."""

from typing import TYPE_CHECKING, Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from guildpost_agent.app.plain_names import car_of, name_of
from guildpost_agent.app.replies_inbox import close_reply, open_replies
from guildpost_agent.domain.replies.reply import Reply, ReplyState
from guildpost_agent.web.pages.calls import MOST_NAME, MOST_NOTE
from guildpost_shared.web.pages import Pages

if TYPE_CHECKING:
    from guildpost_agent.web.app import DealerWeb

_SEE_OTHER: Final = 303


def router(web: "DealerWeb", pages: Pages) -> APIRouter:
    """Give the inbox, and what closes a reply."""
    routes = APIRouter()
    zone = ZoneInfo(web.config.dealer.timezone)

    @routes.get("/replies")
    def replies(request: Request) -> HTMLResponse:
        today = web.business_clock.now().astimezone(zone).date()
        return pages.page(
            request,
            "replies.html",
            replies=open_replies(web.open_uow, today),
            closed=_closed(web, request.query_params.get("closed", "")),
            name_of=name_of,
            car_of=car_of,
        )

    @routes.post("/replies/{reply_id}/close")
    def close(
        reply_id: str,
        by: Annotated[str, Form(min_length=1, max_length=MOST_NAME)],
        note: Annotated[str, Form(max_length=MOST_NOTE)] = "",
    ) -> Response:
        close_reply(web.desk.open_uow, reply_id, by=by, note=note, now=web.business_clock.now())
        return RedirectResponse(f"/replies?closed={reply_id}", status_code=_SEE_OTHER)

    return routes


def _closed(web: "DealerWeb", reply_id: str) -> Reply | None:
    """Find what was closed last, so that whoever came second reads who was first."""
    with web.open_uow() as uow:
        found = uow.replies.get(reply_id) if reply_id else None
    return found if found is not None and found.state is ReplyState.DONE else None
