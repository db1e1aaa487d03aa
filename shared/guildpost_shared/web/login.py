"""Login by one-time link, sessions, and the guard of every unsafe request: one implementation for every interface.

The link's page only shows a button (link scanners and previews change nothing); the button's POST uses the link up.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final, Protocol

from fastapi import APIRouter, Depends, FastAPI, Form, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from guildpost_shared.clock import Clock
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import GuildpostError, Refused
from guildpost_shared.web.body_limit import BodyLimit
from guildpost_shared.web.headers import SAME_ORIGIN, SecurityHeaders, secured
from guildpost_shared.web.pages import Pages
from guildpost_shared.web.sessions import (
    LINK_LIFETIME,
    SESSION_LIFETIME,
    cookie_name,
    new_session,
    new_token,
    token_hash,
    unsafe_request_allowed,
)

MAX_TOKEN: Final = 100
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_UNPROCESSABLE: Final = 422
_BUG: Final = 500


class SessionStore(Protocol):
    """Where links and sessions are kept, as hashes; each call is durable when it returns."""

    def add_link(self, token_hash: str, expires_at: datetime) -> None:
        """Store a fresh link."""
        ...

    def open_session(self, link_hash: str, token_hash: str, csrf: str, *, now: datetime, expires_at: datetime) -> bool:
        """Use the link up and open the session, both or neither; False if the link is unknown, used or expired."""
        ...

    def csrf(self, token_hash: str, now: datetime) -> str | None:
        """Return a living session's token for unsafe requests."""
        ...

    def remove(self, token_hash: str) -> None:
        """Close a session."""
        ...


class LoginNeeded(Exception):  # noqa: N818 — not an error: the visitor has to log in first
    """Nobody is logged in."""


class Gatekeeper:
    """Lets people in and keeps forged requests out."""

    def __init__(self, store: SessionStore, clock: Clock, entropy: Entropy) -> None:
        self._store = store
        self._clock = clock
        self._entropy = entropy

    def issue_link(self) -> str:
        """Make a one-time login token, valid for a day."""
        token = new_token(self._entropy)
        self._store.add_link(token_hash(token), self._clock.now() + LINK_LIFETIME)
        return token

    def require_session(self, request: Request) -> None:
        """Let only a living session pass and note its CSRF token in ``request.state.csrf``.

        Raises:
            LoginNeeded: no session, or an expired one.
        """
        token = request.cookies.get(_cookie_name(request))
        csrf = self._store.csrf(token_hash(token), self._clock.now()) if token else None
        if csrf is None:
            raise LoginNeeded
        request.state.csrf = csrf

    async def guard_session(self, request: Request) -> None:
        """Let an unsafe request pass only from our own page and with the session's token, in the field ``csrf``.

        Raises:
            Refused: ``request_forged``.
        """
        if request.method not in SAFE_METHODS:
            token = (await request.form()).get("csrf")
            self.guard(request, token if isinstance(token, str) else None, request.state.csrf)

    def guard(self, request: Request, csrf: str | None, expected: str | None) -> None:
        """Refuse a state-changing request that is not from our own page.

        Raises:
            Refused: ``request_forged``.
        """
        headers = request.headers
        if not unsafe_request_allowed(
            scheme=request.url.scheme,
            host=headers.get("host", ""),
            origin=headers.get("origin"),
            csrf=csrf,
            expected_csrf=expected,
        ):
            raise Refused("request_forged")

    def enter(self, link: str, request: Request) -> Response:
        """Use a link up and open a session; the browser's earlier session ends.

        Raises:
            Refused: ``login_link_invalid``.
        """
        now = self._clock.now()
        session = new_session(self._entropy)
        opened = self._store.open_session(
            token_hash(link), token_hash(session.token), session.csrf, now=now, expires_at=now + SESSION_LIFETIME
        )
        if not opened:
            raise Refused("login_link_invalid")
        name, earlier = _cookie_name(request), request.cookies.get(_cookie_name(request))
        if earlier:
            self._store.remove(token_hash(earlier))
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(
            name,
            session.token,
            httponly=True,
            secure=request.url.scheme == "https",
            samesite="strict",
            path="/",
            max_age=int(SESSION_LIFETIME.total_seconds()),
        )
        return response

    def leave(self, request: Request) -> Response:
        """Close the session."""
        name = _cookie_name(request)
        self._store.remove(token_hash(request.cookies[name]))
        response = RedirectResponse("/", status_code=303)
        # a browser ignores the removal of a "__Host-" cookie that does not repeat Secure and the path (RFC 6265bis)
        secure = request.url.scheme == "https"
        response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="strict")
        return response


def _cookie_name(request: Request) -> str:
    return cookie_name(request.url.scheme, request.headers.get("host", ""))


def _login_routes(gatekeeper: Gatekeeper, pages: Pages) -> APIRouter:
    routes = APIRouter()

    @routes.get("/login/{token}")
    def login_page(request: Request, token: str) -> HTMLResponse:
        return pages.page(request, "login.html", token=token[:MAX_TOKEN])

    @routes.post("/login")
    def login(request: Request, token: Annotated[str, Form(max_length=MAX_TOKEN)]) -> Response:
        gatekeeper.guard(request, None, None)
        return gatekeeper.enter(token, request)

    return routes


def _logout_route(gatekeeper: Gatekeeper) -> APIRouter:
    routes = APIRouter()

    @routes.post("/logout")
    def logout(request: Request) -> Response:
        return gatekeeper.leave(request)

    return routes


def secure_app(gatekeeper: Gatekeeper, pages: Pages, protected: Callable[[], APIRouter]) -> FastAPI:
    """Build an application: security headers, login, errors in words, and the given routes behind a session.

    Args:
        gatekeeper: judges sessions and unsafe requests.
        pages: renders.
        protected: gives the routes; each of them is called only with a living session, and one that may change
            something only with the session's CSRF token.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders, referrer=SAME_ORIGIN)
    app.include_router(_login_routes(gatekeeper, pages))
    guards = [Depends(gatekeeper.require_session), Depends(gatekeeper.guard_session)]
    app.include_router(_logout_route(gatekeeper), dependencies=guards)
    app.include_router(protected(), dependencies=guards)
    _say_errors(app, pages)
    return app


def _say_errors(app: FastAPI, pages: Pages) -> None:
    """Answer every failure with a page in words."""

    @app.exception_handler(GuildpostError)
    def on_error(request: Request, error: GuildpostError) -> Response:
        return pages.error(request, error)

    @app.exception_handler(LoginNeeded)
    def on_login_needed(request: Request, _error: LoginNeeded) -> Response:
        return pages.page(request, "login_needed.html", status=401)

    @app.exception_handler(HTTPException)
    def on_http_error(request: Request, error: HTTPException) -> Response:
        return pages.failure(request, error.status_code)

    @app.exception_handler(RequestValidationError)
    def on_bad_form(request: Request, _error: RequestValidationError) -> Response:
        return pages.failure(request, _UNPROCESSABLE)

    @app.exception_handler(Exception)
    def on_bug(request: Request, _error: Exception) -> Response:
        """Starlette answers a bug outside of all other layers, so the headers are added here; the log has the cause."""
        response = pages.failure(request, _BUG)
        response.raw_headers = secured(response.raw_headers, SAME_ORIGIN)
        return response
