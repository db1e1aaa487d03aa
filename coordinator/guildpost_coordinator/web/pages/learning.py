"""The last release: booking rates by time of week and by lead time, always with their intervals."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from babel.dates import get_day_names
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from guildpost_coordinator.web.charts import CurvePoint, Estimate, HeatCell, heatmap, lead_curve
from guildpost_shared.errors import Language
from guildpost_shared.studies.figures import Figure
from guildpost_shared.studies.release import DAYS, HOURS, LeadRelease, ServiceRelease, SlotRelease, parse_release
from guildpost_shared.web.pages import Pages, Texts

if TYPE_CHECKING:
    from guildpost_coordinator.web.app import Console

FIRST_HOUR, LAST_HOUR = 6, 21
Say = Callable[[Estimate | None], str]


def router(console: "Console", pages: Pages) -> APIRouter:
    """Give the learning page."""
    routes = APIRouter()

    @routes.get("/learning")
    def learning(request: Request) -> HTMLResponse:
        bodies = console.read_model.releases()
        language = pages.language(request)
        release = parse_release(bodies[0]) if bodies else None
        charts = [_charts(service, language) for service in release.services] if release else []
        return pages.page(request, "learning.html", release=release, charts=charts, rounds=console.read_model.rounds())

    return routes


def _charts(service: ServiceRelease, language: Language) -> dict[str, object]:
    texts = Texts("guildpost_coordinator", language)

    def say(estimate: Estimate | None) -> str:
        if estimate is None:
            return texts.text("learning.suppressed")
        percent = {name: f"{100 * value:.1f}" for name, value in vars(estimate).items()}
        return texts.text("learning.estimate", **percent)

    name = texts.label("service", service.service)
    return {
        "name": name,
        "heatmap": _heatmap(service.slot, language, texts.text("learning.heatmap", service=name), say),
        "days": _margin(service.slot, language, say),
        "curve": _curve(service.lead, texts.text("learning.curve", service=name), say),
        "rows": [
            (f"{low}–{high - 1}", say(_estimate(figure)))
            for low, high, figure in zip(service.lead.edges, service.lead.edges[1:], service.lead.figures, strict=False)
        ],
        "too_little": service.lead.too_little_data and (service.slot is None or service.slot.too_little_data),
    }


def _heatmap(slot: SlotRelease | None, language: Language, title: str, say: Say) -> Markup | None:
    if slot is None:
        return None
    cells = [
        HeatCell(day, hour - FIRST_HOUR, _estimate(slot.grid[day][hour]))
        for day in range(DAYS)
        for hour in range(FIRST_HOUR, min(LAST_HOUR, HOURS))
    ]
    hours = [f"{hour}" for hour in range(FIRST_HOUR, LAST_HOUR)]
    return heatmap(cells, _day_names(language), hours, title=title, say=say)


def _margin(slot: SlotRelease | None, language: Language, say: Say) -> list[tuple[str, str]]:
    if slot is None:
        return []
    return [(name, say(_estimate(figure))) for name, figure in zip(_day_names(language), slot.days, strict=True)]


def _curve(lead: LeadRelease, title: str, say: Say) -> Markup:
    points = [
        CurvePoint((low + high) / 2, f"{low}–{high - 1}", _estimate(figure))
        for low, high, figure in zip(lead.edges, lead.edges[1:], lead.figures, strict=False)
    ]
    return lead_curve(points[::-1], title=title, say=say)


def _estimate(figure: Figure | None) -> Estimate | None:
    return None if figure is None else Estimate(figure.rate, figure.low, figure.high)


def _day_names(language: Language) -> list[str]:
    names = get_day_names("abbreviated", locale=language)
    return [names[day].rstrip(".") for day in range(DAYS)]
