"""What customers and their mail programs reach: answer, unsubscribe, click, confirm. No GET changes anything."""

from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guildpost_relay.desk import use_of
from guildpost_relay.pages import page, stylesheet
from guildpost_relay.requests import MAX_FORM, form_field, is_one_click, read_body
from guildpost_shared.answers.events import Answer, EventKind, Link
from guildpost_shared.answers.tokens import Use
from guildpost_shared.errors import Refused

if TYPE_CHECKING:
    from guildpost_relay.server import Relay

_CSS_SECONDS: Final = 3600


class CustomerRoutes:
    """The public pages."""

    def __init__(self, relay: "Relay") -> None:
        self._relay = relay

    def routes(self) -> list[Route]:
        """List them."""
        return [
            Route("/", self.about, methods=["GET"]),
            Route("/style/{name}.css", self.style, methods=["GET"]),
            Route("/a/{token}", self.answer_page, methods=["GET"]),
            Route("/a/{token}", self.answer, methods=["POST"]),
            Route("/u/{token}", self.unsubscribe_page, methods=["GET"]),
            Route("/u/{token}", self.unsubscribe, methods=["POST"]),
            Route("/c/{token}", self.click, methods=["GET"]),
            Route("/b/{token}", self.booking, methods=["GET"]),
            Route("/h/{token}", self.trap, methods=["GET"]),
            Route("/o/{token}", self.confirm_page, methods=["GET"]),
            Route("/o/{token}", self.confirm, methods=["POST"]),
        ]

    async def about(self, request: Request) -> Response:
        """Say openly what this server sees and keeps."""
        if not self._relay.allows(request):
            return self._relay.too_many(request)
        return self._relay.html(page("about", self._relay.language(request)))

    async def style(self, request: Request) -> Response:
        """Give the style sheet in a dealer's colour, or a neutral one."""
        try:
            key_id = bytes.fromhex(request.path_params["name"])
        except ValueError:
            key_id = b""
        card = await run_in_threadpool(self._relay.store.dealer, key_id)
        headers = {"Cache-Control": f"public, max-age={_CSS_SECONDS}"}
        return Response(stylesheet(card), media_type="text/css", headers=headers)

    async def answer_page(self, request: Request) -> Response:
        """Offer the answers."""
        return await self._relay.offer(request, "answer")

    async def unsubscribe_page(self, request: Request) -> Response:
        """Offer the button; scanners that open every link change nothing."""
        page_shown = await self._relay.offer(request, "unsubscribe")
        await self._relay.note(request, Link.UNSUBSCRIBE)
        return page_shown

    async def confirm_page(self, request: Request) -> Response:
        """Offer the button that confirms an opt-in; scanners that open every link change nothing."""
        return await self._relay.offer(request, "confirm", use=Use.CONFIRMATION)

    async def answer(self, request: Request) -> Response:
        """Take an answer down."""
        body = await read_body(request, MAX_FORM)
        try:
            answer = Answer(form_field(body, "answer"))
        except ValueError:
            return await self._relay.offer(request, "answer", status=400, missing=True)
        return await self._take_down(request, EventKind.ANSWER, answer)

    async def unsubscribe(self, request: Request) -> Response:
        """Unsubscribe with one click (RFC 8058): no cookie, no login, no second question."""
        body = await read_body(request, MAX_FORM)
        if not is_one_click(request.headers, body):
            return await self._relay.offer(request, "unsubscribe", status=400, missing=True)
        return await self._take_down(request, EventKind.UNSUBSCRIBE)

    async def confirm(self, request: Request) -> Response:
        """Take a confirmation down."""
        body = await read_body(request, MAX_FORM)
        if form_field(body, "confirm") != "yes":
            return await self._relay.offer(request, "confirm", status=400, use=Use.CONFIRMATION, missing=True)
        return await self._take_down(request, EventKind.CONFIRM)

    async def click(self, request: Request) -> Response:
        """Note that a message's link was opened, and lead to its answers: a page of this server, whatever was asked."""
        return await self._onward(request, Link.ANSWER)

    async def booking(self, request: Request) -> Response:
        """Note that somebody wants to book, and lead to the page that the dealer's card names; never elsewhere."""
        return await self._onward(request, Link.BOOKING)

    async def trap(self, request: Request) -> Response:
        """Note that somebody opened the link that no person sees: only machines follow it."""
        return await self._onward(request, Link.TRAP)

    async def _onward(self, request: Request, link: Link) -> Response:
        if not self._relay.allows(request):
            return self._relay.too_many(request)
        token = request.path_params["token"]
        try:
            card = await run_in_threadpool(self._relay.desk.dealer_of, token)
        except Refused:
            return self._relay.not_found(request)
        if link is Link.BOOKING and not card.booking:
            return self._relay.not_found(request)
        await self._relay.note(request, link)
        return self._relay.redirect(card.booking if link is Link.BOOKING else f"/a/{token}")

    async def _take_down(self, request: Request, kind: EventKind, answer: Answer | None = None) -> Response:
        """Record first, limit afterwards: a genuine objection is never lost to a rate limit."""
        try:
            card = await run_in_threadpool(self._relay.desk.say, request.path_params["token"], kind, answer)
        except Refused:
            allowed = self._relay.allows(request)
            return self._relay.not_found(request, use_of(kind)) if allowed else self._relay.too_many(request)
        return self._relay.thanks(request, card, answer.value if answer else kind.value)
