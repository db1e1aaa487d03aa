"""The brand console: who is in the network, what is published, what was learned. Nothing changes on GET."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles

from guildpost_coordinator.app.ports.read_model import ReadModel, TargetRow
from guildpost_coordinator.web.pages import catalogue, learning, network
from guildpost_shared.errors import Language
from guildpost_shared.web.login import Gatekeeper, secure_app
from guildpost_shared.web.pages import Pages, Site


@dataclass(frozen=True)
class Console:
    """Everything the pages need from outside.

    Attributes:
        brand: the network's name.
        targets: lists the published catalogue.
    """

    brand: str
    language: Language
    read_model: ReadModel
    targets: Callable[[], list[TargetRow]]
    gatekeeper: Gatekeeper


def create_app(console: Console) -> FastAPI:
    """Build the ASGI application."""
    zone = ZoneInfo("Europe/Berlin")
    pages = Pages(
        Site(
            package="guildpost_coordinator.web",
            messages="guildpost_coordinator",
            name=console.brand,
            language=console.language,
            zone=zone,
            command="guildpost-coordinator login-link --home …",
        )
    )

    def protected() -> APIRouter:
        routes = APIRouter()
        routes.include_router(network.router(console, pages))
        routes.include_router(catalogue.router(console, pages))
        routes.include_router(learning.router(console, pages, zone))
        return routes

    app = secure_app(console.gatekeeper, pages, protected)
    static = Path(str(resources.files("guildpost_shared.web").joinpath("static")))
    app.mount("/static", StaticFiles(directory=static), name="static")

    @app.get("/healthz")
    def healthz() -> JSONResponse:
        return JSONResponse({"ok": True})

    return app
