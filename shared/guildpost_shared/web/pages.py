"""Server-rendered pages in German and English: Jinja2 set up once, escaping on, undefined names refused.

A user interface brings its own ``templates/`` and ``messages/``; layout, login and error pages come from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from guildpost_shared.catalog import plural_form
from guildpost_shared.errors import KINDS, GuildpostError, Language, PublicText, public_text
from guildpost_shared.web.formats import Formats
from guildpost_shared.web.texts import SHARED, Texts

LANGUAGE_COOKIE: Final = "guildpost-lang"
LANGUAGE_SECONDS: Final = 31_536_000
_VARY: Final = "Accept-Language, Cookie"


@dataclass(frozen=True)
class Site:
    """What is the same on every page of one user interface.

    Attributes:
        package: where its templates live.
        messages: the package that holds its texts.
        name: whose pages these are, as the header shows it.
        language: the default language.
        zone: in which local time instants are shown.
        command: the command that prints a login link.
    """

    package: str
    messages: str
    name: str
    language: Language
    zone: ZoneInfo
    command: str


def choose_language(query: Mapping[str, str], cookies: Mapping[str, str], accepted: str, default: Language) -> Language:
    """Choose: the address's ``lang``, else the remembered one, else the browser's first choice of the two."""
    browser = accepted.split(",", maxsplit=1)[0].strip().lower()[:2]
    for asked in (query.get("lang"), cookies.get(LANGUAGE_COOKIE), browser):
        if asked == "de":
            return "de"
        if asked == "en":
            return "en"
    return default


class Pages:
    """Turns a template and its values into a response."""

    def __init__(self, site: Site) -> None:
        self._site = site
        loader = ChoiceLoader([PackageLoader(site.package), PackageLoader(SHARED)])
        self._environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)

    def language(self, request: Request) -> Language:
        """Choose the language of a request."""
        accepted = request.headers.get("accept-language", "")
        return choose_language(request.query_params, request.cookies, accepted, self._site.language)

    def texts(self, request: Request) -> Texts:
        """Give the texts in a request's language."""
        return Texts(self._site.messages, self.language(request))

    def page(self, request: Request, template: str, status: int = 200, **values: object) -> HTMLResponse:
        """Render a template; texts, formats and the session's CSRF token are always at hand."""
        language = self.language(request)
        body = self.document(
            language,
            template,
            path=request.url.path,
            here=request.url.path if request.method == "GET" else "/",
            csrf=getattr(request.state, "csrf", None),
            **values,
        )
        response = HTMLResponse(body, status_code=status, headers={"Content-Language": language, "Vary": _VARY})
        if request.query_params.get("lang") == language:
            response.set_cookie(
                LANGUAGE_COOKIE,
                language,
                httponly=True,
                secure=request.url.scheme == "https",
                samesite="strict",
                max_age=LANGUAGE_SECONDS,
            )
        return response

    def document(self, language: Language, template: str, **values: object) -> str:
        """Render a template without a request: a page that is read from a file."""
        texts = Texts(self._site.messages, language)
        formats = Formats(language, self._site.zone)
        return self._environment.get_template(template).render(
            t=texts.text,
            label=texts.label,
            plural=partial(_plural, texts, formats),
            lang=language,
            site=self._site,
            day=formats.day,
            weekday=formats.weekday,
            short_day=formats.short_day,
            clock=formats.clock,
            moment=formats.moment,
            number=formats.number,
            **values,
        )

    def error(self, request: Request, error: GuildpostError, status: int | None = None) -> HTMLResponse:
        """Say an error: what happened, and what to do next.

        Args:
            request: what was asked.
            error: what happened.
            status: HTTP status; that of the error's kind by default.
        """
        text = public_text(error, self.language(request))
        return self.page(request, "error.html", status or KINDS[error.kind].http, error=text)

    def failure(self, request: Request, status: int) -> HTMLResponse:
        """Say a failure that has only an HTTP status."""
        texts = self.texts(request)
        name = f"web.status.{status}" if texts.has(f"web.status.{status}") else "web.status.other"
        return self.page(request, "error.html", status, error=PublicText(texts.text(name), texts.text(f"{name}.next")))


def _plural(texts: Texts, formats: Formats, message_id: str, count: int) -> str:
    """Return the text for one or for many, the count as the language writes it."""
    return texts.text(f"{message_id}.{plural_form(count)}", count=formats.number(count))
