"""The dealer's own pages: what goes out this week, why, whom to call, who wrote back, how one compares, what left.

Nothing changes on GET.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles

from guildpost_agent.app.ports.read_model import ReadModel
from guildpost_agent.app.ports.unit_of_work import LedgerEntry, OpenUnitOfWork
from guildpost_agent.app.preview_message import Preview
from guildpost_agent.config import AgentConfig
from guildpost_agent.web.desk import InsightDesk, StaffDesk
from guildpost_agent.web.pages import calls, insights, ledger, messages, replies, week
from guildpost_shared.clock import Clock
from guildpost_shared.errors import GuildpostError, Language
from guildpost_shared.web.login import Gatekeeper, secure_app
from guildpost_shared.web.pages import Pages, Site


@dataclass(frozen=True)
class DealerWeb:
    """Everything the pages need from outside."""

    config: AgentConfig
    read_model: ReadModel
    open_uow: OpenUnitOfWork
    business_clock: Clock
    gatekeeper: Gatekeeper
    preview: Callable[[str, Language], Preview]
    last_tick: Callable[[], datetime | None]
    ledger_trouble: Callable[[Sequence[LedgerEntry]], GuildpostError | None]
    desk: StaffDesk
    insights: InsightDesk


def create_app(web: DealerWeb) -> FastAPI:
    """Build the ASGI application."""
    pages = Pages(
        Site(
            package="guildpost_agent.web",
            messages="guildpost_agent",
            name=web.config.dealer.name,
            language=web.config.language,
            zone=ZoneInfo(web.config.dealer.timezone),
            command="guildpost-agent login-link --home …",
        )
    )

    def protected() -> APIRouter:
        routes = APIRouter()
        for page in (week, messages, calls, replies, insights, ledger):
            routes.include_router(page.router(web, pages))
        return routes

    app = secure_app(web.gatekeeper, pages, protected)
    static = Path(str(resources.files("guildpost_shared.web").joinpath("static")))
    app.mount("/static", StaticFiles(directory=static), name="static")

    @app.get("/healthz")
    def healthz() -> JSONResponse:
        tick = web.last_tick()
        return JSONResponse({"ok": True, "last_tick": tick.isoformat() if tick else None})

    return app
