"""A dealer as the relay knows it: keys, card, tokens."""

from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from guildpost_shared.answers import tokens
from guildpost_shared.answers.cards import DealerCard
from guildpost_shared.answers.events import AnswerEvent, read_event
from guildpost_shared.answers.seals import unseal
from guildpost_shared.answers.tokens import Use
from guildpost_shared.identity.keys import raw_public
from tests.fakes.seeded_entropy import SeededEntropy


class RelayDealer:
    """One dealer; different seeds are different dealers."""

    def __init__(self, seed: str = "muster", colour: str = "#0b4f6c", booking: str = "") -> None:
        self._entropy = SeededEntropy(seed.encode())
        self.key = Ed25519PrivateKey.from_private_bytes(self._entropy.token_bytes(32))
        self.sealing_key = X25519PrivateKey.from_private_bytes(self._entropy.token_bytes(32))
        self.card = DealerCard(
            display_name=f"Autohaus {seed.title()}",
            brand_colour=colour,
            imprint=f"Autohaus {seed.title()} GmbH, Hauptstr. 5, 84030 Landshut, HRB 1",
            website="https://autohaus.example",
            signing_key=raw_public(self.key),
            sealing_key=raw_public(self.sealing_key),
            booking=booking,
        )

    def token(self, expires_at: datetime, use: Use = Use.MESSAGE) -> str:
        """Issue a new token."""
        return tokens.issue(self.key, expires_at=expires_at, entropy=self._entropy, use=use)

    def token_from(self, now: datetime) -> str:
        """Issue a new token that holds for a year."""
        return self.token(now + timedelta(days=365))

    def open(self, token_id: bytes, sealed: bytes) -> AnswerEvent:
        """Open what the relay stored."""
        return read_event(unseal(self.sealing_key, token_id, sealed))
