"""Make the dealer's public card for the relay."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import RELAY
from guildpost_shared.answers.cards import DealerCard
from guildpost_shared.identity.keys import raw_public


def make_relay_card(
    gate: EgressGate,
    *,
    display_name: str,
    brand_colour: str,
    imprint: str,
    website: str,
    relay_key: Ed25519PrivateKey,
    sealing_key: X25519PrivateKey,
    booking: str = "",
) -> bytes:
    """Write the card, through the egress gate.

    Args:
        gate: the egress gate.
        display_name: as customers know the dealer.
        brand_colour: ``#rrggbb``, lower case.
        imprint: one line (§ 5 DDG).
        website: the dealer's own address, ``https://…``.
        relay_key: proves tokens and requests; only its public half is written.
        sealing_key: answers are sealed to it; only its public half is written.
        booking: the dealer's own page for appointments, ``https://…``; empty if there is none.

    Raises:
        Refused: ``egress_refused`` when a field has not the form a card needs.
    """
    card = DealerCard(
        display_name=display_name,
        brand_colour=brand_colour,
        imprint=imprint,
        website=website,
        signing_key=raw_public(relay_key),
        sealing_key=raw_public(sealing_key),
        booking=booking,
    )
    return gate.release(destination=RELAY, kind="relay_card", payload=card.to_bytes())
