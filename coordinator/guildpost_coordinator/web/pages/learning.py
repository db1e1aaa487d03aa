"""The last release of each study, always with intervals, and the rounds from which releases come."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from guildpost_coordinator.app.insights.study_view import study_views
from guildpost_coordinator.domain.rounds import Round
from guildpost_shared.errors import Language, from_code, public_text
from guildpost_shared.studies.release import parse_release
from guildpost_shared.web.pages import Pages
from guildpost_shared.web.texts import Texts

if TYPE_CHECKING:
    from guildpost_coordinator.web.app import Console


@dataclass(frozen=True)
class RoundRow:
    """One round as the table lists it: its days, and why it was given up, in words."""

    round: Round
    days: tuple[date, date] | None
    reason: str


def router(console: "Console", pages: Pages, zone: ZoneInfo) -> APIRouter:
    """Give the learning page."""
    routes = APIRouter()

    @routes.get("/learning")
    def learning(request: Request) -> HTMLResponse:
        language, texts = pages.language(request), pages.texts(request)
        return pages.page(
            request,
            "learning.html",
            studies=study_views(map(parse_release, console.read_model.releases()), language, zone),
            rounds=[_row(round_, texts, language) for round_ in console.read_model.rounds()],
        )

    return routes


def _row(round_: Round, texts: Texts, language: Language) -> RoundRow:
    return RoundRow(round_, _days(round_.period), _reason(round_.reason, texts, language))


def _reason(code: str, texts: Texts, language: Language) -> str:
    """Say why a round was given up; a round keeps the code alone, so sentences with figures have a plainer twin."""
    if not code:
        return ""
    if texts.has(f"round.reason.{code}"):
        return texts.text(f"round.reason.{code}")
    return public_text(from_code(code), language).what


def _days(period: str) -> tuple[date, date] | None:
    """Read a period's first and last day, written with a stroke or, as in file names, with an underscore."""
    first, _, last = period.replace("_", "/").partition("/")
    try:
        return date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return None
