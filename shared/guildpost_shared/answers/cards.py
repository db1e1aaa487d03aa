"""The dealer card: what a relay has to know about a dealer, all of it public.

    {"booking": "https://…", "brand_colour": "#0b4f6c", "display_name": "…", "imprint": "…", "sealing_key": "…hex…",
     "signing_key": "…hex…", "type": "dealer_card", "version": 1, "website": "https://…"}

``booking`` is the dealer's own page for appointments, or empty: the one place elsewhere to which the relay leads.

The agent makes it, the dealer hands it to whoever runs the relay (``guildpost-relay admit``).
"""

from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from guildpost_shared import strict_json
from guildpost_shared.answers.tokens import key_id

MAX_BYTES: Final = 8192
_HEX_KEY: Final = "[0-9a-f]{64}"


@dataclass(frozen=True)
class DealerCard:
    """Name, colour and imprint for the page; the keys that prove tokens and receive answers (raw, 32 bytes)."""

    display_name: str
    brand_colour: str
    imprint: str
    website: str
    signing_key: bytes
    sealing_key: bytes
    booking: str = ""

    @property
    def key_id(self) -> bytes:
        """Return the 8 bytes by which tokens name this dealer."""
        return key_id(self.verifier)

    @property
    def verifier(self) -> Ed25519PublicKey:
        """Return the key that proves tokens and requests."""
        return Ed25519PublicKey.from_public_bytes(self.signing_key)

    @property
    def recipient(self) -> X25519PublicKey:
        """Return the key that answers are sealed to."""
        return X25519PublicKey.from_public_bytes(self.sealing_key)

    def to_bytes(self) -> bytes:
        """Write the canonical JSON."""
        return strict_json.canonical(
            {
                "type": "dealer_card",
                "version": 1,
                "display_name": self.display_name,
                "brand_colour": self.brand_colour,
                "imprint": self.imprint,
                "website": self.website,
                "signing_key": self.signing_key.hex(),
                "sealing_key": self.sealing_key.hex(),
                "booking": self.booking,
            }
        )


def read_card(data: bytes) -> DealerCard:
    """Read and check a card.

    Raises:
        Refused: a ``document_…`` code with the field's name.
    """
    fields = strict_json.read(data, "dealer card", max_bytes=MAX_BYTES)
    fields.text("type", "dealer_card")
    fields.integer("version", 1, 1)
    card = DealerCard(
        display_name=fields.text("display_name", r"[^\x00-\x1f\x7f]{1,120}"),
        brand_colour=fields.text("brand_colour", "#[0-9a-f]{6}"),
        imprint=fields.text("imprint", r"[^\x00-\x1f\x7f]{1,1000}"),
        website=fields.text("website", r"https?://[^\s\"<>\x00-\x1f\x7f]{1,200}"),
        signing_key=bytes.fromhex(fields.text("signing_key", _HEX_KEY)),
        sealing_key=bytes.fromhex(fields.text("sealing_key", _HEX_KEY)),
        booking=fields.text("booking", r"(https://[^\s\"<>\x00-\x1f\x7f]{1,200})?"),
    )
    fields.end()
    return card
