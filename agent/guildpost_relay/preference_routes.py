"""The preference page: which topics by which way, how often, or nothing at all. No GET changes anything.

This server does not know what holds at the dealership, so the page begins with "as it is" everywhere, and what is sent
off says only what was chosen. A yes is a declaration: its text stands above the button, and its hash goes along.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guildpost_relay.desk import BusyError
from guildpost_relay.requests import MAX_FORM, form_fields, read_body
from guildpost_shared.answers.cards import DealerCard
from guildpost_shared.answers.events import Link
from guildpost_shared.answers.wishes import (
    PAIRS,
    PER_YEAR,
    REST_MONTHS,
    Liked,
    Topic,
    Way,
    Wishes,
    declaration,
    digest_of,
)
from guildpost_shared.errors import Language, Refused

if TYPE_CHECKING:
    from guildpost_relay.server import Relay

_FORM_ID: Final = re.compile(r"[a-z2-7]{24}")
_LANGUAGES: Final[Mapping[str, Language]] = {"de": "de", "en": "en"}


class PreferenceRoutes:
    """The page and its form."""

    def __init__(self, relay: "Relay") -> None:
        self._relay = relay

    def routes(self) -> list[Route]:
        """List them."""
        return [
            Route("/p/{token}", self.show, methods=["GET"]),
            Route("/p/{token}", self.take, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Offer the choices."""
        shown = await self._offer(request)
        await self._relay.note(request, Link.PREFERENCES)
        return shown

    async def take(self, request: Request) -> Response:
        """Take the choices down."""
        fields = form_fields(await read_body(request, MAX_FORM))
        token, form = request.path_params["token"], fields.get("form", "")
        try:
            card = await run_in_threadpool(self._relay.desk.dealer_of, token)
            wishes = chosen(fields, card)
            if wishes is None or wishes.says_nothing or _FORM_ID.fullmatch(form) is None:
                return await self._offer(request, status=400, missing=True)
            await run_in_threadpool(self._relay.desk.wish, token, wishes, form)
        except Refused:
            allowed = self._relay.allows(request)
            return self._relay.not_found(request) if allowed else self._relay.too_many(request)
        except BusyError:
            return self._relay.too_many(request)
        return self._relay.thanks(request, card, "wishes")

    async def _offer(self, request: Request, *, status: int = 200, missing: bool = False) -> Response:
        return await self._relay.offer(
            request,
            "preferences",
            status=status,
            missing=missing,
            form=self._relay.desk.form_id(),
            topics=tuple(Topic),
            ways=tuple(Way),
            per_year=PER_YEAR,
            rest_months=REST_MONTHS,
            liked=tuple(Liked),
            declaration=declaration,
        )


def chosen(fields: Mapping[str, str], card: DealerCard) -> Wishes | None:
    """Read the form; None where it says something that the page does not offer.

    Args:
        fields: of the form; what is missing or empty stays as it is.
        card: of the dealer, whom the declaration names.
    """
    said = {pair: fields.get(f"{pair[0].value}.{pair[1].value}", "") for pair in PAIRS}
    language = _LANGUAGES.get(fields.get("language", ""))
    try:
        per_year, rest = _number(fields.get("per_year", ""), PER_YEAR), _number(fields.get("rest", ""), REST_MONTHS)
        liked = {"": None, **{one.value: one for one in Liked}}[fields.get("liked", "")]
    except KeyError:
        return None
    if language is None or not set(said.values()) <= {"", "yes", "no"}:
        return None
    return Wishes(
        yes=frozenset(pair for pair, word in said.items() if word == "yes"),
        no=frozenset(pair for pair, word in said.items() if word == "no"),
        language=language,
        text_sha256=digest_of(declaration(language, card.display_name)),
        per_year=per_year,
        rest_months=rest,
        liked=liked,
    )


def _number(text: str, offered: tuple[int, ...]) -> int | None:
    """Read one of the numbers on offer, 0 to take it back, nothing to leave it.

    Raises:
        KeyError: another one.
    """
    if not text:
        return None
    return {str(number): number for number in (0, *offered)}[text]
