"""One message: to whom, when and why, and what the customer sees."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from guildpost_agent.app.explain import explain
from guildpost_agent.app.ports.unit_of_work import OutboxJob
from guildpost_agent.domain.records import Customer, Touchpoint, Vehicle
from guildpost_shared.errors import GuildpostError, Refused, public_text
from guildpost_shared.web.headers import PREVIEW_POLICY
from guildpost_shared.web.pages import Pages

if TYPE_CHECKING:
    from guildpost_agent.web.app import DealerWeb

_NOT_FOUND: Final = 404


@dataclass(frozen=True)
class Facts:
    """What the head of the page says; customer and vehicle may have been erased meanwhile."""

    touchpoint: Touchpoint
    customer: Customer | None
    vehicle: Vehicle | None
    job: OutboxJob | None

    @property
    def state(self) -> str:
        """Where the message stands."""
        return self.job.state if self.job else self.touchpoint.state

    @property
    def recipient(self) -> str:
        """Who gets it, as a list would name them."""
        if self.customer is None:
            return "–"
        return self.customer.company or f"{self.customer.given_name} {self.customer.family_name}".strip() or "–"


def router(web: "DealerWeb", pages: Pages) -> APIRouter:
    """Give the message page and the sandboxed preview inside it."""
    routes = APIRouter()

    @routes.get("/messages/{touchpoint_id}")
    def message(request: Request, touchpoint_id: str) -> HTMLResponse:
        facts = _facts(web, touchpoint_id)
        if facts is None:
            return pages.error(request, Refused("plan_unknown_id"), _NOT_FOUND)
        language = pages.language(request)
        preview, problem = None, None
        try:
            preview = web.preview(touchpoint_id, language)
        except GuildpostError as error:  # the reasons are shown all the same, and why there is nothing to see
            problem = public_text(error, language)
        reasons = explain(web.open_uow, touchpoint_id, language).reasons
        return pages.page(request, "message.html", facts=facts, preview=preview, problem=problem, reasons=reasons)

    @routes.get("/messages/{touchpoint_id}/preview")
    def preview(request: Request, touchpoint_id: str) -> Response:
        if _facts(web, touchpoint_id) is None:
            return pages.error(request, Refused("plan_unknown_id"), _NOT_FOUND)
        shown = web.preview(touchpoint_id, pages.language(request))
        if shown.letter is not None:
            response = pages.page(request, "letter_preview.html", letter=shown.letter)
        else:
            response = HTMLResponse(shown.html)
        response.headers["Content-Security-Policy"] = PREVIEW_POLICY
        return response

    return routes


def _facts(web: "DealerWeb", touchpoint_id: str) -> Facts | None:
    with web.open_uow() as uow:
        touchpoint = uow.plans.touchpoint(touchpoint_id)
        if touchpoint is None:
            return None
        return Facts(
            touchpoint=touchpoint,
            customer=uow.records.customer(touchpoint.customer_id),
            vehicle=uow.records.vehicle(touchpoint.vehicle_id),
            job=uow.outbox.get(touchpoint_id),
        )
