"""What is published, who signed it, and what waits for a signature."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from guildpost_coordinator.app.ports.read_model import TargetRow
from guildpost_shared.web.pages import Pages
from guildpost_shared.web.texts import Texts

if TYPE_CHECKING:
    from guildpost_coordinator.web.app import Console

SHOWN: Final = 20
KINDS: Final = ("services", "templates", "studies", "releases", "roster")
_TEMPLATE_PARTS: Final = 4


@dataclass(frozen=True)
class Group:
    """The published files of one kind; ``rows`` pairs each with its name in words."""

    kind: str
    rows: tuple[tuple[str, TargetRow], ...]


def router(console: "Console", pages: Pages) -> APIRouter:
    """Give the catalogue page."""
    routes = APIRouter()

    @routes.get("/catalogue")
    def catalogue(request: Request) -> HTMLResponse:
        publications = console.read_model.publications(SHOWN)
        return pages.page(
            request,
            "catalogue.html",
            groups=grouped(console.targets(), pages.texts(request)),
            publications=publications,
            waiting=[item for item in publications if item.missing and item.state == "awaiting"],
        )

    return routes


def grouped(targets: list[TargetRow], texts: Texts) -> list[Group]:
    """Sort the published files by kind, in the order in which a brand thinks of them."""
    found: dict[str, list[tuple[str, TargetRow]]] = {kind: [] for kind in KINDS}
    for target in targets:
        found.setdefault(target.path.partition("/")[0], []).append((describe(target.path, texts), target))
    return [Group(kind, tuple(rows)) for kind, rows in found.items() if rows]


def describe(path: str, texts: Texts) -> str:
    """Name a published file in words; one of an unknown kind keeps its path."""
    kind, *rest = path.split("/")
    name = rest[0].removesuffix(".json") if rest else path
    service = texts.label("service", name)
    if kind == "templates" and len(rest) == _TEMPLATE_PARTS - 1:
        channel, language, *_ = [*rest[2].split("."), ""]
        words = {"service": service, "version": rest[1], "channel": texts.label("channel", channel)}
        return texts.text("catalogue.template", language=texts.label("language", language), **words)
    if kind == "services":
        return texts.text("catalogue.service", service=service)
    if kind == "studies" and len(rest) > 1:
        return texts.text("catalogue.study", study=name, version=rest[1].removesuffix(".json"))
    if kind == "releases" and len(rest) > 1:
        return texts.text("catalogue.release", study=name, period=rest[1].removesuffix(".json").replace("_", " / "))
    return texts.text("catalogue.roster") if kind == "roster" else path
