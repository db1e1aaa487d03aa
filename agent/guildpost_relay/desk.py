"""The relay's rules: whose token is this, and how an event is taken down.

1. the token's form is read, its dealer looked up, its signature and expiry checked
2. the event becomes a small document with a random id
3. the document is sealed to the dealer; from here on the relay cannot read it
4. seal and mark are committed, once per token and event

A click counts once per token and day. What was said in a token's last hours waits beyond its expiry to be fetched.
"""

import hashlib
from datetime import timedelta
from typing import Final

from guildpost_relay.store import RelayStore
from guildpost_shared.answers import tokens
from guildpost_shared.answers.cards import DealerCard
from guildpost_shared.answers.events import Answer, AnswerEvent, EventKind
from guildpost_shared.answers.seals import seal
from guildpost_shared.answers.tokens import Token, Use
from guildpost_shared.clock import Clock
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import Refused
from guildpost_shared.ids import new_id

_MARK: Final = b"guildpost/relay-mark/v1\0"
FETCHED_WITHIN: Final = timedelta(days=30)
"""How long beyond its token's expiry an answer waits for the dealer's agent."""


class Desk:
    """Takes events down for the dealers this relay works for."""

    def __init__(self, store: RelayStore, clock: Clock, entropy: Entropy) -> None:
        """Name what it works with.

        Args:
            store: the file.
            clock: says when an event happened and whether a token has expired (business clock).
            entropy: for event ids and one-time keys.
        """
        self._store = store
        self._clock = clock
        self._entropy = entropy

    def dealer_of(self, text: str, use: Use = Use.MESSAGE) -> DealerCard:
        """Step 1: give the dealer whose genuine, unexpired token of this use it is.

        Raises:
            Refused: ``answer_token_invalid``.
        """
        return self._checked(text, use)[1]

    def record(self, text: str, kind: EventKind, value: Answer | None = None) -> DealerCard:
        """Take an event down (steps 1 to 4); repeating it changes nothing.

        Raises:
            Refused: ``answer_token_invalid``.
        """
        token, card = self._checked(text, use_of(kind))
        now = self._clock.now()
        event = AnswerEvent(new_id(self._entropy), text, kind, value, now)
        detail = value.value if value else now.date().isoformat() if kind is EventKind.CLICK else ""
        self._store.add_once(
            hashlib.sha256(_MARK + f"{text}\0{kind.value}\0{detail}".encode()).digest(),
            key_id=token.key_id,
            token_id=token.token_id,
            sealed=seal(card.recipient, token.token_id, event.to_bytes(), self._entropy),
            expires=token.expires_at,
            kept_until=token.expires_at + FETCHED_WITHIN,
        )
        return card

    def purge(self) -> None:
        """Forget what has expired."""
        self._store.purge(self._clock.now())

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
