"""The relay's rules: whose token is this, and how an event is taken down.

1. the token's form is read, its dealer looked up, its signature and expiry checked
2. the event becomes a small document with a random id
3. the document is sealed to the dealer; from here on the relay cannot read it
4. seal and mark are committed, once per token and event

An answer, an unsubscribe and a confirmation count once per token, a link that is opened once per minute, wishes once
per form that was shown. What was said in a token's last hours waits beyond its expiry to be fetched.
"""

import hashlib
from datetime import timedelta
from typing import Final

from guildpost_relay.limits import RateLimit
from guildpost_relay.store import RelayStore
from guildpost_shared.answers import tokens
from guildpost_shared.answers.cards import DealerCard
from guildpost_shared.answers.events import Answer, AnswerEvent, EventKind, Link, Value
from guildpost_shared.answers.seals import seal
from guildpost_shared.answers.tokens import Token, Use
from guildpost_shared.answers.wishes import Wishes
from guildpost_shared.clock import Clock
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import Refused
from guildpost_shared.ids import new_id

_MARK: Final = b"guildpost/relay-mark/v1\0"
FETCHED_WITHIN: Final = timedelta(days=30)
"""How long beyond its token's expiry an answer waits for the dealer's agent."""


class BusyError(Exception):
    """This link, or this dealer's links together, were used more often than people use them."""


class Desk:
    """Takes events down for the dealers this relay works for."""

    def __init__(
        self, store: RelayStore, clock: Clock, entropy: Entropy, *, per_link: RateLimit, per_dealer: RateLimit
    ) -> None:
        """Name what it works with.

        Args:
            store: the file.
            clock: says when an event happened and whether a token has expired (business clock).
            entropy: for event ids and one-time keys.
            per_link: how often clicks and wishes of one token are stored.
            per_dealer: how often those of one dealer are.
        """
        self._store = store
        self._clock = clock
        self._entropy = entropy
        self._per_link = per_link
        self._per_dealer = per_dealer

    def dealer_of(self, text: str, use: Use = Use.MESSAGE) -> DealerCard:
        """Step 1: give the dealer whose genuine, unexpired token of this use it is.

        Raises:
            Refused: ``answer_token_invalid``.
        """
        return self._checked(text, use)[1]

    def say(self, text: str, kind: EventKind, answer: Answer | None = None) -> DealerCard:
        """Take an answer, an unsubscribe or a confirmation down (steps 1 to 4); repeating it changes nothing.

        Raises:
            Refused: ``answer_token_invalid``.
        """
        token, card = self._checked(text, use_of(kind))
        self._take_down((token, card), text, kind, answer, answer.value if answer else "")
        return card

    def opened(self, text: str, link: Link) -> DealerCard:
        """Take down that a link was opened; more than people do is not stored.

        Raises:
            Refused: ``answer_token_invalid``.
        """
        token, card = self._checked(text, Use.MESSAGE)
        if self._has_room(token):
            minute = self._clock.now().isoformat(timespec="minutes")
            self._take_down((token, card), text, EventKind.CLICK, link, f"{link.value}\0{minute}")
        return card

    def wish(self, text: str, wishes: Wishes, form: str) -> DealerCard:
        """Take wishes down; the same form sent again changes nothing.

        Args:
            text: the token.
            wishes: what was chosen.
            form: names the form that was shown.

        Raises:
            Refused: ``answer_token_invalid``.
            BusyError: too often.
        """
        token, card = self._checked(text, Use.MESSAGE)
        if not self._has_room(token):
            raise BusyError
        self._take_down((token, card), text, EventKind.WISHES, wishes, form)
        return card

    def form_id(self) -> str:
        """Name a form that is shown."""
        return new_id(self._entropy)

    def purge(self) -> None:
        """Forget what has expired."""
        self._store.purge(self._clock.now())
        self._per_link.forget()
        self._per_dealer.forget()

    def _take_down(self, link: tuple[Token, DealerCard], text: str, kind: EventKind, value: Value, detail: str) -> None:
        token, card = link
        event = AnswerEvent(new_id(self._entropy), text, kind, value, self._clock.now())
        self._store.add_once(
            hashlib.sha256(_MARK + f"{text}\0{kind.value}\0{detail}".encode()).digest(),
            key_id=token.key_id,
            token_id=token.token_id,
            sealed=seal(card.recipient, token.token_id, event.to_bytes(), self._entropy),
            expires=token.expires_at,
            kept_until=token.expires_at + FETCHED_WITHIN,
        )

    def _has_room(self, token: Token) -> bool:
        link = hashlib.sha256(token.token_id).hexdigest()
        return self._per_link.allows(link) and self._per_dealer.allows(token.key_id.hex())

    def _checked(self, text: str, use: Use) -> tuple[Token, DealerCard]:
        token = tokens.parse(text)
        card = self._store.dealer(token.key_id)
        if card is None or token.use is not use:
            raise Refused("answer_token_invalid")
        tokens.verify(token, card.verifier, self._clock.now())
        return token, card


def use_of(kind: EventKind) -> Use:
    """Say which tokens an event may come with."""
    return Use.CONFIRMATION if kind is EventKind.CONFIRM else Use.MESSAGE
