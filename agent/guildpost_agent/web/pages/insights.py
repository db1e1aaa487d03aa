"""The dealer's own figures beside the network's interval, one study at a time; nothing of another's, nothing leaves."""

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from guildpost_agent.app.say_insights import Speaker
from guildpost_shared.catalog import load
from guildpost_shared.errors import Refused, public_text
from guildpost_shared.web.formats import Formats
from guildpost_shared.web.pages import Pages

if TYPE_CHECKING:
    from guildpost_agent.web.app import DealerWeb

_NOT_FOUND: Final = 404


def router(web: "DealerWeb", pages: Pages) -> APIRouter:
    """Give the page of each study; the bare address shows the first."""
    routes = APIRouter()
    zone = ZoneInfo(web.config.dealer.timezone)

    @routes.get("/insights")
    @routes.get("/insights/{study:path}")
    def insights(request: Request, study: str = "") -> HTMLResponse:
        language, found = pages.language(request), web.insights.released()
        names = {one.name: one for one in found.believed}
        if study and study not in names:
            return pages.error(
                request, Refused("study_unknown", study=study[:80], known=", ".join(names) or "–"), _NOT_FOUND
            )
        formats, words = Formats(language, zone), load("guildpost_agent", language)
        speaker = Speaker(words, formats, web.insights.service_names(language))
        chosen = names[study] if study else next(iter(found.believed), None)
        return pages.page(
            request,
            "insights.html",
            studies=[(one.name, speaker.heading(one)) for one in found.believed],
            chosen=chosen.name if chosen else "",
            view=speaker.comparison(web.insights.compare(chosen)) if chosen else None,
            awaited=[speaker.awaited(one) for one in found.awaited],
            refused=[public_text(error, language) for error in found.refused],
        )

    return routes
