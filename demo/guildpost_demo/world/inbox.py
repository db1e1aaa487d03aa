"""The web inbox: see what customers got, on loopback only.

A message's HTML is shown in a sandboxed frame of its own address with a policy that allows no script, no remote
content and no forms; links open in a new window.
"""

import base64
import re
from email.message import EmailMessage
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from guildpost_demo.world.mail_store import MailStore, parse
from guildpost_shared.catalog import Catalog, load
from guildpost_shared.errors import Language

PAGE_SIZE: Final = 50
PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'self'"
)
BODY_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
CONTENT_ID: Final = re.compile(r"cid:([^\"'\s)>]+)")


def html_of(message: EmailMessage) -> str:
    """Give a message's HTML with its embedded images inlined, or its text in a plain page."""
    part = message.get_body(("html",))
    if part is None:
        plain = message.get_body(("plain",))
        text = str(plain.get_content()) if plain else ""
        escaped = text.replace("&", "&amp;").replace("<", "&lt;")
        return f"<!doctype html><meta charset=utf-8><pre style='white-space:pre-wrap'>{escaped}</pre>"
    images = {
        str(image["Content-ID"]).strip("<> "): image
        for image in message.walk()
        if image.get_content_maintype() == "image"
    }

    def inline(match: re.Match[str]) -> str:
        image = images.get(match.group(1))
        if image is None:
            return match.group(0)
        data = image.get_payload(decode=True)
        encoded = base64.b64encode(data).decode() if isinstance(data, bytes) else ""
        return f"data:{image.get_content_type()};base64,{encoded}"

    return '<base target="_blank">' + CONTENT_ID.sub(inline, str(part.get_content()))


class Inbox:
    """The pages over one mail store."""

    def __init__(self, store: MailStore, default_language: Language) -> None:
        self._store = store
        self._default = default_language
        self._templates = Environment(
            loader=PackageLoader("guildpost_demo.world", "templates"),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
        )

    def app(self) -> Starlette:
        """Build the application."""
        return Starlette(
            routes=[
                Route("/", self._list),
                Route("/m/{mail_id:int}", self._message),
                Route("/m/{mail_id:int}/body", self._body),
                Route("/status.json", self._status),
            ],
            middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
        )

    def _catalog(self, request: Request) -> Catalog:
        asked = request.query_params.get("lang", "")
        language: Language = "en" if asked == "en" else "de" if asked == "de" else self._default
        return load("guildpost_demo", language)

    def _page(self, request: Request, template: str, **values: object) -> Response:
        catalog = self._catalog(request)
        html = self._templates.get_template(template).render(t=catalog.text, lang=catalog.language, **values)
        return HTMLResponse(html, headers={"Content-Security-Policy": PAGE_POLICY, "Referrer-Policy": "no-referrer"})

    def _list(self, request: Request) -> Response:
        sender = request.query_params.get("sender", "")
        before = request.query_params.get("before", "0")
        mails = self._store.page(sender, int(before) if before.isdecimal() else 0, PAGE_SIZE)
        older = mails[-1].id if len(mails) == PAGE_SIZE else 0
        senders = self._store.senders()
        return self._page(request, "inbox.html", mails=mails, senders=senders, sender=sender, older=older)

    def _message(self, request: Request) -> Response:
        found = self._store.get(int(request.path_params["mail_id"]))
        if found is None:
            return Response(self._catalog(request).text("inbox.unknown"), 404)
        headers = [(name, value) for name, value in parse(found[1]).items() if name.lower() != "received"]
        return self._page(request, "message.html", mail=found[0], headers=headers)

    def _body(self, request: Request) -> Response:
        found = self._store.get(int(request.path_params["mail_id"]))
        if found is None:
            return Response(self._catalog(request).text("inbox.unknown"), 404)
        return HTMLResponse(html_of(parse(found[1])), headers={"Content-Security-Policy": BODY_POLICY})

    def _status(self, _request: Request) -> Response:
        duplicates = self._store.duplicates()
        return JSONResponse(
            {"messages": self._store.count(), "refused": self._store.refused(), "duplicates": len(duplicates)}
        )
