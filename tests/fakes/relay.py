"""The relay as an agent sees it, in memory.

inbox = FakeRelayInbox(sealing_key.public_key(), SeededEntropy(b"relay"))
inbox.take_down(token, EventKind.ANSWER, Answer.BOOK, at=NOON)
inbox.away = True                                    # the next request fails
inbox.lose_acknowledgements = True                   # as if the reply got lost before the relay deleted anything
"""

from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from guildpost_agent.app.ports.relay_inbox import AnswerPage, SealedAnswer
from guildpost_shared.answers import tokens
from guildpost_shared.answers.events import AnswerEvent, EventKind, Link, Value
from guildpost_shared.answers.seals import seal
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import Unavailable
from guildpost_shared.ids import new_id


class FakeRelayInbox:
    """``RelayInbox`` with pages of ``page_size``."""

    def __init__(self, recipient: X25519PublicKey, entropy: Entropy, page_size: int = 3) -> None:
        self._recipient = recipient
        self._entropy = entropy
        self._page_size = page_size
        self._next = 1
        self.answers: list[SealedAnswer] = []
        self.away = False
        self.lose_acknowledgements = False

    def take_down(self, token: str, kind: EventKind, value: Value = None, *, at: datetime) -> None:
        """Store what a customer did; a click is one on the message's own link unless told otherwise."""
        value = value or (Link.ANSWER if kind is EventKind.CLICK else None)
        event = AnswerEvent(new_id(self._entropy), token, kind, value, at)
        token_id = tokens.parse(token).token_id
        self.put(token_id, seal(self._recipient, token_id, event.to_bytes(), self._entropy))

    def put(self, token_id: bytes, sealed: bytes) -> None:
        """Store anything."""
        self.answers.append(SealedAnswer(self._next, token_id, sealed))
        self._next += 1

    def fetch(self, after: int) -> AnswerPage:
        """Read the answers whose number is greater."""
        if self.away:
            raise Unavailable("relay_away", url="https://relay.example")
        later = [answer for answer in self.answers if answer.seq > after]
        return AnswerPage(tuple(later[: self._page_size]), more=len(later) > self._page_size)

    def acknowledge(self, seqs: Sequence[int]) -> None:
        """Delete answers."""
        if self.away or self.lose_acknowledgements:
            raise Unavailable("relay_away", url="https://relay.example")
        self.answers = [answer for answer in self.answers if answer.seq not in set(seqs)]
