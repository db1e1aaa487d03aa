"""The last release of each kind of study, always with intervals: booking rates by time of week and lead time first."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from guildpost_coordinator.domain.rounds import Round
from guildpost_coordinator.web.figures_in_words import Narrator
from guildpost_coordinator.web.tables_in_words import TableNarrator
from guildpost_shared.errors import Language, from_code, public_text
from guildpost_shared.studies.kinds import KINDS, SLOT_LEAD
from guildpost_shared.studies.release import Release, parse_release
from guildpost_shared.web.formats import Formats
from guildpost_shared.web.pages import Pages, Texts

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
        newest: dict[str, Release] = {}
        for release in map(parse_release, console.read_model.releases()):
            newest.setdefault(release.kind, release)
        language, texts = pages.language(request), pages.texts(request)
        formats = Formats(language, zone)
        narrator = Narrator(texts, language, formats)
        tables = TableNarrator(narrator, texts, language, formats)
        timing = newest.pop(SLOT_LEAD, None)
        return pages.page(
            request,
            "learning.html",
            release=timing,
            services=[narrator.service(service) for service in timing.services] if timing else [],
            studies=[tables.study(newest[kind]) for kind in KINDS if kind in newest],
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
